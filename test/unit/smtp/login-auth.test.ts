import assert from 'node:assert/strict';
import { MailError } from '../../../src/message/mail-error';
import type { ServerSettings } from '../../../src/message/server-settings';
import { SmtpProbeConnection } from '../../../src/smtp/probe-connection';
import { inMemory } from '../../../src/smtp/ready-mail';
import { SmtpTransport } from '../../../src/smtp/transport';
import { FakeTokens } from '../../support/fake-tokens';
import { HANG_UP, startSmtpPeer, type SmtpPeer, type SmtpScript } from '../../support/smtp-peer';

const timeouts = { connectMs: 5_000, greetingMs: 5_000, socketMs: 5_000, closeMs: 100 };
const never = new AbortController().signal;
const mail = inMemory({
    messageId: '<1@example.com>',
    envelope: { from: 'anna@example.com', to: ['ben@example.org'] },
    bytes: Buffer.from('Subject: Hi\r\n\r\nHello\r\n'),
    isEightBit: false
});

/** The token of a line with AUTH; empty for other lines. */
function tokenIn(line: string): string {
    const [, payload = ''] = /^AUTH XOAUTH2 (\S+)$/.exec(line) ?? [];
    const fields = Buffer.from(payload, 'base64').toString().split('\x01');
    return fields[0] === 'user=anna' ? (fields[1] ?? '').replace('auth=Bearer ', '') : '';
}

describe('a login with a token at an SMTP server', () => {
    let tokens: FakeTokens;
    let peer: SmtpPeer;
    let transport: SmtpTransport;
    afterEach(async () => {
        transport?.close();
        await peer?.stop();
    });

    async function connect(script: SmtpScript): Promise<ServerSettings> {
        tokens = new FakeTokens();
        peer = await startSmtpPeer(script);
        const server: ServerSettings = {
            label: 'Shop',
            host: '127.0.0.1',
            port: peer.port,
            security: 'none',
            tls: {},
            login: { user: 'anna', tokens }
        };
        transport = new SmtpTransport(server, 1, timeouts);
        return server;
    }
    async function failure(): Promise<MailError> {
        const error = await transport.send(mail, never).then(
            () => assert.fail('it was sent'),
            (reason: unknown) => reason
        );
        assert.ok(error instanceof MailError);
        assert.doesNotMatch(error.message, /token-\d|dXNlcj1hbm5h/);
        assert.equal(error.account, 'Shop');
        return error;
    }
    const given = (): string[] => peer.lines.map(tokenIn).filter(Boolean);

    it('gives the token and sends', async () => {
        await connect(line => (tokenIn(line) ? '235 welcome' : undefined));
        await transport.send(mail, never);
        assert.deepEqual(given(), ['token-1-of-anna']);
        assert.equal(peer.messages.length, 1);
    });

    const rejections = {
        'at once, as Microsoft does': '535 5.7.3 Authentication unsuccessful',
        'in several lines': '535-5.7.8 Username and token\r\n535 5.7.8 not accepted',
        'after a challenge, as Google does': `334 ${Buffer.from('{"status":"400"}').toString('base64')}`,
        'after an empty challenge': '334'
    };
    for (const [way, rejection] of Object.entries(rejections)) {
        it(`renews a token that is rejected ${way}`, async () => {
            let isChallenged = false;
            await connect(line => {
                if (line === '' && isChallenged) {
                    isChallenged = false;
                    return '535 5.7.8 not accepted';
                }
                const token = tokenIn(line);
                isChallenged = token === 'token-1-of-anna' && rejection.startsWith('334');
                return token === 'token-1-of-anna' ? rejection : token ? '235 welcome' : undefined;
            });
            await transport.send(mail, never);
            assert.deepEqual(given(), ['token-1-of-anna', 'token-2-of-anna']);
            assert.deepEqual(tokens.refusals, []);
        });
    }

    it('is final when the renewed token is rejected as well', async () => {
        await connect(line => (tokenIn(line) ? `535 5.7.139 ${line} is no good: ${tokenIn(line)}` : undefined));
        const error = await failure();
        assert.deepEqual([error.code, error.kind], ['TOKEN_REJECTED', 'credentials']);
        assert.match(error.response, /^535 5\.7\.139 AUTH XOAUTH2 \*\*\* is no good: \*\*\*$/);
        assert.equal(tokens.refusals.length, 1);
        assert.equal(given().length, 2);
    });

    it('renews nothing for a server that takes no login at the moment', async () => {
        await connect(line => (tokenIn(line) ? '454 4.7.0 Temporary authentication failure' : undefined));
        const error = await failure();
        assert.deepEqual([error.code, error.kind], ['SERVER_REFUSED', 'temporary']);
        assert.deepEqual(given(), ['token-1-of-anna']);
    });

    it('does not wait for a server that hangs up after a rejection', async () => {
        await connect((line, connection) =>
            tokenIn(line) === 'token-2-of-anna' && connection === 1 ? HANG_UP : tokenIn(line) ? '535 no' : undefined
        );
        assert.equal((await failure()).kind, 'temporary');
        assert.equal(tokens.number, 2);
    });

    it('says why there is no token, and gives the server nothing', async () => {
        await connect(() => undefined);
        tokens.failure = new MailError({
            code: 'SIGN_IN_REQUIRED',
            kind: 'credentials',
            step: 'sign-in',
            account: 'Shop',
            problem: 'nobody has signed in yet'
        });
        const error = await failure();
        assert.equal(error, tokens.failure);
        assert.equal(error.code, 'SIGN_IN_REQUIRED');
        assert.ok(!peer.lines.some(line => line.startsWith('AUTH')));
    });

    it('works for the test of an account too', async () => {
        const server = await connect(line =>
            tokenIn(line) === 'token-2-of-anna' ? '235 welcome' : tokenIn(line) ? '535 no' : undefined
        );
        const probe = new SmtpProbeConnection(server, timeouts);
        try {
            await probe.connect();
            await probe.login();
            assert.equal(given().length, 2);
        } finally {
            probe.close();
        }
    });
});
