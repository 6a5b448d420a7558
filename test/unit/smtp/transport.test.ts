import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { MailErrorCode } from '../../../src/message/mail-error';
import type { ServerSettings } from '../../../src/message/server-settings';
import { SmtpTransport, type SmtpTimeouts } from '../../../src/smtp/transport';
import { inMemory, type ReadyMail } from '../../../src/smtp/ready-mail';
import { createCertificate } from '../../support/certificate';
import { findFreePort } from '../../support/free-port';
import { HANG_UP, SILENCE, startSmtpPeer, type SmtpPeer, type SmtpScript } from '../../support/smtp-peer';
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from '../../support/smtp-sink';

/** Of a node that does not stop. */
let never: AbortSignal;
const timeouts: SmtpTimeouts = { connectMs: 5_000, greetingMs: 5_000, socketMs: 5_000, closeMs: 100 };
const login = { user: 'shop', password: 'hunter2 secret' };

function mailOf(parts: { to?: string[]; body?: string | Buffer } = {}): ReadyMail {
    const head = 'From: shop@example.com\r\nSubject: Hi\r\nMessage-ID: <1@example.com>\r\n\r\n';
    return inMemory({
        messageId: '<1@example.com>',
        envelope: { from: 'shop@example.com', to: parts.to ?? ['ben@example.org'] },
        bytes: Buffer.concat([Buffer.from(head), Buffer.from(parts.body ?? 'Hello\r\n')]),
        isEightBit: false
    });
}

