import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { logIn } from '../message/log-in';
import { MailError, MailErrorCode, type ErrorStep } from '../message/mail-error';
import { secretForms } from '../message/secret-forms';
import type { GivenLogin, ServerSettings } from '../message/server-settings';
import { BusyPatience } from './busy-patience';
import { clientInfo } from './client-info';
import { commandLogger, type CommandLog } from './command-log';
import { imapError, isBusy, type ErrorContext } from './errors';
import { LiteralTap } from './literal-tap';

/** How to reach an IMAP account. */
export interface ImapServer extends ServerSettings {
    /** Folders by special use where the user named them; empty ones are found. */
    folders: SpecialFolders;
}

export type SpecialUse = 'sent' | 'trash' | 'drafts' | 'junk' | 'archive';
export type SpecialFolders = Partial<Record<SpecialUse, string>>;

/** Look-up, handshake and proxy together. */
const CONNECT_TIMEOUT_MS = 30_000;
const GREETING_TIMEOUT_MS = 16_000;
/** Silence on the wire; while idling imapflow answers it with a NOOP, so a half-open connection is found after two. */
const SOCKET_TIMEOUT_MS = 90_000;
/** NAT tables forget a quiet connection after 5 min and more; RFC 2177 allows 29. */
const IDLE_RESTART_MS = 4 * 60_000;
/** No literal we ask for is larger: big mails are fetched in chunks (see content.ts). A lying server hits this. */
const MAX_LITERAL_BYTES = 16 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 24 * 1024 * 1024;
/** A SEARCH answer with a million UIDs is 8 MB on one line. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** From the look-up to the login. A server that sends a line now and then would keep every shorter time-out waiting. */
const OPEN_TIMEOUT_MS = 2 * 60_000;
/** LOGOUT is a courtesy; a server that does not answer it must not delay a deploy. */
const LOGOUT_TIMEOUT_MS = 2_000;
/** A command may take long while data flows; this ends one that trickles bytes for ever. */
const COMMAND_TIMEOUT_MS = 10 * 60_000;
/** How long commands wait in place for a server that is busy; a flow must not hang for longer without a word. */
const PATIENCE_MS = 60_000;
const CLIENT_INFO = clientInfo();

export interface ConnectionTimeouts {
    connectMs?: number;
    greetingMs?: number;
    socketMs?: number;
    idleRestartMs?: number;
    openMs?: number;
    commandMs?: number;
    logoutMs?: number;
    patienceMs?: number;
}

/**
 * One logged-in IMAP connection. imapflow instances cannot connect twice, so a lost connection is a new object.
 * `closed` settles once, with the reason or null after close(); it never rejects.
 */
export class ImapConnection {
    readonly client: ImapFlow;
    readonly closed: Promise<MailError | null>;
    readonly literals: LiteralTap;
    readonly #context: Omit<ErrorContext, 'step'>;
    readonly #log: CommandLog;
    readonly #patience: BusyPatience;
    readonly #timeouts: ConnectionTimeouts;
    /** Hears of every wait for a server that is busy, which is no failure yet. */
    onBusy: ((error: MailError) => void) | null = null;
    #step: ErrorStep = 'login';
    /** Ends what is being waited for. */
    #interrupt: (error: MailError) => void = () => undefined;
    #isOpen = false;
    #closing = false;
    #lastError: unknown;

