import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { simpleParser } from 'mailparser';
import saveMail = require('../../nodes/save-mail');
import type { SavedMail } from '../../src/delivery/save-mail';
import { buildMail } from '../support/mail-builder';
import { MailActionSuite } from '../support/mail-action-suite';

const ID = '<one@example.com>';
const RECEIVED = new Date('2026-03-09T08:12:44Z');

/** Bytes that any repair would change: mixed encodings, long lines, trailing blanks, no line end at the end of a part. */
function awkwardMail(size = 0): Buffer {
    const odd = Buffer.from('Gr\xfc\xdfe \t \r\n-- \r\n.\r\n..dots\r\nFrom here\r\n', 'latin1');
    const header = `Message-ID: ${ID}\r\nfrom: Ben <ben@example.com>\r\nSubject: =?utf-8?q?=C3=BC?=\r\nX-Long: ${'x'.repeat(3000)}\r\n\r\n`;
    const lines = 'y'.repeat(4000);
    return Buffer.concat([
        Buffer.from(header),
        odd,
        Buffer.from(lines),
        Buffer.from('\r\n'),
        Buffer.from(randomBytes(size).toString('base64').replace(/.{76}/g, '$&\r\n')),
        Buffer.from('\r\n')
    ]);
}

function hash(mail: Buffer): string {
    return createHash('sha256').update(mail).digest('hex');
}

