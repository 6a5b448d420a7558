import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
    SMTPServer,
    type SMTPServerAuthentication,
    type SMTPServerAuthenticationResponse,
    type SMTPServerOptions,
    type SMTPServerSession
} from 'smtp-server';
import { createCertificate } from './certificate';
import { Changes } from './changes';

export interface ReceivedMail {
    from: string;
    to: string[];
    raw: Buffer;
    /** Who had logged in, if anybody. */
    user: string | undefined;
    /** Whether the connection was encrypted. */
    secure: boolean;
}

export interface SmtpReply {
    code: number;
    text: string;
}

/** Replies to give instead of acceptance; may be changed by the test while the sink runs. */
export interface SmtpRefusals {
    connect?: SmtpReply | undefined;
    login?: SmtpReply | undefined;
    sender?: SmtpReply | undefined;
    /** By recipient; undefined accepts. */
    recipient?: ((address: string) => SmtpReply | undefined) | undefined;
    /** After the final dot. */
    data?: SmtpReply | undefined;
}

export interface SmtpSinkOptions {
    /** 0 (default): a free port. */
    port?: number;
    /** Names and passwords; nobody has to log in when there are none (default). */
    users?: Readonly<Record<string, string>>;
    /** Whose token it is; with this, people log in by XOAUTH2 alone. */
    tokenOwner?: (token: string) => Promise<string | null>;
    /** TLS from the first byte; otherwise STARTTLS is offered. */
    secure?: boolean;
    certificate?: { key: string; cert: string };
    refuse?: SmtpRefusals;
    /** Further options of smtp-server, e.g. `hideSTARTTLS`, `size`, `authMethods`. */
    server?: SMTPServerOptions;
}

/** Starts an SMTP server that keeps every mail in memory. The caller must `stop()` it. */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(options);
    await once(sink.server.listen(options.port ?? 0, sink.host), 'listening');
    return sink;
}

/** Takes mail and sends none. */
export class SmtpSink {
    readonly host = '127.0.0.1';
    readonly mails: ReceivedMail[] = [];
    /** Each token that somebody tried to log in with. */
    readonly tokens: string[] = [];
    readonly server: SMTPServer;
    /** PEM; give it to a client as `ca`. */
    readonly certificate: string;
    refuse: SmtpRefusals;
    readonly #changes = new Changes();

    /** Use startSmtpSink. */
    constructor(options: SmtpSinkOptions) {
        this.refuse = options.refuse ?? {};
        const pair = options.certificate ?? createCertificate();
        this.certificate = pair.cert;
        const users = new Map(Object.entries(options.users ?? {}));
        this.server = new SMTPServer({
            ...pair,
            secure: options.secure ?? false,
            authOptional: users.size === 0 && !options.tokenOwner,
            ...(options.tokenOwner ? { authMethods: ['XOAUTH2'] } : {}),
            allowInsecureAuth: true,
            disableReverseLookup: true,
            closeTimeout: 100,
            logger: false,
            onConnect: (_session, done) => done(replyError(this.refuse.connect)),
            onAuth: (auth, _session, done) => {
                if (options.tokenOwner) {
                    void this.#checkToken(options.tokenOwner, auth, done);
                    return;
                }
                const known = auth.username !== undefined && users.get(auth.username) === auth.password;
                const refusal = this.refuse.login ?? (known ? undefined : { code: 535, text: 'wrong credentials' });
                done(replyError(refusal), { user: auth.username });
            },
            onMailFrom: (_address, _session, done) => done(replyError(this.refuse.sender)),
            onRcptTo: ({ address }, _session, done) => done(replyError(this.refuse.recipient?.(address))),
            onData: (stream, session, done) => {
                buffer(stream).then(
                    raw => done(this.#take(raw, session)),
                    (error: Error) => done(error)
                );
            },
            ...options.server
        });
        // a client that hangs up in the middle is an event of the test, not of the sink
        this.server.on('error', () => undefined);
    }

    get port(): number {
        return (this.server.server.address() as AddressInfo).port;
    }

    /** Resolves with all mails when there are so many; counts those already there. */
    waitForMails(count: number, timeoutMs?: number): Promise<readonly ReceivedMail[]> {
        const what = (): string => `${count} mails, ${this.mails.length} came`;
        return this.#changes.until(() => this.mails.length >= count && this.mails, what, timeoutMs);
    }

    /** Cuts every connection; new ones are accepted. */
    cut(): void {
        for (const connection of this.server.connections) {
            connection._socket.destroy();
        }
    }

    async stop(): Promise<void> {
        const closed = new Promise<void>(resolve => this.server.close(resolve));
        this.cut();
        await closed;
    }

    /** A rejected token is answered with a challenge, as Google does, unless the test refuses the login itself. */
    async #checkToken(
        tokenOwner: (token: string) => Promise<string | null>,
        { username, accessToken }: SMTPServerAuthentication,
        done: (error: Error | null | undefined, response?: SMTPServerAuthenticationResponse) => void
    ): Promise<void> {
        this.tokens.push(accessToken ?? '');
        const owner = await tokenOwner(accessToken ?? '').catch(() => null);
        if (this.refuse.login) {
            done(replyError(this.refuse.login));
        } else if (owner === username) {
            done(null, { user: username });
        } else {
            done(null, { data: { status: '401', schemes: 'bearer' } });
        }
    }

    #take(raw: Buffer, session: SMTPServerSession): Error | null {
        const refusal = replyError(this.refuse.data);
        if (!refusal) {
            const { mailFrom, rcptTo } = session.envelope;
            this.mails.push({
                from: mailFrom ? mailFrom.address : '',
                to: rcptTo.map(recipient => recipient.address),
                raw,
                user: session.user === undefined ? undefined : String(session.user),
                secure: session.secure
            });
            this.#changes.notify();
        }
        return refusal;
    }
}

function replyError(reply: SmtpReply | undefined): Error | null {
    return reply ? Object.assign(new Error(reply.text), { responseCode: reply.code }) : null;
}