    private constructor(
        client: ImapFlow,
        context: Omit<ErrorContext, 'step'>,
        log: CommandLog,
        timeouts: ConnectionTimeouts
    ) {
        this.client = client;
        this.literals = new LiteralTap(client);
        this.#context = context;
        this.#log = log;
        this.#patience = new BusyPatience(timeouts.patienceMs ?? PATIENCE_MS);
        this.#timeouts = timeouts;
        log.throttled = (ms, error) => this.#throttled(ms, error);
        // Without an error listener the process ends; FIN and BYE give `close` alone, so `close` decides
        client.on('error', (error: unknown) => (this.#lastError = error));
        this.closed = new Promise(resolve =>
            client.once('close', () => resolve(this.#closing ? null : this.error(this.#reasonOfEnd(), 'connect')))
        );
    }

    /**
     * Connects and logs in.
     *
     * @throws MailError for each way in which that fails; nothing stays open then.
     */
    static open(server: ImapServer, timeouts: ConnectionTimeouts = {}): Promise<ImapConnection> {
        return logIn(server.login, login => ImapConnection.#open(server, login, timeouts));
    }

    static async #open(
        server: ImapServer,
        login: GivenLogin | null,
        timeouts: ConnectionTimeouts
    ): Promise<ImapConnection> {
        const log: CommandLog = { error: undefined, garbled: undefined, throttled: null };
        const client = new ImapFlow({
            host: server.host,
            port: server.port,
            secure: server.security === 'tls',
            // never left unset: imapflow would then log in in clear text when STARTTLS is not offered
            doSTARTTLS: server.security === 'starttls',
            tls: server.tls,
            ...(login ? { auth: authOf(login) } : {}),
            logger: commandLogger(log),
            clientInfo: CLIENT_INFO,
            disableAutoIdle: true,
            maxIdleTime: timeouts.idleRestartMs ?? IDLE_RESTART_MS,
            connectionTimeout: timeouts.connectMs ?? CONNECT_TIMEOUT_MS,
            greetingTimeout: timeouts.greetingMs ?? GREETING_TIMEOUT_MS,
            socketTimeout: timeouts.socketMs ?? SOCKET_TIMEOUT_MS,
            maxLiteralSize: MAX_LITERAL_BYTES,
            maxResponseSize: MAX_RESPONSE_BYTES,
            maxLineLength: MAX_LINE_BYTES
        });
        const context = { account: server.label, secrets: secretForms(login) };
        const connection = new ImapConnection(client, context, log, timeouts);
        let timer: NodeJS.Timeout | undefined;
        const deadline = new Promise<never>((_resolve, reject) => {
            const late = (): void => reject(connection.error(timedOut(), 'login'));
            timer = setTimeout(late, timeouts.openMs ?? OPEN_TIMEOUT_MS);
            connection.#interrupt = reject;
        });
        try {
            await Promise.race([client.connect(), deadline]);
            connection.#isOpen = true;
            return connection;
        } catch (error) {
            client.close();
            throw connection.error(error, 'connect');
        } finally {
            clearTimeout(timer);
        }
    }

    get usable(): boolean {
        return this.client.usable;
    }

    get account(): string {
        return this.#context.account;
    }

    /** Translates a foreign error at the given step. */
    error(error: unknown, step: ErrorStep): MailError {
        return imapError(error, { ...this.#context, step });
    }

    /**
     * Runs one command with a deadline. What imapflow returns as `false` or `undefined` is a refusal or a lost
     * connection, never a success: it is thrown with the server's words. A command that the server refused because it is
     * busy was not carried out, so it is repeated after a pause, for a minute in sum.
     */
    async command<T>(step: ErrorStep, run: (client: ImapFlow) => Promise<T>): Promise<Exclude<T, false | undefined>> {
        this.#step = step;
        for (;;) {
            try {
                const result = await this.#attempt(step, run);
                this.#patience.over();
                return result;
            } catch (error) {
                const pauseMs = isBusy(error) && this.usable ? this.#patience.next() : null;
                if (pauseMs === null) {
                    throw error;
                }
                await this.#waitWhileBusy(error as MailError, pauseMs);
            }
        }
    }

    async #attempt<T>(step: ErrorStep, run: (client: ImapFlow) => Promise<T>): Promise<Exclude<T, false | undefined>> {
        this.#log.error = undefined;
        this.#log.garbled = undefined;
        let timer: NodeJS.Timeout | undefined;
        let onClosed: (() => void) | undefined;
        const ended = new Promise<never>((_resolve, reject) => {
            this.#interrupt = reject;
            timer = setTimeout(() => {
                this.#lastError = timedOut();
                reject(this.#lastError);
                this.client.close();
            }, this.#timeouts.commandMs ?? COMMAND_TIMEOUT_MS);
            // a command whose connection is gone must not depend on the library to notice; its own error comes first
            onClosed = () => setImmediate(() => reject(new Error('the connection was closed')));
            this.client.once('close', onClosed);
        });
        try {
            const result = await Promise.race([run(this.client), ended]);
            if (result === false || result === undefined) {
                throw this.#refused(step);
            }
            return result as Exclude<T, false | undefined>;
        } catch (error) {
            throw this.#explained(this.error(error, step), step);
        } finally {
            clearTimeout(timer);
            if (onClosed) {
                this.client.off('close', onClosed);
            }
        }
    }

    /**
     * Like `command`, for an answer in which a missing row would mean that a mail does not exist: imapflow passes over a
     * row that it cannot read.
     */
    async wholeAnswer<T>(
        step: ErrorStep,
        run: (client: ImapFlow) => Promise<T>
    ): Promise<Exclude<T, false | undefined>> {
        const result = await this.command(step, run);
        if (this.#log.garbled !== undefined) {
            throw this.error(this.#log.garbled, step);
        }
        return result;
    }

    async #waitWhileBusy(error: MailError, ms: number): Promise<void> {
        // a time that imapflow has waited for was told when it began
        if (ms > 0) {
            this.onBusy?.(error);
        }
        const waiting = new AbortController();
        const end = (): void => waiting.abort();
        this.client.once('close', end);
        await sleep(ms, undefined, { signal: waiting.signal }).catch(() => undefined);
        this.client.off('close', end);
        if (!this.usable) {
            throw error;
        }
    }

    /**
     * The server wants to be left alone for this time. imapflow waits a part of it before it fails the command, and
     * repeats a FETCH by itself: unless all that is short, the connection is given up, so that somebody can say so.
     */
    #throttled(ms: number, reason: unknown): void {
        const error = this.error(reason, this.#step);
        if (this.#isOpen && this.#patience.accepts(ms)) {
            this.onBusy?.(error);
            return;
        }
        this.#lastError = reason;
        this.#interrupt(error);
        // imapflow begins its wait after this, and ends it with the connection
        setImmediate(() => this.client.close());
    }

    /** Logs out, bounded; safe to call twice and on a dead connection. */
    async close(): Promise<void> {
        this.#closing = true;
        // a server that wants to be left alone, or for which imapflow waits, answers nothing
        if (this.client.usable && !this.#patience.waits) {
            const logoutMs = this.#timeouts.logoutMs ?? LOGOUT_TIMEOUT_MS;
            let timer: NodeJS.Timeout | undefined;
            const patience = new Promise<void>(resolve => (timer = setTimeout(resolve, logoutMs)));
            // the outcome of LOGOUT changes nothing: the socket is closed below in any case
            await Promise.race([this.client.logout().catch(() => undefined), patience]);
            clearTimeout(timer);
        }
        this.client.close();
    }

    /** The library fails every waiting command with "Connection not available"; why it is not stands in its error event. */
    #explained(failure: MailError, step: ErrorStep): MailError {
        const unexplained = failure.code === MailErrorCode.ConnectionLost && this.#lastError !== undefined;
        return unexplained ? this.error(this.#lastError, step) : failure;
    }

    #reasonOfEnd(): unknown {
        const { byeReason } = this.client;
        return this.#lastError ?? Object.assign(new Error('closed by the server'), { reason: byeReason || undefined });
    }

    #refused(step: ErrorStep): MailError {
        if (!this.client.usable) {
            return this.error(new Error('the outcome of the command is not known'), step);
        }
        if (this.#log.error !== undefined) {
            return this.error(this.#log.error, step);
        }
        return new MailError({
            code: MailErrorCode.ServerRefused,
            kind: 'permanent',
            step,
            account: this.#context.account,
            problem: 'the command had no effect'
        });
    }
}

/** imapflow chooses OAUTHBEARER or XOAUTH2 for a token, and builds the SASL text itself. */
function authOf(login: GivenLogin): { user: string; pass?: string; accessToken?: string } {
    return 'accessToken' in login
        ? { user: login.user, accessToken: login.accessToken }
        : { user: login.user, pass: login.password };
}

/** As imapflow names its own time-outs. */
function timedOut(): Error {
    return Object.assign(new Error('deadline'), { code: 'ETIMEOUT' });
}
