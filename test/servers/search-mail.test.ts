import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import flagMail = require('../../nodes/flag-mail');
import searchMail = require('../../nodes/search-mail');
import { ImapAccount } from '../../src/account/imap-account';
import { RIGHTS } from '../../src/account/rights';
import { runSearch } from '../../src/delivery/search-run';
import type { MailMessage } from '../../src/message/types';
import { buildMail } from '../support/mail-builder';
import { MailActionSuite } from '../support/mail-action-suite';
import type { NodeFile } from '../support/helper';
import { runtimeModule, selectedVersion } from '../support/node-red-version';
import { liveBytes } from '../support/live-memory';

type Found = MailMessage & { parts: { id: string; index: number; count: number }; job?: unknown };

function numbered(from: number, to: number, parts: object = {}): Buffer[] {
    return Array.from({ length: to - from + 1 }, (_unused, index) =>
        buildMail({
            subject: `Mail ${from + index}`,
            messageId: `<${from + index}@example.com>`,
            text: 'Hallo',
            ...parts
        })
    );
}

function core(file: string): NodeFile {
    const runtime = createRequire(runtimeModule(selectedVersion()));
    return runtime(runtime.resolve(`@node-red/nodes/core/${file}.js`)) as NodeFile;
}

describe('search-mail on Dovecot', function () {
    this.timeout(60_000);
    const suite = MailActionSuite.use('search-mail', searchMail, {
        folders: { Trash: '\\Trash' }
    });
    const ALL = { account: 'account', search: '{"deleted": false}', searchType: 'json' };

    async function found(count: number): Promise<Found[]> {
        await suite.red.waitForMessage('out', { count, timeoutMs: 20_000 });
        return suite.red.recorded('out').map(({ msg }) => msg as unknown as Found);
    }

    it('emits the matches as a sequence in the order of their arrival, and changes no flag', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 5));
        await suite.start({ ...ALL, search: '{"seen": false, "not": {"subject": "Mail 3"}}' });
        await suite.pass({ payload: 'go', topic: 'asked', html: 'old', job: { id: 7 }, to: 'x@example.com' });
        const mails = await found(4);
        assert.deepEqual(
            mails.map(mail => mail.topic),
            ['Mail 1', 'Mail 2', 'Mail 4', 'Mail 5']
        );
        assert.deepEqual(
            mails.map(({ parts }) => [parts.index, parts.count]),
            [
                [0, 4],
                [1, 4],
                [2, 4],
                [3, 4]
            ]
        );
        assert.equal(new Set(mails.map(({ parts }) => parts.id)).size, 1);
        const [first] = mails;
        assert.equal(first?.payload.trim(), 'Hallo');
        assert.deepEqual(first.mail.ref, await suite.ref('INBOX'));
        assert.deepEqual(first.job, { id: 7 });
        assert.equal('html' in first, false);
        assert.notEqual(first.job, mails[1]?.job);
        assert.ok([...(await suite.dovecot.flags('anna', 'INBOX')).values()].every(flags => flags.length === 0));
        assert.ok(suite.proxy.commands().every(command => !/^SELECT|BODY\[|^UID STORE/.test(command)));
    });

    it('takes the newest of more matches than the limit', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 7));
        await suite.start({ ...ALL, limit: 3 });
        await suite.pass({});
        assert.deepEqual(
            (await found(3)).map(mail => mail.topic),
            ['Mail 5', 'Mail 6', 'Mail 7']
        );
    });

    it('emits one empty message when nothing matches, with what it was asked with', async () => {
        await suite.start(ALL);
        const out = await suite.pass<Found>({ payload: 'go', topic: 'asked' });
        assert.deepEqual([out.payload, out.topic, 'parts' in out], [[], 'asked', false]);
    });

    it('finishes with a message after the last mail was sent', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 120));
        const complete = { id: 'at-end', type: 'complete', scope: ['node'], wires: [['done']] };
        const nodes = [complete, { id: 'done', type: 'recorder' }];
        await suite.start({ ...ALL, limit: 120, wires: [['out']] }, {}, nodes);
        await suite.pass({});
        await suite.red.waitForMessage('done');
        assert.equal(suite.red.recorded('out').length, 120);
    });

    it('reads folder and conditions from the message, also as text', async () => {
        const folder = 'Größe/"A&B"';
        await suite.dovecot.doveadm('mailbox', 'create', '-u', 'anna', folder);
        await suite.dovecot.fill('anna', folder, numbered(1, 3));
        await suite.start({
            account: 'account',
            search: 'query',
            searchType: 'msg',
            folder: 'where',
            folderType: 'msg'
        });
        await suite.pass({ where: folder, query: { subject: 'Mail 2' } });
        await suite.pass({ where: folder, query: '{"subject": "Mail 3"}' }, 2);
        assert.deepEqual(
            (await found(2)).map(mail => mail.topic),
            ['Mail 2', 'Mail 3']
        );
    });

    it('refuses a search without conditions, with unknown ones, and a missing folder', async () => {
        await suite.start({
            account: 'account',
            search: 'query',
            searchType: 'msg',
            folder: 'where',
            folderType: 'msg'
        });
        const wrong: Array<[object, RegExp]> = [
            [{ where: 'INBOX' }, /msg\.query has no condition/],
            [{ where: 'INBOX', query: {} }, /msg\.query has no condition/],
            [{ where: 'INBOX', query: { from: '' } }, /search\.from must be text that is not empty/],
            [{ where: 'INBOX', query: { unread: true } }, /search\.unread is not known/],
            [{ where: 'INBOX', query: 'seen' }, /is not JSON/],
            [{ where: 'Trasch', query: { seen: false } }, /folder "Trasch" does not exist.*Similar: "Trash"/],
            [{ where: '../x', query: { seen: false } }, /Office: select failed/],
            [{ query: { seen: false } }, /msg\.where must name a folder/]
        ];
        for (const [index, [msg, reason]] of wrong.entries()) {
            suite.red.node('node').receive(msg as never);
            const options = { count: index + 1 };
            const caught = await suite.red.waitForMessage<{ error: { message: string } }>('caught', options);
            assert.match(caught.error.message, reason);
        }
        assert.deepEqual(suite.red.recorded('out'), []);
    });

    it('refuses an empty search and a wrong one when it starts', async () => {
        await suite.start({ account: 'account', search: '', searchType: 'json' });
        assert.match(String(suite.red.errors('node')[0]?.[0]), /the search of the node has no condition/);
        await suite.red.unload();
        await suite.start({ account: 'account', search: '{"sen": true}', searchType: 'json' });
        assert.match(String(suite.red.errors('node')[0]?.[0]), /search\.sen is not known/);
        assert.match(await suite.fail({}), /search\.sen is not known/);
    });

    it('lets nodes behind it change the mails while it still reads', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 230));
        const flag = { id: 'flag', type: 'flag-mail', add: ['$Seen-by-flow'], remove: [] };
        await suite.start({ ...ALL, limit: 500, content: 'headers' }, {}, [flag], [flagMail]);
        await suite.pass({});
        const mails = await found(230);
        assert.deepEqual(
            mails.map(({ parts }) => parts.index),
            mails.map((_mail, index) => index)
        );
        const commands = suite.proxy.commands();
        const firstStore = commands.findIndex(command => /^UID STORE/.test(command));
        const lastFetch = commands.findLastIndex(command => /^UID FETCH.*HEADER/.test(command));
        assert.ok(firstStore > 0 && firstStore < lastFetch, `${firstStore} ${lastFetch}`);
    });

    it('makes a sequence that a join node puts together', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 120));
        const together = { id: 'together', type: 'join', mode: 'auto' };
        await suite.start({ ...ALL, limit: 120 }, {}, [together], [core('sequence/17-split')]);
        const out = await suite.pass<{ payload: string[] }>({});
        assert.equal(out.payload.length, 120);
    });

    it('keeps the sequence complete when mails disappear while it reads', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 120));
        await suite.start({ ...ALL, limit: 120, content: 'headers' });
        const { uid: first } = await suite.ref('INBOX');
        const lost = `${first + 59}:${first + 69},${first + 99}:${first + 119}`;
        suite.proxy.delay(50);
        await suite.pass({});
        suite.proxy.stall();
        await suite.dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'uid', lost);
        // a server may go on showing what is gone to a client that has the folder open
        suite.proxy.delay(0);
        suite.proxy.cut();
        suite.proxy.resume();
        const mails = await found(120);
        const gone = mails.filter(mail => /was moved or deleted/.test(mail.mail.problem ?? ''));
        assert.equal(gone.length, 32);
        assert.deepEqual(
            mails.map(mail => mail.mail.ref.uid),
            mails.map((_mail, index) => first + index)
        );
    });

    it('goes on where it was when the connection is lost', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 200));
        await suite.start({ ...ALL, limit: 200 });
        suite.proxy.delay(20);
        suite.red.node('node').receive({});
        await suite.red.waitForMessage('out', { count: 60, timeoutMs: 20_000 });
        suite.proxy.delay(0);
        suite.proxy.cut();
        const mails = await found(200);
        assert.deepEqual(
            mails.map(({ topic }) => topic),
            mails.map((_mail, index) => `Mail ${index + 1}`)
        );
    });

    it('reads a mail that is too large by its header only', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 1, { size: 200_000 }));
        await suite.start({ ...ALL, maxSizeMB: 0.1 });
        const out = await suite.pass<Found>({});
        assert.deepEqual([out.topic, out.payload, out.mail.oversize], ['Mail 1', '', true]);
    });

    it('stops when its flow is stopped, and leaves no connection', async () => {
        await suite.dovecot.fill('anna', 'INBOX', numbered(1, 200));
        await suite.start({ ...ALL, limit: 200 });
        suite.proxy.delay(30);
        await suite.pass({});
        await suite.red.unload();
        suite.proxy.delay(0);
        await suite.proxy.waitForOpenConnections(0);
    });

    it('needs no more memory for many large mails than for a few', async () => {
        const [large] = numbered(1, 1, { size: 2_000_000 });
        await suite.dovecot.fill(
            'anna',
            'INBOX',
            Array.from({ length: 120 }, () => large as Buffer)
        );
        const { host, port } = suite.dovecot;
        const login = { user: 'anna', password: 'Geheim-4711' };
        const server = { label: 'Office', host, port, security: 'none' as const, tls: {}, login, folders: {} };
        const account = new ImapAccount('account', { server, rights: new Set(RIGHTS), connections: 2 });
        const plan = { content: 'full' as const, attachments: 'buffer' as const, maxBytes: 25_000_000 };
        const order = { folder: 'INBOX', query: { deleted: false }, limit: 120, plan };
        const reader = { attachmentsDir: '' };
        let bytes = 0;
        let highest = 0;
        const before = liveBytes();
        try {
            await runSearch(account, { ...order, ...reader }, new AbortController().signal, (message, index) => {
                bytes += message.original?.length ?? 0;
                if (index % 20 === 0) {
                    highest = Math.max(highest, liveBytes() - before);
                }
            });
        } finally {
            await account.close();
        }
        assert.equal(bytes, 240_000_000);
        assert.ok(highest < 30_000_000, `${(highest / 1e6).toFixed()} MB in use for 240 MB of mail`);
    });
});
