import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';

function mail(id: string): Buffer {
    return Buffer.from(`From: ben@example.com\r\nMessage-ID: <${id}@example.com>\r\nSubject: ${id}\r\n\r\nHello\r\n`);
}

async function withClient(
    dovecot: Dovecot,
    options: Partial<ImapFlowOptions>,
    use: (client: ImapFlow) => Promise<void>
): Promise<void> {
    const client = new ImapFlow({
        host: 'localhost',
        port: dovecot.port,
        secure: false,
        auth: { user: 'anna', pass: 'secret' },
        tls: { ca: dovecot.certificate },
        logger: false,
        ...options
    } as ImapFlowOptions);
    client.on('error', () => undefined);
    try {
        await client.connect();
        await use(client);
    } finally {
        client.close();
    }
}

for (const storage of ['maildir', 'sdbox'] as const) {
    describe(`the Dovecot of a test, storage ${storage}`, function () {
        this.timeout(60_000);
        let dovecot: Dovecot;
        before(async function () {
            requireServer(this, 'dovecot');
            dovecot = await startDovecot({ storage, users: { anna: 'secret', ben: 'with: colon' } });
        });
        after(() => dovecot?.stop());

        it('numbers filled mails in the given order and keeps flags and date', async () => {
            const receivedAt = new Date('2026-01-02T03:04:05Z');
            const mails = Array.from({ length: 20 }, (_, index) => mail(`fill-${index}`));
            await dovecot.fill('anna', 'INBOX', [...mails, { raw: mail('seen'), flags: ['\\Seen'], receivedAt }]);

            const stored = await dovecot.list('anna', 'INBOX');
            assert.equal(stored.length, 21);
            assert.ok(stored.slice(0, 20).every((item, index) => item.messageId === `<fill-${index}@example.com>`));
            const flags = await dovecot.flags('anna', 'INBOX');
            assert.deepEqual([flags.get(1), flags.get(21)], [[], ['\\Seen']]);
            const date = await dovecot.doveadm('fetch', '-u', 'anna', 'date.received.unixtime', 'uid', '21');
            assert.match(date, new RegExp(String(receivedAt.getTime() / 1000)));
        });

        it('returns the bytes of a mail', async () => {
            await dovecot.fill('anna', 'Früh/Unter', [mail('bytes')]);
            assert.deepEqual(await dovecot.raw('anna', 'Früh/Unter', 1), mail('bytes'));
        });

        it('tells a client in IDLE of a delivered mail', () =>
            withClient(dovecot, { port: dovecot.imapsPort, secure: true }, async client => {
                await client.mailboxOpen('INBOX');
                const announced = once(client, 'exists');
                const idle = client.idle();
                await dovecot.deliver('anna', 'INBOX', mail('new'));
                await announced;
                await client.noop();
                await idle;
                assert.ok((await dovecot.list('anna', 'INBOX')).some(item => item.messageId === '<new@example.com>'));
            }));

        it('shows what a client did to the flags', () =>
            withClient(dovecot, { doSTARTTLS: true }, async client => {
                await client.mailboxOpen('INBOX');
                await client.messageFlagsAdd('1', ['\\Flagged', 'Imported'], { uid: true });
                const flags = await dovecot.flags('anna', 'INBOX');
                assert.deepEqual(flags.get(1)?.toSorted(), ['Imported', '\\Flagged']);
            }));

        it('knows every user by the given password', () =>
            withClient(dovecot, { auth: { user: 'ben', pass: 'with: colon' } }, async client => {
                const folders = await client.list();
                assert.equal(folders.find(folder => folder.specialUse === '\\Sent')?.path, 'Sent');
            }));

        it('comes back on the same port with the same mails', async () => {
            const before = await dovecot.list('anna', 'INBOX');
            await dovecot.restart();
            await withClient(dovecot, { doSTARTTLS: false }, async client => {
                assert.equal((await client.mailboxOpen('INBOX')).exists, before.length);
            });
        });
    });
}

describe('the Dovecot of a test without TLS', () => {
    it('does not offer STARTTLS', async function () {
        requireServer(this, 'dovecot');
        const dovecot = await startDovecot({ tls: false });
        try {
            await withClient(dovecot, { doSTARTTLS: false }, async client => {
                assert.equal(client.capabilities.has('STARTTLS'), false);
            });
            await assert.rejects(withClient(dovecot, { doSTARTTLS: true }, async () => undefined));
        } finally {
            await dovecot.stop();
        }
    });
});
