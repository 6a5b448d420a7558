import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import helper = require('node-red-node-test-helper');
import fetchMail = require('../../nodes/fetch-mail');
import imapAccount = require('../../nodes/imap-account');
import imapIn = require('../../nodes/imap-in');
import type { ErrorInfo } from '../../src/runtime/error-info';
import type { MailMessage } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { createTempFolder, type TempFolder } from '../support/temp-folder';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

const NODES = [imapAccount, imapIn, fetchMail];
const MB = 1024 * 1024;
const LARGE = randomBytes(3 * MB);
const SMALL = randomBytes(300_000);
const TEXT = 'Guten Tag, anbei die Rechnung';

type Failure = { error: { message: string } & Partial<ErrorInfo> };

function sumOf(content: Buffer): string {
    return createHash('sha256').update(content).digest('hex');
}

describe('fetch-mail on Dovecot', function () {
    this.timeout(30_000);
    const red = useNodeRed();
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let userDir: TempFolder;
    let first: MailMessage;
    let bytesBefore = 0;

    const credentials = { account: { user: 'anna', password: 'secret' } };
    const raw = buildMail({
        subject: 'Rechnung',
        text: TEXT,
        html: `<p>${TEXT}</p>`,
        attachments: [
            { filename: 'large.bin', content: LARGE },
            { filename: 'small.pdf', content: SMALL, contentType: 'application/pdf' }
        ]
    });

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot();
        proxy = await startProxy(dovecot);
    });
    after(async () => {
        await proxy?.stop();
        await dovecot?.stop();
    });
    beforeEach(async () => {
        userDir = createTempFolder('user-dir');
        helper.settings({ userDir: userDir.path });
        await dovecot.fill('anna', 'INBOX', [raw]);
    });
    afterEach(async () => {
        await red.unload();
        proxy.truncateAfter(undefined);
        userDir.remove();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    /** Imports the mail with its header only, and leaves the message with a node that holds it. */
    async function start(fetching: object, input: object = {}): Promise<void> {
        const account = { type: 'imap-account', host: proxy.host, port: proxy.port, security: 'none' };
        const flow = [
            { id: 'tab', type: 'tab' },
            { id: 'account', name: 'Office', ...account },
            { id: 'in', z: 'tab', type: 'imap-in', account: 'account', start: 'all', content: 'headers', ack: 'emit' },
            { id: 'fetch', z: 'tab', type: 'fetch-mail', ...fetching, wires: [['out']] },
            { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
            ...['held', 'caught', 'out'].map(id => ({ id, z: 'tab', type: 'recorder' }))
        ].map(node => (node.id === 'in' ? { ...node, ...input, wires: [['held'], []] } : node));
        await red.loadFlow(NODES, flow, credentials);
        first = await red.waitForMessage<MailMessage>('held');
        proxy.forgetCommands();
        bytesBefore = proxy.bytesFromServer;
    }

    async function fetched(message: object = first): Promise<MailMessage> {
        red.node('fetch').receive({ ...message });
        return red.waitForMessage<MailMessage>('out');
    }

    it('loads the text alone, and keeps what the flow has added', async () => {
        await start({});
        assert.deepEqual([first.payload, first.attachments], ['', []]);
        const added = { ...first.mail, reply: { text: 'x' }, automatic: { is: true } };
        const message = await fetched({ ...first, mail: added, own: 1 });
        assert.equal(message.payload.trim(), TEXT);
        assert.equal(message.html?.trim(), `<p>${TEXT}</p>`);
        assert.deepEqual(
            message.attachments.map(({ filename, size, part }) => [filename, size, part]),
            [
                ['large.bin', LARGE.length, '2'],
                ['small.pdf', SMALL.length, '3']
            ]
        );
        const { own, mail } = message as unknown as { own: number; mail: Record<string, unknown> };
        assert.deepEqual([own, mail['reply'], mail['automatic']], [1, { text: 'x' }, { is: true }]);
        assert.deepEqual(message.mail.delivery, first.mail.delivery);
        assert.ok(proxy.bytesFromServer - bytesBefore < 10_000, `${proxy.bytesFromServer - bytesBefore} bytes`);
        assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [[]]);
    });

    it('saves only the attachments that are still listed, and transfers no others', async () => {
        await start({ content: 'headers', attachments: 'file', attachmentsDir: 'files' }, { content: 'text' });
        const listed = first.attachments.filter(({ filename }) => filename === 'small.pdf');
        const message = await fetched({ ...first, payload: 'changed by the flow', attachments: listed });
        assert.equal(message.payload, 'changed by the flow');
        const [file, ...others] = message.attachments;
        assert.deepEqual([file?.filename, file?.size, others], ['small.pdf', SMALL.length, []]);
        assert.equal(sumOf(readFileSync(file?.path ?? '')), sumOf(SMALL));
        assert.equal(readdirSync(join(userDir.path, 'files')).length, 1);
        assert.ok(
            proxy.bytesFromServer - bytesBefore < SMALL.length * 1.5,
            `${proxy.bytesFromServer - bytesBefore} bytes`
        );
    });

    it('loads all attachments into the message when none is listed', async () => {
        await start({ content: 'text', attachments: 'buffer' });
        const message = await fetched();
        assert.deepEqual(
            message.attachments.map(({ content }) => sumOf(content as Buffer)),
            [sumOf(LARGE), sumOf(SMALL)]
        );
        assert.equal(message.payload.trim(), TEXT);
    });

    it('loads the complete mail', async () => {
        await start({ content: 'full' });
        assert.deepEqual((await fetched()).original, raw);
    });

    it('leaves no file behind when the line is cut, and loads the mail on a new one', async () => {
        await start({ content: 'headers', attachments: 'file', attachmentsDir: 'files' });
        proxy.truncateAfter(MB);
        red.node('fetch').receive({ ...first });
        await proxy.waitForCommand(/BODY\.PEEK\[2\]/);
        const { error } = await red.waitForMessage<Failure>('caught');
        assert.match(error.message, /Office: fetch failed: the connection was lost/);
        assert.deepEqual(readdirSync(join(userDir.path, 'files')), []);
        proxy.truncateAfter(undefined);
        const message = await fetched();
        assert.equal(sumOf(readFileSync(message.attachments[0]?.path ?? '')), sumOf(LARGE));
    });

    const failures: Array<[string, object, (message: MailMessage) => object, RegExp]> = [
        [
            'a mail that is gone',
            {},
            ({ mail }) => ({ mail: { ref: { ...mail.ref, uid: 99_999 } } }),
            /UID 99999 is no longer in "INBOX"/
        ],
        ['a renewed folder', {}, ({ mail }) => ({ mail: { ref: { ...mail.ref, uidValidity: '1' } } }), /was renewed/],
        [
            'a missing account',
            {},
            ({ mail }) => ({ mail: { ref: { ...mail.ref, account: 'none' } } }),
            /no account is chosen, or it is missing/
        ],
        ['a message of no mail', {}, () => ({ payload: 'x' }), /has no msg\.mail\.ref/],
        [
            'a mail above the limit',
            { maxSizeMB: 1 },
            message => message,
            /the mail has 4\.\d MB, more than the 1\.0 MB/
        ],
        [
            'an attachment that is not there',
            { content: 'headers', attachments: 'buffer' },
            message => ({ ...message, attachments: [{ part: '7' }] }),
            /no attachment with the part number "7"/
        ],
        ['no folder for files', { attachments: 'file' }, message => message, /no folder is named/]
    ];
    for (const [what, fetching, made, text] of failures) {
        it(`reports ${what} to a Catch node and passes nothing on`, async () => {
            await start(fetching);
            red.node('fetch').receive({ ...made(first) });
            const { error } = await red.waitForMessage<Failure>('caught');
            assert.match(error.message, text);
            assert.equal(red.recorded('out').length, 0);
        });
    }
});
