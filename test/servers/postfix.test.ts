import assert from 'node:assert/strict';
import { createTransport } from 'nodemailer';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { BOUNCING_DOMAIN, startPostfix, type Postfix } from '../support/postfix';
import { requireServer } from '../support/require-server';

describe('the Postfix of a test', function () {
    this.timeout(60_000);
    let postfix: Postfix;
    before(async function () {
        requireServer(this, 'postfix');
        postfix = await startPostfix({ parameters: { message_size_limit: '20000' } });
    });
    after(() => postfix?.stop());

    async function send(to: string, options: { text?: string; secure?: boolean } = {}): Promise<void> {
        const { text = 'Hello', secure = false } = options;
        const client = createTransport({
            host: 'localhost',
            port: secure ? postfix.tlsPort : postfix.port,
            secure,
            requireTLS: !secure,
            tls: { ca: postfix.certificate }
        });
        await client.sendMail({ from: 'anna@example.com', to, subject: 'Hi', text });
    }

    for (const secure of [false, true]) {
        it(`keeps what it takes over ${secure ? 'TLS' : 'STARTTLS'}`, async () => {
            const before = postfix.mails().length;
            await send('ben@example.org', { secure });
            const mail = (await postfix.waitForMails(before + 1)).at(-1);
            assert.deepEqual([mail?.from, mail?.to], ['anna@example.com', 'ben@example.org']);
            assert.match(mail?.raw.toString() ?? '', /^Subject: Hi\r\n/m);
        });
    }

    it('refuses mail for other domains', async () => {
        await assert.rejects(send('ben@elsewhere.example'), { responseCode: 554 });
    });

    it('refuses mail that is larger than its limit', async () => {
        await assert.rejects(send('ben@example.org', { text: 'x'.repeat(30_000) }), { responseCode: 552 });
    });

    it('bounces with a delivery report to the sender', async () => {
        const before = postfix.mails().length;
        await send(`nobody@${BOUNCING_DOMAIN}`);
        const report = (await postfix.waitForMails(before + 1)).at(-1);
        assert.deepEqual([report?.from, report?.to], ['', 'anna@example.com']);
        assert.match(report?.raw.toString() ?? '', /report-type=delivery-status/);
    });
});

describe('the Postfix of a test that demands a login', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let postfix: Postfix;
    before(async function () {
        requireServer(this, 'dovecot');
        requireServer(this, 'postfix');
        dovecot = await startDovecot({ authService: true });
        postfix = await startPostfix({ loginAt: dovecot });
    });
    after(async () => {
        await postfix?.stop();
        await dovecot?.stop();
    });

    async function send(pass: string): Promise<void> {
        const client = createTransport({
            host: 'localhost',
            port: postfix.port,
            requireTLS: true,
            tls: { ca: postfix.certificate },
            auth: { user: 'anna', pass }
        });
        await client.sendMail({ from: 'anna@example.com', to: 'ben@example.org', subject: 'Hi', text: 'Hello' });
    }

    it('takes mail of the users that Dovecot knows', async () => {
        await send('secret');
        await postfix.waitForMails(1);
    });

    it('refuses a wrong password', async () => {
        await assert.rejects(send('wrong'), { responseCode: 535 });
    });
});
