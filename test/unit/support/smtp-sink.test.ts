import assert from 'node:assert/strict';
import { createTransport } from 'nodemailer';
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from '../../support/smtp-sink';

const MAIL = { from: 'anna@example.com', to: ['ben@example.org', 'carl@example.org'], subject: 'Hi', text: 'Hello' };

describe('the SMTP sink', () => {
    let sink: SmtpSink;

    async function send(
        options: SmtpSinkOptions = {},
        transport: Record<string, unknown> = {}
    ): Promise<{ rejected: unknown[] }> {
        sink = await startSmtpSink(options);
        const client = createTransport({
            host: 'localhost',
            port: sink.port,
            secure: options.secure ?? false,
            tls: { ca: sink.certificate },
            ...transport
        });
        return client.sendMail(MAIL) as Promise<{ rejected: unknown[] }>;
    }

    afterEach(() => sink.stop());

    it('keeps envelope and bytes of what it took', async () => {
        await send({}, { requireTLS: true });
        const [mail] = await sink.waitForMails(1);
        assert.deepEqual([mail?.from, mail?.to], [MAIL.from, MAIL.to]);
        assert.equal(mail?.secure, true);
        assert.match(mail?.raw.toString() ?? '', /^Subject: Hi\r\n/m);
    });

    it('checks names and passwords, over TLS too', async () => {
        await send({ secure: true, users: { anna: 'secret' } }, { auth: { user: 'anna', pass: 'secret' } });
        assert.equal((await sink.waitForMails(1))[0]?.user, 'anna');
    });

    it('refuses a wrong password', async () => {
        const wrong = send({ users: { anna: 'secret' } }, { auth: { user: 'anna', pass: 'other' } });
        await assert.rejects(wrong, { responseCode: 535 });
    });

    for (const [step, refuse] of Object.entries({
        connect: { connect: { code: 421, text: 'busy' } },
        sender: { sender: { code: 451, text: 'later' } },
        recipient: { recipient: () => ({ code: 550, text: 'unknown' }) },
        data: { data: { code: 554, text: 'spam' } }
    })) {
        it(`refuses at the step "${step}" with the reply the test chose`, async () => {
            const reply = Object.values(refuse).map(value => (typeof value === 'function' ? value() : value))[0];
            await assert.rejects(send({ refuse }), { responseCode: reply?.code });
            assert.equal(sink.mails.length, 0);
        });
    }

    it('can refuse one of two recipients', async () => {
        const refuse = {
            recipient: (address: string) => (address.startsWith('carl') ? { code: 550, text: 'unknown' } : undefined)
        };
        const info = await send({ refuse });
        assert.deepEqual(info.rejected, ['carl@example.org']);
        assert.deepEqual((await sink.waitForMails(1))[0]?.to, ['ben@example.org']);
    });

    it('names what it waited for', async () => {
        sink = await startSmtpSink();
        await assert.rejects(sink.waitForMails(2, 10), /waited 10 ms in vain for 2 mails, 0 came/);
    });
});
