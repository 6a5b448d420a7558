import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { createCertificate } from '../../support/certificate';
import { startEmbeddedImap, type EmbeddedImap, type EmbeddedImapOptions } from '../../support/embedded-imap';
import { buildMail } from '../../support/mail-builder';

describe('the embedded IMAP server', () => {
    let imap: EmbeddedImap;
    let client: ImapFlow;

    async function start(
        options: EmbeddedImapOptions = {},
        clientOptions: Partial<ImapFlowOptions> = {}
    ): Promise<void> {
        imap = await startEmbeddedImap(options);
        client = new ImapFlow({
            host: 'localhost',
            port: imap.port,
            secure: false,
            auth: { user: 'anna', pass: 'secret' },
            logger: false,
            ...clientOptions
        } as ImapFlowOptions);
        client.on('error', () => undefined);
        await client.connect();
    }

    afterEach(async () => {
        client.close();
        await imap.close();
    });

    it('announces a new mail to a client in IDLE and gives it back byte for byte', async () => {
        await start();
        await client.mailboxOpen('INBOX');
        const announced = once(client, 'exists');
        const idle = client.idle();
        const mail = buildMail({ text: 'Grüße' });
        const uid = imap.appendMessage('INBOX', mail);
        await announced;
        const fetched = await client.fetchOne(String(uid), { source: true }, { uid: true });
        await idle;
        assert.deepEqual(fetched && fetched.source, mail);
    });

    it('shows what a client did', async () => {
        await start({ folders: { 'Customers/New': null, Sent: '\\Sent' } });
        imap.appendMessage('INBOX', buildMail());
        await client.mailboxOpen('INBOX');
        await client.messageFlagsAdd('1', ['\\Flagged']);
        assert.deepEqual(imap.mails('INBOX')[0]?.flags, ['\\Flagged']);
        await client.messageMove('1', 'Customers/New');
        assert.deepEqual([imap.mails('INBOX').length, imap.mails('Customers/New').length], [0, 1]);
        const folders = await client.list();
        assert.equal(folders.find(folder => folder.path === 'Sent')?.specialUse, '\\Sent');
        assert.ok(client.capabilities.has('CONDSTORE'));
    });

    it('leaves nothing running when a client is cut in IDLE', async () => {
        await start();
        await client.mailboxOpen('INBOX');
        const closed = once(client, 'close');
        const idle = client.idle();
        imap.appendMessage('INBOX', buildMail());
        await once(client, 'exists');
        imap.cut();
        await closed;
        await idle.catch(() => undefined);
    });

    it('speaks TLS with the given certificate', async () => {
        const certificate = createCertificate();
        await start({ certificate }, { secure: true, tls: { ca: certificate.cert } });
        assert.equal(client.secureConnection, true);
    });

    it('names the folder it does not have', async () => {
        await start();
        assert.throws(() => imap.appendMessage('Nowhere', buildMail()), /no folder "Nowhere"/);
    });
});
