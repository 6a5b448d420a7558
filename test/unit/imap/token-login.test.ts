import assert from 'node:assert/strict';
import { ImapConnection } from '../../../src/imap/connection';
import { MailError } from '../../../src/message/mail-error';
import type { TokenLogin } from '../../../src/message/server-settings';
import { FakeTokens } from '../../support/fake-tokens';
import { startImapPeer, type ImapPeer, type PeerCommand } from '../../support/imap-peer';

/** The token of an AUTHENTICATE command with an initial response. */
function tokenIn(command: PeerCommand): string {
    const payload = Buffer.from(command.args.split(' ')[1] ?? '', 'base64').toString();
    return payload.split('auth=Bearer ')[1]?.split('\x01')[0] ?? '';
}

describe('a login with a token at an IMAP server', () => {
    let peer: ImapPeer | null = null;
    let connection: ImapConnection | null = null;
    afterEach(async () => {
        await connection?.close();
        await peer?.stop();
        connection = peer = null;
    });

    async function open({ login }: { login: TokenLogin }): Promise<ImapConnection> {
        const server = { label: 'Shop mail', host: '127.0.0.1', port: peer?.port ?? 0, tls: {}, folders: {} };
        connection = await ImapConnection.open({ ...server, security: 'none', login }, { openMs: 5_000 });
        return connection;
    }

    async function failure(work: Promise<unknown>): Promise<MailError> {
        const error = await work.then(
            () => assert.fail('it did not fail'),
            (reason: unknown) => reason
        );
        assert.ok(error instanceof MailError, String(error));
        assert.equal(error.account, 'Shop mail');
        return error;
    }

    async function connectWith(
        mechanism: string,
        accept: (token: string) => boolean,
        tokens = new FakeTokens()
    ): Promise<ImapConnection> {
        peer = await startImapPeer({
            capabilities: ['IMAP4rev1', 'SASL-IR', 'AUTH=PLAIN', `AUTH=${mechanism}`],
            handlers: {
                AUTHENTICATE: async (command, session, fallback) => {
                    if (accept(tokenIn(command))) {
                        return fallback();
                    }
                    session.write(`+ ${Buffer.from('{"status":"invalid_token"}').toString('base64')}\r\n`);
                    await session.nextLine();
                    session.no(command, `[AUTHENTICATIONFAILED] ${command.args} and ${tokenIn(command)}: no`);
                }
            }
        });
        return open({ login: { user: 'anna', tokens } });
    }

    for (const mechanism of ['XOAUTH2', 'OAUTHBEARER']) {
        it(`logs in by ${mechanism}, and renews a rejected one once`, async () => {
            const { usable } = await connectWith(mechanism, token => token === 'token-2-of-anna');
            assert.ok(usable);
            const logins = peer?.commands.filter(({ name }) => name === 'AUTHENTICATE') ?? [];
            assert.deepEqual(logins.map(tokenIn), ['token-1-of-anna', 'token-2-of-anna']);
            assert.ok(logins.every(({ args }) => args.startsWith(mechanism)));
            await peer?.waitForOpenSessions(1);
        });

        it(`keeps the token to itself when the server repeats ${mechanism}`, async () => {
            const tokens = new FakeTokens();
            const error = await failure(connectWith(mechanism, () => false, tokens));
            assert.deepEqual([error.code, tokens.refusals.length], ['TOKEN_REJECTED', 1]);
            const encoded = peer?.commands.find(({ name }) => name === 'AUTHENTICATE')?.args.split(' ')[1] ?? '';
            assert.ok(!error.message.includes('token-2') && !error.message.includes(encoded), error.message);
            assert.match(error.response, /\*\*\*/);
            await peer?.waitForOpenSessions(0);
        });
    }

    it('never falls back to a password login', async () => {
        peer = await startImapPeer({ capabilities: ['IMAP4rev1', 'AUTH=PLAIN'] });
        const error = await failure(open({ login: { user: 'anna', tokens: new FakeTokens() } }));
        assert.deepEqual([error.code, error.step], ['NOT_CONFIGURED', 'login']);
        assert.ok(!peer.commands.some(({ name }) => ['LOGIN', 'AUTHENTICATE'].includes(name)));
    });

    it('opens no connection while there is none', async () => {
        const tokens = new FakeTokens();
        const parts = {
            code: 'SIGN_IN_REQUIRED',
            kind: 'credentials',
            step: 'sign-in',
            problem: 'nobody'
        } as const;
        tokens.failure = new MailError({ ...parts, account: 'Shop mail' });
        const error = await failure(connectWith('XOAUTH2', () => true, tokens));
        assert.equal(error, tokens.failure);
        assert.equal(peer?.sessions.length, 0);
    });

    it('says that the rights are missing where Microsoft takes the login and gives no mailbox', async () => {
        peer = await startImapPeer({
            capabilities: ['IMAP4rev1', 'SASL-IR', 'AUTH=XOAUTH2', 'NAMESPACE'],
            handlers: {
                NAMESPACE: (command, session) => session.bad(command, 'User is authenticated but not connected.')
            }
        });
        const tokens = new FakeTokens();
        const error = await failure(open({ login: { user: 'shared@shop.example', tokens } }));
        assert.deepEqual([error.code, error.kind], ['SERVER_REFUSED', 'configuration']);
        assert.match(error.message, /no mailbox behind it.*not connected.*the right to this mailbox.*user name/);
        assert.deepEqual([tokens.number, tokens.refusals.length], [1, 0]);
    });
});