describe('save-mail on Dovecot', function () {
    this.timeout(60_000);
    const suite = MailActionSuite.use('save-mail', saveMail, {
        folders: { Trash: '\\Trash', Drafts: '\\Drafts', Sent: '\\Sent', Antworten: null, Voll: null, Fest: null },
        extraConfig: `
mail_plugins = quota acl
protocol imap {
  mail_plugins = quota imap_quota acl imap_acl
}
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=6M
  quota_max_mail_size = 4M
  acl = vfile
}
`
    });

    async function deliver(raw: Buffer, flags: Array<'\\Flagged' | '\\Answered' | '\\Deleted'> = []): Promise<object> {
        await suite.dovecot.fill('anna', 'INBOX', [{ raw, flags, receivedAt: RECEIVED }]);
        return { mail: { ref: await suite.ref('INBOX'), messageId: ID } };
    }

    async function copyOf(
        user: 'anna' | 'carl',
        folder: string
    ): Promise<{ raw: Buffer; flags: string[]; received: string }> {
        const [mail] = await suite.dovecot.list(user, folder);
        assert.ok(mail, `no copy in ${folder}`);
        const answer = await suite.dovecot.doveadm(
            '-f',
            'tab',
            'fetch',
            '-u',
            user,
            'date.received.unixtime',
            'mailbox',
            folder,
            'all'
        );
        return {
            raw: await suite.source(folder, user),
            flags: mail.flags.filter(flag => flag !== '\\Recent').sort(),
            received: answer.trim().split('\n')[1] ?? ''
        };
    }

    for (const [what, account, user] of [
        ['another folder', 'account', 'anna'],
        ['another account', 'other', 'carl']
    ] as const) {
        it(`copies the original into ${what}: every byte, flags and time of arrival`, async () => {
            const raw = awkwardMail();
            const msg = await deliver(raw, ['\\Flagged', '\\Answered']);
            await suite.dovecot.doveadm('flags', 'add', '-u', 'anna', '$Campaign', 'mailbox', 'INBOX', 'all');
            await suite.start({ account, folder: 'Antworten', folderType: 'str', flags: ['$Stored'] });
            const { saved } = await suite.pass<{ saved: SavedMail }>(msg);
            const copy = await copyOf(user, 'Antworten');
            assert.equal(hash(copy.raw), hash(raw));
            assert.deepEqual(copy.flags, ['$Campaign', '$Stored', '\\Answered', '\\Flagged']);
            assert.equal(Number(copy.received), RECEIVED.getTime() / 1000);
            const { flags, ...place } = saved;
            assert.deepEqual(place, await suite.ref('Antworten', 0, account));
            assert.deepEqual([...flags].sort(), copy.flags);
            const [original = []] = [...(await suite.dovecot.flags('anna', 'INBOX')).values()];
            assert.deepEqual([...original].sort(), ['$Campaign', '\\Answered', '\\Flagged']);
        });
    }

    it('does not carry the mark for deletion into the copy', async () => {
        const msg = await deliver(awkwardMail(), ['\\Deleted', '\\Flagged']);
        await suite.start({ account: 'account', folder: 'Antworten', folderType: 'str' });
        await suite.pass(msg);
        assert.deepEqual((await copyOf('anna', 'Antworten')).flags, ['\\Flagged']);
        await suite.red.unload();
        await suite.start({ account: 'other', folder: 'Antworten', folderType: 'str' });
        await suite.pass(msg);
        assert.deepEqual((await copyOf('carl', 'Antworten')).flags, ['\\Flagged']);
    });

    it('streams a large original to another account without a change', async () => {
        const raw = awkwardMail(2_000_000);
        const msg = await deliver(raw);
        await suite.start({ account: 'other', folder: 'Antworten', folderType: 'str' });
        await suite.pass(msg);
        assert.equal(hash((await copyOf('carl', 'Antworten')).raw), hash(raw));
    });

    it('writes a draft with Bcc, and needs no recipient', async () => {
        await suite.start({
            account: 'account',
            source: 'composed',
            folder: '\\Drafts',
            folderType: 'str',
            flags: ['\\Draft', '\\Seen']
        });
        const msg = {
            to: 'ben@example.com',
            bcc: ['boss@example.org'],
            topic: 'Grüße',
            payload: 'Guten Tag',
            attachments: [{ filename: 'a.txt', content: 'x' }]
        };
        await suite.pass(msg);
        const copy = await copyOf('anna', 'Drafts');
        const draft = await simpleParser(copy.raw);
        assert.deepEqual(copy.flags, ['\\Draft', '\\Seen']);
        assert.match(copy.raw.toString(), /^Bcc: boss@example\.org\r$/m);
        assert.match(copy.raw.toString(), /^From: anna@example\.org\r$/m);
        assert.deepEqual(
            [draft.subject, draft.text?.trim(), draft.attachments[0]?.filename],
            ['Grüße', 'Guten Tag', 'a.txt']
        );
        await suite.pass({ topic: 'Nobody yet' }, 2);
        assert.equal((await suite.ids('Drafts')).length, 2);
    });

    it('gives the record of a sent mail its Message-ID and date', async () => {
        await suite.start({ account: 'account', source: 'composed', folder: '\\Sent', folderType: 'str' });
        const sent = { messageId: '<sent-1@example.org>', at: '2026-03-09T08:12:44.000Z' };
        await suite.pass({ to: 'ben@example.com', sendAs: 'Sales <sales@example.org>', payload: 'x', sent });
        const { raw } = await copyOf('anna', 'Sent');
        assert.match(raw.toString(), /^Message-ID: <sent-1@example\.org>\r$/m);
        assert.match(raw.toString(), /^Date: Mon, 09 Mar 2026 08:12:44 \+0000\r$/m);
        assert.match(raw.toString(), /^From: Sales <sales@example\.org>\r$/m);
    });

    it('refuses a path of a file, whatever the message says', async () => {
        await suite.start({ account: 'account', source: 'composed', folder: '\\Drafts', folderType: 'str' });
        assert.match(await suite.fail({ attachments: [{ path: '/etc/passwd' }] }), /attachment failed/);
        assert.deepEqual(await suite.ids('Drafts'), []);
    });

    it('makes a missing folder if told so, and else names the ones that are similar', async () => {
        const msg = await deliver(awkwardMail());
        await suite.start({ account: 'other', folder: 'Antwort', folderType: 'str' });
        assert.match(
            await suite.fail(msg),
            /Archive: append failed: the folder "Antwort" does not exist.*Similar: "Antworten"/
        );
        await suite.red.unload();
        for (const [account, user] of [
            ['account', 'anna'],
            ['other', 'carl']
        ] as const) {
            await suite.start({ account, folder: 'target', folderType: 'msg', create: true, flags: ['\\Seen'] });
            await suite.pass({ ...msg, target: 'Kampagne "A&B"/Käufer 100%' });
            assert.deepEqual(await suite.ids('Kampagne "A&B"/Käufer 100%', user), [ID]);
            await suite.red.unload();
        }
    });

    it('reports a full mailbox with the words of the server, and stores nothing', async () => {
        await suite.dovecot.fill(
            'carl',
            'INBOX',
            [1, 2].map(() => buildMail({ size: 2_900_000 }))
        );
        await suite.dovecot.doveadm('quota', 'recalc', '-u', 'carl');
        const msg = await deliver(awkwardMail(600_000));
        await suite.start({ account: 'other', folder: 'Antworten', folderType: 'str' });
        assert.match(
            await suite.fail(msg),
            /Archive: append failed: the mailbox is full\. The server said: ".*[Qq]uota exceeded/
        );
        assert.deepEqual(await suite.ids('Antworten', 'carl'), []);
    });

    it('reports a full mailbox for a copy within it too', async () => {
        await suite.dovecot.fill(
            'anna',
            'Sent',
            [1, 2].map(() => buildMail({ size: 2_700_000 }))
        );
        const msg = await deliver(awkwardMail(600_000));
        await suite.dovecot.doveadm('quota', 'recalc', '-u', 'anna');
        await suite.start({ account: 'account', folder: 'Antworten', folderType: 'str' });
        assert.match(await suite.fail(msg), /Office: copy failed: the mailbox is full\. The server said/);
        assert.deepEqual(await suite.ids('Antworten'), []);
    });

    it('reports a mail that is larger than the server takes', async () => {
        await suite.start({ account: 'account', source: 'composed', folder: '\\Drafts', folderType: 'str' });
        const attachments = [{ filename: 'a.bin', content: randomBytes(4_000_000) }];
        assert.match(await suite.fail({ payload: 'x', attachments }), /Office: append failed: .*The server said: ".+"/);
        assert.deepEqual(await suite.ids('Drafts'), []);
    });

    it('reports a folder into which the server lets nobody write', async () => {
        await suite.dovecot.doveadm('acl', 'set', '-u', 'carl', 'Fest', 'owner', 'lookup', 'read');
        const msg = await deliver(awkwardMail());
        for (const flags of [[], ['\\Seen']]) {
            await suite.start({ account: 'other', folder: 'Fest', folderType: 'str', flags });
            assert.match(
                await suite.fail(msg),
                /Archive: (append|store) failed: .*(The server said: ".*[Pp]ermission denied|does not keep)/
            );
            await suite.red.unload();
        }
        await suite.dovecot.doveadm('acl', 'delete', '-u', 'carl', 'Fest', 'owner');
        assert.deepEqual(await suite.ids('Fest', 'carl'), []);
    });

    it('stores into a folder that may be written and not read', async () => {
        await suite.dovecot.doveadm('acl', 'set', '-u', 'carl', 'Voll', 'owner', 'lookup', 'insert', 'post');
        const msg = await deliver(awkwardMail());
        await suite.start({ account: 'other', folder: 'Voll', folderType: 'str' });
        const { saved } = await suite.pass<{ saved: SavedMail }>(msg);
        await suite.dovecot.doveadm('acl', 'delete', '-u', 'carl', 'Voll', 'owner');
        assert.deepEqual(await suite.ids('Voll', 'carl'), [ID]);
        assert.equal(saved.folder, 'Voll');
    });

    it('refuses without the right to store, and asks the server nothing', async () => {
        const msg = await deliver(awkwardMail());
        await suite.start(
            { account: 'account', folder: 'Antworten', folderType: 'str' },
            { rights: ['read', 'flag', 'move', 'delete'] }
        );
        assert.match(
            await suite.fail(msg),
            /Office: configure failed: this account does not allow flows to append mail/
        );
        assert.deepEqual(suite.proxy.commands(), []);
    });

    it('stores once when the connection is cut after the server has stored it', async () => {
        const msg = await deliver(awkwardMail());
        await suite.start({ account: 'other', folder: 'Antworten', folderType: 'str' });
        const passing = suite.pass<{ saved: SavedMail }>(msg);
        await suite.cutBeforeAnswer(/^APPEND/, async () => (await suite.ids('Antworten', 'carl')).length === 1);
        const { saved } = await passing;
        assert.deepEqual(await suite.ids('Antworten', 'carl'), [ID]);
        assert.deepEqual({ ...saved, flags: 0 }, { ...(await suite.ref('Antworten', 0, 'other')), flags: 0 });
        assert.equal(suite.proxy.commands().filter(command => /^APPEND/.test(command)).length, 1);
    });

    it('stores it again when the connection is cut before the server has stored it', async () => {
        const msg = await deliver(awkwardMail(300_000));
        await suite.start({ account: 'other', folder: 'Antworten', folderType: 'str' });
        const passing = suite.pass(msg);
        await suite.proxy.waitForCommand(/^APPEND/);
        suite.proxy.cut();
        await passing;
        assert.deepEqual(await suite.ids('Antworten', 'carl'), [ID]);
    });

    it('stores a mail once that comes again because a node behind has failed', async () => {
        const msg = (await deliver(awkwardMail())) as { mail: object };
        for (const account of ['account', 'other']) {
            await suite.start({ account, folder: 'Antworten', folderType: 'str', flags: ['\\Seen'] });
            const first = await suite.pass<{ saved: SavedMail }>(msg);
            const again = { mail: { ...msg.mail, delivery: { id: 'x', attempt: 2 } } };
            const second = await suite.pass<{ saved: SavedMail }>(again, 2);
            assert.deepEqual(second.saved, first.saved);
            await suite.red.unload();
        }
        assert.deepEqual([await suite.ids('Antworten'), await suite.ids('Antworten', 'carl')], [[ID], [ID]]);
    });

    it('names what is missing when it starts', async () => {
        await suite.start({ account: 'account', folder: '' });
        assert.match(String(suite.red.errors('node')[0]?.[0]), /no folder is named/);
        await suite.red.unload();
        await suite.start({ account: 'nowhere', folder: 'Antworten', folderType: 'str' });
        assert.match(String(suite.red.errors('node')[0]?.[0]), /no account is chosen/);
        assert.match(await suite.fail({}), /no account is chosen/);
    });
});