describe('the SMTP transport', () => {
    const open: Array<() => unknown> = [];

    beforeEach(() => {
        never = new AbortController().signal;
    });

    afterEach(async () => {
        for (const close of open.splice(0).reverse()) {
            await close();
        }
    });

    async function sinkWith(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
        const sink = await startSmtpSink(options);
        open.push(() => sink.stop());
        return sink;
    }

    async function peerWith(script: SmtpScript): Promise<SmtpPeer> {
        const peer = await startSmtpPeer(script);
        open.push(() => peer.stop());
        return peer;
    }

    function transportTo(port: number, settings: Partial<ServerSettings> = {}, times: Partial<SmtpTimeouts> = {}) {
        const server: ServerSettings = {
            label: 'Shop',
            host: '127.0.0.1',
            port,
            security: 'none',
            tls: {},
            login: null,
            ...settings
        };
        const transport = new SmtpTransport(server, 1, { ...timeouts, ...times });
        open.push(() => transport.close());
        return transport;
    }

    describe('with a server that accepts', () => {
        it('hands over the bytes as they are and reports what the server said', async () => {
            const sink = await sinkWith();
            const mail = mailOf({ body: 'Hello\r\n.dot\r\n..two\r\n' });
            const acceptance = await transportTo(sink.port).send(mail, never);
            assert.deepEqual(acceptance.accepted, ['ben@example.org']);
            assert.deepEqual(acceptance.rejected, []);
            assert.match(acceptance.response, /^250 /);
            assert.equal(acceptance.serverMessageId, '');
            const [received] = await sink.waitForMails(1);
            assert.deepEqual(received?.raw, await buffer(mail.open()));
            assert.equal(received?.from, 'shop@example.com');
        });

        it('logs in over TLS and over STARTTLS, and checks the certificate', async () => {
            for (const secure of [true, false]) {
                const sink = await sinkWith({ secure, users: { shop: login.password } });
                const security = secure ? 'tls' : 'starttls';
                const transport = transportTo(sink.port, { security, login, tls: { ca: sink.certificate } });
                await transport.send(mailOf(), never);
                assert.deepEqual([sink.mails[0]?.user, sink.mails[0]?.secure], ['shop', true]);
            }
        });

        it('uses one connection for mails one after the other', async () => {
            const peer = await peerWith(() => undefined);
            const transport = transportTo(peer.port);
            for (let n = 0; n < 5; n++) {
                await transport.send(mailOf(), never);
            }
            assert.equal(peer.connections, 1);
        });

        it('reports the id that the server gave the mail', async () => {
            const id = '<AM0PR01MB1234.eurprd01.prod.outlook.com>';
            const peer = await peerWith(line => (line === '.' ? `250 2.0.0 OK ${id}` : undefined));
            const { serverMessageId } = await transportTo(peer.port).send(mailOf(), never);
            assert.equal(serverMessageId, id);
        });
    });

    describe('with several recipients', () => {
        it('reports those the server refused, with its words', async () => {
            const sink = await sinkWith({
                refuse: { recipient: to => (to === 'b@example.org' ? { code: 550, text: 'no such user' } : undefined) }
            });
            const acceptance = await transportTo(sink.port).send(
                mailOf({ to: ['a@example.org', 'b@example.org', 'c@example.org'] }),
                never
            );
            assert.deepEqual(acceptance.accepted, ['a@example.org', 'c@example.org']);
            assert.deepEqual(acceptance.rejected, [{ address: 'b@example.org', response: '550 no such user' }]);
            assert.deepEqual(sink.mails[0]?.to, ['a@example.org', 'c@example.org']);
        });

        it('fails for the time being when all were refused and one of them only for now', async () => {
            const sink = await sinkWith({
                refuse: { recipient: to => ({ code: to === 'a@example.org' ? 450 : 550, text: 'no' }) }
            });
            const mail = mailOf({ to: ['a@example.org', 'b@example.org'] });
            await assert.rejects(transportTo(sink.port).send(mail, never), {
                code: MailErrorCode.RecipientsRefused,
                kind: 'temporary'
            });
        });
    });

    describe('with a server that refuses', () => {
        const refusals: Array<[string, SmtpSinkOptions['refuse'], string]> = [
            ['the connection', { connect: { code: 554, text: 'go away' } }, 'SERVER_REFUSED configuration'],
            ['the sender', { sender: { code: 550, text: 'no' } }, 'SENDER_NOT_ALLOWED permanent'],
            ['the sender for now', { sender: { code: 451, text: 'later' } }, 'SERVER_REFUSED temporary'],
            ['the recipient', { recipient: () => ({ code: 550, text: 'no' }) }, 'RECIPIENTS_REFUSED permanent'],
            [
                'the recipient for now',
                { recipient: () => ({ code: 450, text: 'later' }) },
                'RECIPIENTS_REFUSED temporary'
            ],
            ['the message', { data: { code: 554, text: 'spam' } }, 'SERVER_REFUSED permanent'],
            ['the message for now', { data: { code: 452, text: 'full' } }, 'SERVER_REFUSED temporary']
        ];
        for (const [what, refuse, verdict] of refusals) {
            it(`${what}, fails as ${verdict}`, async () => {
                const sink = await sinkWith({ refuse: refuse ?? {} });
                const error = await failureOf(transportTo(sink.port).send(mailOf(), never));
                assert.equal(`${error.code} ${error.kind}`, verdict);
                assert.equal(error.account, 'Shop');
                assert.notEqual(error.response, '');
            });
        }

        it('goes on with the next mail over the same connection', async () => {
            const peer = await peerWith(line => (line.includes('<bad@') ? '550 5.1.1 no' : undefined));
            const transport = transportTo(peer.port);
            await assert.rejects(transport.send(mailOf({ to: ['bad@example.org'] }), never), { kind: 'permanent' });
            await transport.send(mailOf(), never);
            assert.equal(peer.connections, 1);
        });

        it('says 421 at any time, and is asked again later', async () => {
            for (const at of ['', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.']) {
                const peer = await peerWith(line => (matches(line, at) ? '421 4.3.2 going down' : undefined));
                const error = await failureOf(transportTo(peer.port).send(mailOf(), never));
                assert.equal(error.kind, 'temporary', `421 to "${at}"`);
                assert.match(error.response, /421/, `421 to "${at}"`);
            }
        });
    });

    describe('with a wrong password', () => {
        it('says so, without the password', async () => {
            const sink = await sinkWith({ users: { shop: 'right' } });
            const error = await failureOf(transportTo(sink.port, { login }).send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.CredentialsRejected, 'credentials']);
        });

        it('hides it also when the server repeats it, plain or encoded', async () => {
            const plain = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64');
            const peer = await peerWith(line =>
                line.startsWith('AUTH') ? `535 5.7.8 ${login.password} in ${plain} is wrong` : undefined
            );
            const error = await failureOf(transportTo(peer.port, { login }).send(mailOf(), never));
            assert.match(error.response, /535 5\.7\.8 \*\*\* in \*\*\* is wrong/);
        });

        it('sends nothing without a login when the server offers none', async () => {
            const peer = await peerWith(line =>
                line.startsWith('EHLO') ? '250 peer.example' : line.startsWith('AUTH') ? '502 5.5.1 no' : undefined
            );
            const error = await failureOf(transportTo(peer.port, { login }).send(mailOf(), never));
            assert.equal(error.kind, 'configuration');
            assert.deepEqual(peer.messages, []);
        });
    });

    describe('with TLS that cannot be trusted', () => {
        it('sends no credential when STARTTLS is missing', async () => {
            const peer = await peerWith(() => undefined);
            const transport = transportTo(peer.port, { security: 'starttls', login });
            const error = await failureOf(transport.send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.StarttlsMissing, 'configuration']);
            assert.deepEqual(
                peer.lines.map(line => line.split(' ')[0]),
                ['EHLO', 'STARTTLS']
            );
        });

        for (const secure of [true, false]) {
            it(`refuses a certificate for another name, over ${secure ? 'TLS' : 'STARTTLS'}`, async () => {
                const certificate = createCertificate({ names: ['other.example'] });
                const sink = await sinkWith({ secure, certificate, users: { shop: login.password } });
                const tls = { ca: certificate.cert };
                const transport = transportTo(sink.port, { security: secure ? 'tls' : 'starttls', tls, login });
                const error = await failureOf(transport.send(mailOf(), never));
                assert.deepEqual([error.code, error.kind], [MailErrorCode.Certificate, 'configuration']);
                assert.match(error.message, /127\.0\.0\.1 is not in the cert's list/);
                assert.deepEqual(sink.mails, []);
            });
        }

        it('refuses a certificate of an unknown authority', async () => {
            const sink = await sinkWith({ secure: true });
            const error = await failureOf(transportTo(sink.port, { security: 'tls' }).send(mailOf(), never));
            assert.equal(error.code, MailErrorCode.Certificate);
        });

        it('says that the port speaks no TLS', async () => {
            const peer = await peerWith(() => undefined);
            const error = await failureOf(transportTo(peer.port, { security: 'tls' }).send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.TlsFailed, 'configuration']);
        });
    });

    describe('without a server', () => {
        it('says that the host is unknown', async () => {
            const transport = transportTo(25, { host: 'mail.nowhere.invalid' });
            const error = await failureOf(transport.send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.HostUnknown, 'temporary']);
        });

        it('says that the port is closed', async () => {
            const error = await failureOf(transportTo(await findFreePort()).send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.ConnectionRefused, 'temporary']);
        });
    });

    describe('with a server that falls silent', () => {
        it('before the greeting', async () => {
            const peer = await peerWith(line => (line === '' ? SILENCE : undefined));
            const error = await failureOf(transportTo(peer.port, {}, { greetingMs: 100 }).send(mailOf(), never));
            assert.deepEqual([error.code, error.step], [MailErrorCode.TimedOut, 'greeting']);
        });

        for (const at of ['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
            it(`at ${at}`, async () => {
                const peer = await peerWith(line => (matches(line, at) ? SILENCE : undefined));
                const transport = transportTo(peer.port, { login }, { socketMs: 100 });
                const error = await failureOf(transport.send(mailOf(), never));
                assert.deepEqual([error.code, error.kind], [MailErrorCode.TimedOut, 'temporary']);
            });
        }

        it('after the final dot, and nobody knows the outcome', async () => {
            const peer = await peerWith(line => (line === '.' ? SILENCE : undefined));
            // long enough for a busy machine to come as far as the dot
            const error = await failureOf(transportTo(peer.port, {}, { socketMs: 1_000 }).send(mailOf(), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.OutcomeUnknown, 'permanent']);
        });
    });

    describe('with a server that hangs up', () => {
        for (const at of ['', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
            it(`at ${at || 'the greeting'}, before anything was transmitted`, async () => {
                const peer = await peerWith(line => (matches(line, at) ? HANG_UP : undefined));
                const error = await failureOf(transportTo(peer.port, { login }).send(mailOf(), never));
                assert.deepEqual([error.code, error.kind], [MailErrorCode.ConnectionLost, 'temporary']);
                assert.equal(peer.connections, 1, 'sent once per call');
            });
        }

        it('in the middle of a large message, which it then has to drop', async () => {
            const peer = await peerWith(line => (line === 'message' ? HANG_UP : undefined));
            const body = 'x'.repeat(70).concat('\r\n').repeat(200_000);
            const error = await failureOf(transportTo(peer.port).send(mailOf({ body }), never));
            assert.deepEqual([error.code, error.kind], [MailErrorCode.ConnectionLost, 'temporary']);
        });

        it('after it got the final dot, and nobody knows the outcome', async () => {
            for (const at of ['message', '.']) {
                const peer = await peerWith(line => (line === at ? HANG_UP : undefined));
                const error = await failureOf(transportTo(peer.port).send(mailOf(), never));
                assert.equal(error.code, MailErrorCode.OutcomeUnknown, at);
                assert.equal(peer.connections, 1, 'never sent again');
            }
        });

        it('between two mails, and the next one gets a new connection', async () => {
            const peer = await peerWith(() => undefined);
            const transport = transportTo(peer.port);
            await transport.send(mailOf(), never);
            await peer.hangUp();
            await transport.send(mailOf(), never);
            assert.equal(peer.messages.length, 2);
        });
    });

    describe('that is told to stop', () => {
        it('sends nothing any more', async () => {
            await assert.rejects(transportTo(1).send(mailOf(), AbortSignal.abort()), { code: MailErrorCode.Closed });
        });

        it('lets a delivery end that needs no more than the grace', async () => {
            const stop = new AbortController();
            const peer = await peerWith(line => {
                if (line === '.') {
                    stop.abort();
                }
                return undefined;
            });
            const acceptance = await transportTo(peer.port, {}, { closeMs: 2_000 }).send(mailOf(), stop.signal);
            assert.deepEqual(acceptance.accepted, ['ben@example.org']);
        });

        it('cuts a delivery to a server that hangs, before the message was transmitted', async () => {
            const peer = await peerWith(line => (matches(line, 'RCPT') ? SILENCE : undefined));
            const stop = new AbortController();
            const outcome = failureOf(transportTo(peer.port).send(mailOf(), stop.signal));
            await peer.waitForLine(/^RCPT/);
            stop.abort();
            assert.equal((await outcome).code, MailErrorCode.Closed);
        });

        it('cuts one whose message was transmitted, and says that nobody knows', async () => {
            const peer = await peerWith(line => (line === '.' ? SILENCE : undefined));
            const stop = new AbortController();
            const outcome = failureOf(transportTo(peer.port).send(mailOf(), stop.signal));
            await peer.waitForMessages(1);
            stop.abort();
            assert.equal((await outcome).code, MailErrorCode.OutcomeUnknown);
        });
    });

    describe('with hostile replies', () => {
        it('does not keep a reply without an end in memory', async () => {
            const peer = await peerWith(line =>
                line.startsWith('EHLO') ? '250-x\r\n'.repeat(20_000) + '250-' : undefined
            );
            const error = await failureOf(transportTo(peer.port).send(mailOf(), never));
            assert.equal(error.code, MailErrorCode.ProtocolBroken);
        });

        it('cuts what it shows of them to one printable line', async () => {
            const peer = await peerWith(line =>
                matches(line, 'MAIL') ? `550-${'a'.repeat(1_000)}\r\n550 \u001b[31mb` : undefined
            );
            const error = await failureOf(transportTo(peer.port).send(mailOf(), never));
            assert.ok(error.response.length <= 301);
            assert.doesNotMatch(error.response, /\p{Cc}/u);
        });
    });
});

function matches(line: string, command: string): boolean {
    return command === '' ? line === '' : line.startsWith(command);
}

async function failureOf(
    outcome: Promise<unknown>
): Promise<Record<'code' | 'kind' | 'step' | 'account' | 'response' | 'message', string>> {
    try {
        await outcome;
    } catch (error) {
        return error as Awaited<ReturnType<typeof failureOf>>;
    }
    throw new assert.AssertionError({ message: 'the mail was sent' });
}
