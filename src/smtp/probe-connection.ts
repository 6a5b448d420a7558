import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailError } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';
import { smtpError } from './errors';
import { LoginAuth } from './login-auth';
import type { BuiltMail } from './mime';

export interface ProbeTimeouts {
    connectMs: number;
    greetingMs: number;
    socketMs: number;
}

/** A person waits for the answer. */
export const SMTP_PROBE_TIMEOUTS: Readonly<ProbeTimeouts> = { connectMs: 15_000, greetingMs: 15_000, socketMs: 30_000 };
const MAX_REPLY_BYTES = 64 * 1024;

/** One SMTP connection for a test, with the steps apart that a pool does in one. Rejects with MailError. */
export class SmtpProbeConnection {
    readonly #connection: SMTPConnection;
    readonly #server: ServerSettings;
    readonly #auth: LoginAuth;

    constructor(server: ServerSettings, timeouts: ProbeTimeouts = SMTP_PROBE_TIMEOUTS) {
        this.#server = server;
        this.#auth = new LoginAuth(server);
        this.#connection = new SMTPConnection({
            host: server.host,
            port: server.port,
            secure: server.security === 'tls',
            // never left unset: nodemailer would then send the password in clear text when STARTTLS is not offered
            requireTLS: server.security === 'starttls',
            ignoreTLS: server.security === 'none',
            tls: server.tls,
            customAuth: this.#auth.handlers,
            connectionTimeout: timeouts.connectMs,
            dnsTimeout: timeouts.connectMs,
            greetingTimeout: timeouts.greetingMs,
            socketTimeout: timeouts.socketMs,
            socketCloseTimeout: 1_000,
            maxResponseSize: MAX_REPLY_BYTES,
            // a relay on this very machine is a usual server
            allowInternalNetworkInterfaces: true,
            logger: false
        });
        // every step has a listener of its own; without this one an error between two steps would end the process
        this.#connection.on('error', () => undefined);
    }

    /** Connects, greets, and switches to TLS where the account wants it. */
    connect(): Promise<void> {
        return this.#step(done => this.#connection.connect(done));
    }

    /** Logs in where the account has a login; a server that offers none is asked all the same, so that it says so. */
    login(): Promise<void> {
        const { data } = this.#auth;
        return data ? this.#step(done => this.#connection.login(data, done)) : Promise.resolve();
    }

    /** Largest message in bytes that the server announces (RFC 1870); 0 when it names none. */
    get maxSize(): number {
        // given to no one but authentication handlers (nodemailer 10.6)
        const size = (this.#connection as unknown as { _maxAllowedSize?: unknown })._maxAllowedSize;
        return typeof size === 'number' && Number.isFinite(size) ? size : 0;
    }

    /** Resolves with the server's final reply. */
    async send(mail: BuiltMail): Promise<void> {
        const envelope = { ...mail.envelope, size: mail.bytes.length };
        await this.#step(done => this.#connection.send(envelope, mail.bytes, done), true);
    }

    /** Closes at once; safe in every state. */
    close(): void {
        this.#connection.close();
    }

    #step(run: (done: (error?: unknown) => void) => void, handedOver = false): Promise<void> {
        return new Promise((resolve, reject) => {
            const settle = (error: unknown): void => {
                this.#connection.off('error', settle);
                this.#connection.off('end', ended);
                if (error) {
                    reject(this.#error(error, handedOver));
                } else {
                    resolve();
                }
            };
            const ended = (): void => settle(Object.assign(new Error('connection closed'), { code: 'ECONNECTION' }));
            this.#connection.once('error', settle);
            this.#connection.once('end', ended);
            run(settle);
        });
    }

    #error(error: unknown, handedOver: boolean): MailError {
        const { secrets } = this.#auth;
        return smtpError(error, { account: this.#server.label, secrets, handedOver, closed: false });
    }
}
