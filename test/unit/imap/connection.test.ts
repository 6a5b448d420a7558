import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ImapConnection, type ConnectionTimeouts, type ImapServer } from '../../../src/imap/connection';
import { MailError, type ErrorStep, type MailErrorCode } from '../../../src/message/mail-error';
import { createCertificate } from '../../support/certificate';
import { findFreePort } from '../../support/free-port';
import { PeerSession, startImapPeer, type ImapPeer, type PeerOptions } from '../../support/imap-peer';

const MB = 1024 * 1024;

describe('ImapConnection', () => {
    let peer: ImapPeer | null = null;
    let connection: ImapConnection | null = null;
    let server: Server | null = null;

    afterEach(async () => {
        await connection?.close();
        await peer?.stop();
        server?.close();
        connection = peer = server = null;
    });

    function settings(changed: Partial<ImapServer> = {}): ImapServer {
        return {
            label: 'Shop mail',
            host: '127.0.0.1',
            port: peer?.port ?? 0,
            security: 'none',
            tls: {},
            login: { user: 'anna', password: 'pä"ss wörd' },
            folders: {},
            ...changed
        };
    }

    async function open(changed: Partial<ImapServer> = {}, timeouts: ConnectionTimeouts = {}): Promise<ImapConnection> {
        const limits = { connectMs: 5000, greetingMs: 5000, openMs: 10_000, socketMs: 5000, ...timeouts };
        connection = await ImapConnection.open(settings(changed), limits);
        return connection;
    }

    async function connect(options: PeerOptions, timeouts: ConnectionTimeouts = {}): Promise<ImapConnection> {
        peer = await startImapPeer(options);
        return open({}, timeouts);
    }

    /** Every failure is a MailError that names the account and never the password. */
    async function failure(promise: Promise<unknown>): Promise<MailError> {
        const error: unknown = await promise.then(
            () => null,
            (reason: unknown) => reason
        );
        assert.ok(error instanceof MailError, `a MailError, not ${String(error)}`);
        assert.equal(error.account, 'Shop mail');
        assertNoSecret(error);
        return error;
    }

    function assertNoSecret(error: MailError): void {
        const text = `${error.message} ${error.response} ${String(error.stack)} ${JSON.stringify(error)}`;
        const forms = ['pä"ss wörd', 'pä\\"ss wörd', 'ss wÃ'].concat(
            ['pä"ss wörd', '\0anna\0pä"ss wörd'].map(form => Buffer.from(form).toString('base64'))
        );
        forms.forEach(form => assert.equal(text.includes(form), false, `"${form}" in: ${text}`));
    }

    function assertError(error: MailError, code: MailErrorCode, step: ErrorStep): void {
        assert.deepEqual([error.code, error.step], [code, step], error.message);
    }

    describe('to an obliging server', () => {
        it('logs in, and says so', async () => {
            const open = await connect({});
            assert.equal(open.usable, true);
            assert.equal(open.account, 'Shop mail');
            assert.ok(peer?.commands.some(command => command.name === 'LOGIN'));
        });

        it('names itself, and not the library', async () => {
            await connect({});
            const id = await peer?.waitForCommand('ID');
            const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;
            assert.equal(id?.args, `("name" "${name}" "version" "${version}" "vendor" "Mailflow")`);
        });

        it('logs in by AUTHENTICATE where that is offered', async () => {
            await connect({ capabilities: ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR'] });
            assert.ok(peer?.commands.some(command => command.name === 'AUTHENTICATE'));
        });

        it('does without a login where the server has one already', async () => {
            peer = await startImapPeer({ greeting: '* PREAUTH [CAPABILITY IMAP4rev1] hello' });
            assert.equal((await open({ login: null })).usable, true);
            assert.ok(!peer.commands.some(command => ['LOGIN', 'AUTHENTICATE'].includes(command.name)));
        });
    });

    describe('that cannot be made', () => {
        it('says that the host name is unknown', async () => {
            // no name server is asked for such a name, so that none can be slow
            assertError(await failure(open({ host: 'no..host', port: 993 })), 'HOST_UNKNOWN', 'look-up');
        });

        it('says that nobody listens', async () => {
            const port = await findFreePort();
            assertError(await failure(open({ port })), 'CONNECTION_REFUSED', 'connect');
        });

        it('gives up a server that never greets', async () => {
            assertError(await failure(connect({ greeting: null }, { greetingMs: 50 })), 'TIMED_OUT', 'greeting');
            await peer?.waitForOpenSessions(0);
        });

        it('gives up a TLS handshake that never ends', async () => {
            server = createServer(socket => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
            await once(server, 'listening');
            const { port } = server.address() as AddressInfo;
            const error = await failure(open({ port, security: 'tls' }, { connectMs: 50 }));
            assert.equal(error.code, 'TIMED_OUT');
        });

        it('says that the server hung up at once', async () => {
            server = createServer(socket => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1');
            await once(server, 'listening');
            const { port } = server.address() as AddressInfo;
            const error = await failure(open({ port }));
            assert.deepEqual([error.code, error.kind], ['CONNECTION_LOST', 'temporary']);
        });

        it('quotes a server that says goodbye at once', async () => {
            const error = await failure(connect({ greeting: '* BYE overloaded, come back later' }));
            assert.deepEqual([error.code, error.kind], ['CONNECTION_LOST', 'temporary']);
            assert.equal(error.response, 'overloaded, come back later');
        });

        it('knows a goodbye because of too many connections', async () => {
            const error = await failure(connect({ greeting: '* BYE Too many connections from your address' }));
            assert.equal(error.code, 'TOO_MANY_CONNECTIONS');
        });

        it('recognises a server of another kind', async () => {
            const error = await failure(connect({ greeting: '220 mail.shop.example ESMTP' }, { greetingMs: 300 }));
            assert.equal(error.kind, 'temporary');
            assert.match(error.code, /^(PROTOCOL_BROKEN|TIMED_OUT)$/);
        });

        for (const [what, garbage] of [
            ['bytes of all values', Buffer.from(Array.from({ length: 256 }, (_unused, index) => index))],
            ['an HTTP answer', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
            ['brackets that never close', `* OK [CAPABILITY ${'('.repeat(5000)}\r\n`],
            ['a star alone', '* \r\n*\r\n* * *\r\n'],
            ['a negative literal', '* OK {-1}\r\n'],
            ['line feeds', '\n'.repeat(5000)]
        ] as const) {
            it(`does not fall over ${what} in place of a greeting`, async () => {
                server = createServer(socket => {
                    socket.on('error', () => undefined);
                    socket.write(garbage);
                    socket.end();
                }).listen(0, '127.0.0.1');
                await once(server, 'listening');
                const { port } = server.address() as AddressInfo;
                const error = await failure(open({ port }, { greetingMs: 300 }));
                assert.ok(['temporary', 'configuration'].includes(error.kind), error.message);
            });
        }

        it('gives up a greeting without an end', async () => {
            peer = await startImapPeer({ greeting: null });
            const attempt = failure(open({}, { greetingMs: 2000 }));
            await peer.waitForOpenSessions(1);
            peer.sessions[0]?.write('* OK ');
            const flood = peer.sessions[0]?.flood(1e12);
            assert.match((await attempt).code, /^(PROTOCOL_BROKEN|TIMED_OUT)$/);
            await flood;
        });
    });

    describe('with TLS', () => {
        async function startTls(names: string[]): Promise<{ port: number; cert: string }> {
            const { key, cert } = createCertificate({ names });
            server = createTlsServer({ key, cert }, socket => {
                socket.on('error', () => undefined);
                socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
            }).listen(0, '127.0.0.1');
            // a client that does not trust the certificate ends the handshake with an alert
            (server as Server & NodeJS.EventEmitter).on('tlsClientError', () => undefined);
            await once(server, 'listening');
            return { port: (server.address() as AddressInfo).port, cert };
        }

        it('refuses a certificate for another name', async () => {
            const { port, cert } = await startTls(['imap.other.example']);
            const error = await failure(open({ port, security: 'tls', tls: { ca: cert } }));
            assertError(error, 'CERTIFICATE', 'tls');
            assert.equal(error.kind, 'configuration');
            assert.match(error.message, /imap\.other\.example|127\.0\.0\.1/);
        });

        it('refuses a certificate that nobody vouches for', async () => {
            const { port } = await startTls(['127.0.0.1']);
            assertError(await failure(open({ port, security: 'tls' })), 'CERTIFICATE', 'tls');
        });

        it('says that a plain port speaks no TLS', async () => {
            peer = await startImapPeer();
            assertError(await failure(open({ security: 'tls' })), 'TLS_FAILED', 'tls');
        });
    });

    describe('with STARTTLS required', () => {
        function assertNothingSecretSent(): void {
            const sent = peer?.commands.map(command => command.name) ?? [];
            assert.deepEqual(
                sent.filter(name => ['LOGIN', 'AUTHENTICATE'].includes(name)),
                []
            );
        }

        it('sends no password to a server that does not offer it', async () => {
            peer = await startImapPeer({ capabilities: ['IMAP4rev1', 'AUTH=PLAIN'] });
            const error = await failure(open({ security: 'starttls' }));
            assertError(error, 'STARTTLS_MISSING', 'tls');
            assert.equal(error.kind, 'configuration');
            assertNothingSecretSent();
            await peer.waitForOpenSessions(0);
        });

        it('sends no password to a server that refuses it', async () => {
            peer = await startImapPeer({
                capabilities: ['IMAP4rev1', 'STARTTLS'],
                handlers: { STARTTLS: (command, session) => session.no(command, 'not today') }
            });
            const error = await failure(open({ security: 'starttls' }));
            assert.match(error.code, /^(STARTTLS_MISSING|TLS_FAILED|SERVER_REFUSED)$/);
            assertNothingSecretSent();
        });

        it('trusts no greeting that claims to be logged in already', async () => {
            peer = await startImapPeer({ greeting: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome' });
            assert.equal((await failure(open({ security: 'starttls' }))).step, 'tls');
            assertNothingSecretSent();
        });

        it('does not read on when something was slipped in before the handshake', async () => {
            peer = await startImapPeer({
                capabilities: ['IMAP4rev1', 'STARTTLS'],
                handlers: {
                    STARTTLS: (command, session) =>
                        session.write(`${command.tag} OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n`)
                }
            });
            assertError(await failure(open({ security: 'starttls' })), 'TLS_FAILED', 'tls');
            assertNothingSecretSent();
        });

        it('gives up a server that stays silent instead of shaking hands', async () => {
            peer = await startImapPeer({
                capabilities: ['IMAP4rev1', 'STARTTLS'],
                handlers: { STARTTLS: (_command, session) => session.silence() }
            });
            const error = await failure(open({ security: 'starttls' }, { openMs: 100 }));
            assert.equal(error.code, 'TIMED_OUT');
            await peer.waitForOpenSessions(0);
        });
    });

    describe('whose login fails', () => {
        for (const [name, capabilities] of [
            ['LOGIN', ['IMAP4rev1']],
            ['AUTHENTICATE', ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR']]
        ] as const) {
            it(`says that ${name} was rejected`, async () => {
                const error = await failure(
                    connect({
                        capabilities,
                        handlers: {
                            [name]: (command, session) =>
                                session.no(command, '[AUTHENTICATIONFAILED] Invalid credentials (Failure)')
                        }
                    })
                );
                assertError(error, 'CREDENTIALS_REJECTED', 'login');
                assert.equal(error.kind, 'credentials');
                assert.match(error.response, /Invalid credentials/);
                await peer?.waitForOpenSessions(0);
            });
        }

        it('does not blame the password for a server that is out of order', async () => {
            const error = await failure(
                connect({
                    handlers: {
                        LOGIN: (command, session) =>
                            session.no(command, '[UNAVAILABLE] Temporary authentication failure.')
                    }
                })
            );
            assertError(error, 'SERVER_REFUSED', 'login');
            assert.equal(error.kind, 'temporary');
        });

        it('says that the server wants TLS before a login', async () => {
            const error = await failure(connect({ capabilities: ['IMAP4rev1', 'LOGINDISABLED'] }));
            assertError(error, 'NOT_CONFIGURED', 'login');
            assert.match(error.message, /Login is disabled/);
        });

        it('says that the server wants a login when the account has none', async () => {
            peer = await startImapPeer();
            assertError(await failure(open({ login: null })), 'NOT_CONFIGURED', 'login');
        });

        it('does not blame the password for a connection that breaks during the login', async () => {
            const error = await failure(connect({ handlers: { LOGIN: (_command, session) => session.reset() } }));
            assert.deepEqual([error.code, error.kind], ['CONNECTION_LOST', 'temporary']);
        });

        it('gives up a server that does not answer the login', async () => {
            const handlers = { LOGIN: (_command: unknown, session: PeerSession) => session.silence() };
            const error = await failure(connect({ handlers }, { openMs: 100 }));
            assert.equal(error.code, 'TIMED_OUT');
            await peer?.waitForOpenSessions(0);
        });

        // Silence has a limit, but every line begins it anew
        it('gives up a server that talks on and on instead of answering the login', async () => {
            let talk: NodeJS.Timeout | undefined;
            const handlers = {
                LOGIN: (_command: unknown, session: PeerSession) => {
                    talk = setInterval(() => session.untagged('OK still thinking'), 20);
                }
            };
            const error = await failure(connect({ handlers }, { openMs: 200 }));
            clearInterval(talk);
            assert.equal(error.code, 'TIMED_OUT');
            await peer?.waitForOpenSessions(0);
        });

        for (const [what, capabilities] of [
            ['LOGIN', ['IMAP4rev1']],
            ['AUTHENTICATE PLAIN', ['IMAP4rev1', 'AUTH=PLAIN', 'SASL-IR']],
            ['AUTHENTICATE LOGIN', ['IMAP4rev1', 'AUTH=LOGIN']]
        ] as const) {
            it(`keeps the password to itself when the server repeats ${what}`, async () => {
                const repeat = (session: PeerSession, tag: string, words: string): void =>
                    session.write(`${tag} BAD cannot read ${words}\r\n`);
                const error = await failure(
                    connect({
                        capabilities,
                        handlers: {
                            LOGIN: (command, session) => {
                                const literals = command.literals.map(literal => literal.toString('latin1')).join(' ');
                                session.write(
                                    Buffer.from(`${command.tag} BAD cannot read LOGIN ${literals} `, 'latin1')
                                );
                                session.write(`${command.args} pä"ss wörd pä\\"ss wörd\r\n`);
                            },
                            AUTHENTICATE: async (command, session) => {
                                let words = command.args;
                                for (const prompt of what.endsWith('LOGIN') ? ['User Name', 'Password'] : ['']) {
                                    session.write(`+ ${Buffer.from(prompt).toString('base64')}\r\n`);
                                    words += ` ${await session.nextLine()}`;
                                }
                                repeat(session, command.tag, words);
                            }
                        }
                    })
                );
                assert.match(error.response, /cannot read .*\*\*\*/);
            });
        }
    });

    describe('with a command', () => {
        it('gives what the command gives', async () => {
            const open = await connect({});
            assert.equal(await open.command('list', async () => 5), 5);
        });

        it('throws the words of the server when the library answers false', async () => {
            const open = await connect({
                mailbox: { exists: 1, uidNext: 2 },
                handlers: { 'UID STORE': (command, session) => session.no(command, '[OVERQUOTA] mailbox is full') }
            });
            await open.command('select', client => client.mailboxOpen('INBOX'));
            const store = open.command('store', client => client.messageFlagsAdd('1', ['\\Seen'], { uid: true }));
            const error = await failure(store);
            assertError(error, 'SERVER_REFUSED', 'store');
            assert.match(error.response, /mailbox is full/);
        });

        it('does not quote the refusal of an earlier command', async () => {
            const open = await connect({
                mailbox: { exists: 1, uidNext: 2 },
                handlers: { 'UID STORE': (command, session) => session.no(command, 'mailbox is full') }
            });
            await open.command('select', client => client.mailboxOpen('INBOX'));
            await failure(open.command('store', client => client.messageFlagsAdd('1', ['\\Seen'], { uid: true })));
            const error = await failure(open.command('move', async () => false));
            assertError(error, 'SERVER_REFUSED', 'move');
            assert.equal(error.response, '');
        });

        it('takes undefined for a refusal too', async () => {
            const open = await connect({});
            assertError(await failure(open.command('search', async () => undefined)), 'SERVER_REFUSED', 'search');
        });

        it('accepts other values that are not true', async () => {
            const open = await connect({});
            assert.deepEqual(await open.command('search', async () => []), []);
            assert.equal(await open.command('search', async () => 0), 0);
            assert.equal(await open.command('list', async () => null), null);
        });

        it('says that the outcome is not known when the connection breaks during a STORE', async () => {
            const open = await connect({
                mailbox: { exists: 1, uidNext: 2 },
                handlers: { 'UID STORE': (_command, session) => session.reset() }
            });
            await open.command('select', client => client.mailboxOpen('INBOX'));
            const store = open.command('store', client => client.messageFlagsAdd('1', ['\\Seen'], { uid: true }));
            assertError(await failure(store), 'CONNECTION_LOST', 'store');
        });

        it('ends a command that the server never answers', async () => {
            const open = await connect(
                { handlers: { NOOP: (_command, session) => session.silence() } },
                { commandMs: 50 }
            );
            assertError(await failure(open.command('fetch', client => client.noop())), 'TIMED_OUT', 'fetch');
            assert.equal(open.usable, false);
            await peer?.waitForOpenSessions(0);
        });

        it('ends a command that trickles for ever', async () => {
            let trickle: NodeJS.Timeout | undefined;
            const handlers = {
                NOOP: (_command: unknown, session: PeerSession) => {
                    trickle = setInterval(() => session.untagged('OK wait'), 20);
                }
            };
            const open = await connect({ handlers }, { commandMs: 200 });
            const error = await failure(open.command('fetch', client => client.noop()));
            clearInterval(trickle);
            assertError(error, 'TIMED_OUT', 'fetch');
        });

        it('fails on a connection that is closed', async () => {
            const open = await connect({});
            await open.close();
            const error = await failure(open.command('list', client => client.list()));
            assert.equal(error.code, 'CONNECTION_LOST');
        });
    });

    describe('to a hostile server', () => {
        async function answerFetchWith(
            answer: (session: PeerSession, tag: string) => unknown
        ): Promise<{ error: MailError; closed: MailError | null }> {
            const open = await connect({
                mailbox: { exists: 1, uidNext: 2 },
                handlers: { 'UID FETCH': (command, session) => void answer(session, command.tag) }
            });
            await open.command('select', client => client.mailboxOpen('INBOX'));
            const fetch = open.command('fetch', client => client.fetchAll('1', { source: true }, { uid: true }));
            return { error: await failure(fetch), closed: await open.closed };
        }

        it('takes no literal beyond its limit', async () => {
            const { error } = await answerFetchWith(session =>
                session.write(`* 1 FETCH (UID 1 BODY[] {${100 * MB}}\r\n`)
            );
            assertError(error, 'PROTOCOL_BROKEN', 'fetch');
        });

        it('takes no line without an end', async () => {
            const { error } = await answerFetchWith(session => {
                session.write('* 1 FETCH (UID 1 X ');
                return session.flood(1e12);
            });
            assertError(error, 'PROTOCOL_BROKEN', 'fetch');
        });

        it('ends with an error when the server hangs up in the middle of a literal', async () => {
            const { error } = await answerFetchWith(session => {
                session.write('* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: x');
                session.end();
            });
            assertError(error, 'CONNECTION_LOST', 'fetch');
        });

        it('ends with an error when the server falls silent in the middle of a literal', async () => {
            const open = await connect(
                {
                    mailbox: { exists: 1, uidNext: 2 },
                    handlers: { 'UID FETCH': (_command, session) => session.write('* 1 FETCH (BODY[] {1000}\r\nx') }
                },
                { commandMs: 1_000 }
            );
            await open.command('select', client => client.mailboxOpen('INBOX'));
            const fetch = open.command('fetch', client => client.fetchAll('1', { source: true }, { uid: true }));
            assertError(await failure(fetch), 'TIMED_OUT', 'fetch');
        });

        for (const lines of [
            '* 5 EXISTS\r\n* 3 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen))\r\n',
            '* OK [ALERT] maintenance at night\r\n* NO disk nearly full\r\n* BAD what\r\n',
            '* CAPABILITY IMAP4rev1\r\n* SEARCH 1 2 3\r\n* STATUS x (MESSAGES 5)\r\n',
            '* VANISHED 1:5\r\n* 4294967295 EXISTS\r\n* 0 FETCH ()\r\n* -1 EXPUNGE\r\n',
            '+ go on\r\n',
            '* X-SOMETHING (new "in" {3}\r\nabc)\r\n'
        ]) {
            it(`goes on after lines that nobody asked for: ${JSON.stringify(lines)}`, async () => {
                const open = await connect({ mailbox: { exists: 3, uidNext: 9 } });
                await open.command('select', client => client.mailboxOpen('INBOX'));
                peer?.broadcast(lines);
                const folders = await open.command('list', client => client.list());
                assert.equal(folders.length, 3);
            });
        }

        it('survives an answer to a command that was never given', async () => {
            const open = await connect({});
            peer?.broadcast('ZZZ9 OK done\r\n');
            const outcome = await open
                .command('list', client => client.list())
                .then(
                    folders => folders.length,
                    (error: MailError) => error.kind
                );
            assert.ok([3, 'temporary'].includes(outcome), String(outcome));
        });
    });

    describe('that ends', () => {
        const ways: Array<[string, (session: PeerSession) => void, MailErrorCode | null]> = [
            ['without a word', session => session.end(), 'CONNECTION_LOST'],
            ['by a reset', session => session.reset(), 'CONNECTION_LOST'],
            ['with a goodbye', session => session.bye('restarting for an update'), 'CONNECTION_LOST'],
            [
                'with a goodbye because of too many',
                session => session.bye('Too many connections'),
                'TOO_MANY_CONNECTIONS'
            ]
        ];
        for (const [way, end, code] of ways) {
            it(`${way} settles "closed" once, with the reason`, async () => {
                const open = await connect({});
                end(peer?.sessions[0] as PeerSession);
                const reason = await open.closed;
                assert.equal(reason?.code, code);
                assert.equal(reason?.kind, 'temporary');
                assert.equal(open.usable, false);
                await open.close();
                assert.equal(await open.closed, reason);
            });
        }

        it('with a goodbye keeps the words of the server', async () => {
            const open = await connect({});
            peer?.sessions[0]?.bye('restarting\tfor an update');
            assert.equal((await open.closed)?.response, 'restarting for an update');
        });

        it('by our own hand settles "closed" with null', async () => {
            const open = await connect({});
            await open.close();
            assert.equal(await open.closed, null);
            await peer?.waitForCommand('LOGOUT');
            await peer?.waitForOpenSessions(0);
        });

        it('may be closed twice, and at the same time', async () => {
            const open = await connect({});
            await Promise.all([open.close(), open.close()]);
            await open.close();
            assert.equal(await open.closed, null);
        });

        it('does not wait for long for a server that does not answer the logout', async () => {
            const handlers = { LOGOUT: (_command: unknown, session: PeerSession) => session.silence() };
            const open = await connect({ handlers }, { logoutMs: 50 });
            await open.close();
            assert.equal(await open.closed, null);
            await peer?.waitForOpenSessions(0);
        });

        it('does not wait for a command that hangs', async () => {
            const open = await connect(
                { handlers: { NOOP: (_command, session) => session.silence() } },
                { logoutMs: 50 }
            );
            const noop = failure(open.command('fetch', client => client.noop()));
            await peer?.waitForCommand('NOOP');
            await open.close();
            assertError(await noop, 'CONNECTION_LOST', 'fetch');
        });

        it('while it is idle settles "closed" too', async () => {
            const open = await connect({});
            await open.command('select', client => client.mailboxOpen('INBOX'));
            const idle = open.client.idle().catch(() => false);
            await peer?.waitForCommand('IDLE');
            peer?.sessions[0]?.end();
            assert.equal((await open.closed)?.code, 'CONNECTION_LOST');
            await idle;
        });
    });
});
