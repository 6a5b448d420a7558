import { setMaxListeners } from 'node:events';
import type { SMTPPoolSentMessageInfo } from 'nodemailer';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import { cleanResponse, redact, type MailError } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';
import { LoginAuth } from './login-auth';
import { smtpError } from './errors';
import type { ReadyMail } from './ready-mail';
import { stopped } from './refusal';

/** What the server made of a mail. */
export interface Acceptance {
    accepted: string[];
    rejected: Array<{ address: string; response: string }>;
    /** The server's final reply. */
    response: string;
    /** The Message-ID the server put in place of ours; empty when it said nothing about it. */
    serverMessageId: string;
}

export interface SmtpTimeouts {
    /** Name look-up, every address tried, and TLS. */
    connectMs: number;
    greetingMs: number;
    /** Silence while a reply is due. */
    socketMs: number;
    /** What a delivery gets to end by itself when the node stops. */
    closeMs: number;
}

export const SMTP_TIMEOUTS: Readonly<SmtpTimeouts> = {
    connectMs: 30_000,
    greetingMs: 30_000,
    // RFC 5321 section 4.5.3.2 gives a server 5 min for MAIL and RCPT; less, and a slow virus scan behind the final dot
    // would become an unknown outcome
    socketMs: 5 * 60_000,
    // Node-RED waits 15 s for a node to close; a deploy should not take nearly that long
    closeMs: 3_000
};

/** Servers end quiet connections after a minute or more, and a message that meets such an end costs a retry. */
const IDLE_MS = 30_000;
/** How long a closed socket waits for the server's side of the goodbye. */
const GOODBYE_MS = 1_000;
/** A reply is a few lines; more is an attack on memory. */
const MAX_REPLY_BYTES = 64 * 1024;

/** What a pool asks of a message: all that nodemailer's own class does beyond that was done when the mail was composed. */
type PoolMail = Parameters<SMTPPool['send']>[0];

/**
 * A pool of logged-in connections to one server. Sends each mail exactly once per call: whether to try again is decided
 * above. Owned by the account, which closes it.
 */
export class SmtpTransport {
    readonly #server: ServerSettings;
    readonly #timeouts: SmtpTimeouts;
    readonly #auth: LoginAuth;
    readonly #pool: SMTPPool;
    readonly #cuts = new WeakMap<AbortSignal, AbortSignal>();

    constructor(server: ServerSettings, connections: number, timeouts: SmtpTimeouts = SMTP_TIMEOUTS) {
        this.#server = server;
        this.#timeouts = timeouts;
        this.#auth = new LoginAuth(server);
        this.#pool = createPool(server, this.#auth, connections, timeouts);
        // without a listener an error of the pool would end the process; each failed send rejects by itself
        this.#pool.on('error', () => undefined);
    }

    /**
     * Sends the mail to every recipient of its envelope. Resolves when the server accepted it for at least one.
     * After `signal` of a node aborts the delivery gets a short time to end by itself.
     *
     * @throws MailError for each way in which it fails; OUTCOME_UNKNOWN when nobody can tell whether it was accepted.
     */
    async send(mail: ReadyMail, signal: AbortSignal): Promise<Acceptance> {
        if (signal.aborted) {
            throw stopped(this.#server.label);
        }
        let isHandedOver = false;
        const cut = this.#cutAfter(signal);
        try {
            const info = await this.#transmit({
                data: { signal: cut },
                message: {
                    getEnvelope: () => ({ ...mail.envelope, size: mail.size, use8BitMime: mail.isEightBit }),
                    messageId: () => mail.messageId,
                    getHeader: () => mail.messageId,
                    // the final dot is written when the stream ends; RFC 5321 §4.1.1.4: without it the server drops all
                    createReadStream: () => mail.open().once('end', () => (isHandedOver = true))
                }
            } as unknown as PoolMail);
            return this.#acceptance(info);
        } catch (error) {
            throw this.#error(error, isHandedOver, cut.aborted);
        }
    }

    /** Aborts some time after the given one. One for each node: a signal costs more than the rest of what is done here. */
    #cutAfter(signal: AbortSignal): AbortSignal {
        const known = this.#cuts.get(signal);
        if (known) {
            return known;
        }
        const cut = new AbortController();
        setMaxListeners(0, cut.signal);
        const onStop = (): void => void setTimeout(() => cut.abort(), this.#timeouts.closeMs).unref();
        signal.addEventListener('abort', onStop, { once: true });
        this.#cuts.set(signal, cut.signal);
        return cut.signal;
    }

    /** Closes every connection at once; deliveries still running fail. */
    close(): void {
        this.#pool.close({ force: true });
    }

    #transmit(mail: PoolMail): Promise<SMTPPoolSentMessageInfo> {
        return new Promise((resolve, reject) => {
            this.#pool.send(mail, (error, info) => {
                if (error || !info) {
                    reject(error ?? new Error('the connection gave no answer'));
                } else {
                    resolve(info);
                }
            });
        });
    }

    #acceptance(info: SMTPPoolSentMessageInfo): Acceptance {
        return {
            accepted: info.accepted ?? [],
            rejected: (info.rejectedErrors ?? []).map(error => ({
                address: error.recipient ?? '',
                response: this.#words(error.response)
            })),
            response: this.#words(info.response),
            serverMessageId: this.#words(info.serverMessageId)
        };
    }

    #words(response: string | undefined): string {
        return cleanResponse(redact(response ?? '', this.#auth.secrets));
    }

    #error(error: unknown, handedOver: boolean, closed: boolean): MailError {
        const { secrets } = this.#auth;
        return smtpError(error, { account: this.#server.label, secrets, handedOver, closed });
    }
}

function createPool(server: ServerSettings, auth: LoginAuth, connections: number, timeouts: SmtpTimeouts): SMTPPool {
    return new SMTPPool({
        maxConnections: connections,
        // servers with a limit per connection say 421, which is tried again
        maxMessages: Infinity,
        // nodemailer would otherwise send a message again by itself when its connection closed
        maxRequeues: 0,
        idleTimeout: IDLE_MS,
        host: server.host,
        port: server.port,
        secure: server.security === 'tls',
        // never left unset: nodemailer would then send the password in clear text when STARTTLS is not offered
        requireTLS: server.security === 'starttls',
        ignoreTLS: server.security === 'none',
        tls: server.tls,
        ...(auth.data ? { auth: auth.data } : {}),
        customAuth: auth.handlers,
        // a server that offers no login gets an honest error, not a message sent without one
        forceAuth: server.login !== null,
        connectionTimeout: timeouts.connectMs,
        dnsTimeout: timeouts.connectMs,
        greetingTimeout: timeouts.greetingMs,
        socketTimeout: timeouts.socketMs,
        socketCloseTimeout: GOODBYE_MS,
        maxResponseSize: MAX_REPLY_BYTES,
        // a relay on this very machine is a usual server
        allowInternalNetworkInterfaces: true,
        logger: false
    });
}
