import { setTimeout as sleep } from 'node:timers/promises';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ImapConnection } from './connection';
import { OpenFolder } from './open-folder';
import { ReconnectPause } from './reconnect-pause';

/** Rejected credentials and wrong settings change only when somebody acts, so they are probed rarely. */
const REJECTED_PAUSE_MS = 60 * 60_000;
const MISCONFIGURED_PAUSE_MS = 5 * 60_000;
/** How long a connection stays out of IDLE for a flow that has no room: new mail is heard of later by so much. */
const LINGER_MS = 100;
/** Node-RED waits 15 s for a node to close. */
const CLOSE_TIMEOUT_MS = 5_000;

/** A server that ends every IDLE at once is not asked more often than this. */
const MIN_IDLE_MS = 500;

export interface WatchOptions {
    folder: string;
    /** Keep a connection of its own in IDLE; else look every interval over the shared one. */
    push: boolean;
    intervalMs: number;
}

/** What a watcher needs from the account. */
export interface WatchSource {
    /** A connection of its own; null when the account's limit leaves none, and the folder is polled instead. */
    openOwn(): Promise<ImapConnection | null>;
    /** Runs `look` on the shared connection with the folder selected read-only. */
    withShared(folder: string, look: (folder: OpenFolder) => Promise<boolean>): Promise<boolean>;
}

/**
 * Looks at the folder; `scan` is false when it is enough to go on with mail that is known already. Resolves with true
 * when more is known and `resume` will be called as soon as it can be taken.
 */
export type Look = (folder: OpenFolder, scan: boolean) => Promise<boolean>;

/** What a watcher tells its node. None of these may throw. */
export interface WatchReport {
    connecting(): void;
    /** Every successful look, whether or not it found mail. */
    contact(watching: 'push' | 'poll'): void;
    failed(error: MailError): void;
}

/**
 * Watches one folder for ever: connect, look, wait for news (IDLE, or NOOP where the server has no IDLE), look again;
 * a look every interval whatever IDLE says, and after every reconnect. `close` ends it from any state.
 */
export class FolderWatcher {
    readonly #options: WatchOptions;
    readonly #source: WatchSource;
    readonly #look: Look;
    readonly #report: WatchReport;
    readonly #pause: ReconnectPause;
    #isClosed = false;
    #connection: ImapConnection | null = null;
    #running: Promise<void> = Promise.resolve();
    /** Set when something happened while nobody waited, so that no news is missed. */
    #news = false;
    #resume = false;
    #selectedAt = 0;
    #scannedAt = 0;
    #wakeUp: (() => void) | null = null;
    #endPause: (() => void) | null = null;

    constructor(
        options: WatchOptions,
        source: WatchSource,
        look: Look,
        report: WatchReport,
        pause = new ReconnectPause()
    ) {
        this.#pause = pause;
        this.#options = options;
        this.#source = source;
        this.#look = look;
        this.#report = report;
    }

    start(): void {
        this.#running = this.#run();
    }

    /** Asks for a look soon at what is known already, because room for more mail became free or a retry is due. */
    resume(): void {
        this.#resume = true;
        this.#wakeUp?.();
    }

    /** A person wants a look at once: also ends a pause after a failure. */
    lookNow(): void {
        this.#news = true;
        this.#endPause?.();
    }

    /** Ends the watch and its connection; resolves when nothing runs any more, or after five seconds. */
    async close(): Promise<void> {
        this.#isClosed = true;
        this.#endPause?.();
        await this.#connection?.close();
        // a connection that is just being made can take longer; it is closed by the loop when it arrives
        const patience = new AbortController();
        const bound = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => undefined);
        await Promise.race([this.#running, bound]);
        patience.abort();
    }

    async #run(): Promise<void> {
        while (!this.#isClosed) {
            try {
                this.#report.connecting();
                const own = this.#options.push ? await this.#source.openOwn() : null;
                await (own ? this.#watch(own) : this.#poll());
            } catch (error) {
                await this.#waitAfter(error);
            }
        }
    }

    async #watch(connection: ImapConnection): Promise<void> {
        this.#connection = connection;
        const hear = (): void => this.#hear();
        try {
            if (this.#isClosed) {
                return;
            }
            connection.client.on('exists', hear);
            // the server renewed or renamed the folder: start over with a fresh selection
            connection.client.on('mailboxClose', hear);
            void connection.closed.then(hear);
            connection.onBusy = error => this.#report.failed(error);
            let folder = await this.#select(connection);
            while (folder && !this.#isClosed) {
                const more = await this.#lookAt(folder, 'push');
                await this.#idle(connection, more);
                await this.#ensureAlive(connection);
                if (this.#isStale(connection, folder)) {
                    folder = await this.#select(connection);
                }
            }
        } finally {
            this.#connection = null;
            connection.client.off('exists', hear);
            connection.client.off('mailboxClose', hear);
            await connection.close();
        }
    }

    /**
     * A folder that is missing may be renamed back or made again at any time. It is looked for on the same connection, so
     * that it costs no login. Null when the connection or the watch ended while it was missing.
     */
    async #select(connection: ImapConnection): Promise<OpenFolder | null> {
        do {
            try {
                const folder = await OpenFolder.select(connection, this.#options.folder, true);
                this.#pause.connected();
                this.#selectedAt = Date.now();
                this.#scannedAt = 0;
                return folder;
            } catch (error) {
                if (!isFolderMissing(error) || !connection.usable) {
                    throw error;
                }
                this.#report.failed(error);
                await this.#wait(this.#missingPauseMs, false);
            }
        } while (connection.usable && !this.#isClosed);
        return null;
    }

    get #missingPauseMs(): number {
        return Math.min(this.#options.intervalMs, MISCONFIGURED_PAUSE_MS);
    }

    /**
     * Waits for news with IDLE running; the next command on the connection ends the IDLE by itself. Beginning and ending
     * it costs two round trips, so a flow that is about to make room is given a moment first.
     */
    async #idle(connection: ImapConnection, more: boolean): Promise<void> {
        if (more && !this.#news && !this.#resume) {
            await this.#wait(LINGER_MS);
        }
        if (!this.#news && !this.#resume && connection.usable) {
            const waiting = new AbortController();
            void keepIdling(connection, waiting.signal);
            await this.#wait(this.#options.intervalMs);
            waiting.abort();
        }
    }

    async #ensureAlive(connection: ImapConnection): Promise<void> {
        if (!connection.usable && !this.#isClosed) {
            throw (await connection.closed) ?? connection.error(new Error('closed'), 'connect');
        }
    }

    /**
     * True when the folder may not be what it was: the server closed or renewed it, or it was selected an interval ago.
     * Not every server tells that a selected folder was renamed; Dovecot goes on with the renamed one when another has
     * taken its name.
     */
    #isStale({ client: { mailbox } }: ImapConnection, folder: OpenFolder): boolean {
        const isRenewed = !mailbox || String(mailbox.uidValidity) !== folder.uidValidity;
        return isRenewed || Date.now() - this.#selectedAt >= this.#options.intervalMs;
    }

    async #poll(): Promise<void> {
        await this.#source.withShared(this.#options.folder, async folder => {
            const { connection } = folder;
            connection.onBusy = error => this.#report.failed(error);
            // others use it next
            return this.#lookAt(folder, 'poll').finally(() => (connection.onBusy = null));
        });
        this.#pause.connected();
        if (!this.#news && !this.#resume) {
            await this.#wait(this.#options.intervalMs);
        }
    }

    /** Scans on news and every interval; otherwise it only goes on with what is known, which breaks no new ground. */
    async #lookAt(folder: OpenFolder, watching: 'push' | 'poll'): Promise<boolean> {
        const due = Date.now() - this.#scannedAt >= this.#options.intervalMs;
        const scan = this.#news || !this.#resume || due;
        this.#news = false;
        this.#resume = false;
        const more = await this.#look(folder, scan);
        if (scan) {
            this.#scannedAt = Date.now();
            this.#report.contact(watching);
        }
        return more;
    }

    #hear(): void {
        this.#news = true;
        this.#wakeUp?.();
    }

    async #waitAfter(error: unknown): Promise<void> {
        if (this.#isClosed) {
            return;
        }
        const failure =
            error instanceof MailError
                ? error
                : new MailError({
                      code: MailErrorCode.ProtocolBroken,
                      kind: 'temporary',
                      step: 'fetch',
                      problem: error instanceof Error ? error.message : String(error),
                      cause: error
                  });
        this.#report.failed(failure);
        await this.#wait(this.#pauseAfter(failure), false);
    }

    #pauseAfter(failure: MailError): number {
        const pause = this.#pause.next();
        switch (failure.kind) {
            case 'credentials':
                return REJECTED_PAUSE_MS;
            case 'configuration':
                if (isFolderMissing(failure)) {
                    return this.#missingPauseMs;
                }
                return Math.max(pause, MISCONFIGURED_PAUSE_MS);
            case 'temporary':
            case 'permanent':
                return Math.max(pause, failure.retryAfterMs);
        }
    }

    /** Waits until closed, or the time is over, or, unless it is a pause after a failure, woken. */
    async #wait(ms: number, wakeable = true): Promise<void> {
        if (this.#isClosed) {
            return;
        }
        // between two batches of a fast flow, so without the cost of an AbortSignal
        await new Promise<void>(resolve => {
            const timer = setTimeout(resolve, ms);
            this.#endPause = () => {
                clearTimeout(timer);
                resolve();
            };
            this.#wakeUp = wakeable ? this.#endPause : null;
        });
        this.#wakeUp = null;
        this.#endPause = null;
    }
}

function isFolderMissing(error: unknown): error is MailError {
    return error instanceof MailError && error.code === MailErrorCode.FolderMissing;
}

/**
 * Keeps IDLE running until `over`. imapflow ends it for the NOOP by which it finds out, after a while of silence, whether
 * the server is still there; without another IDLE the connection would be deaf from then on, and given up at the next
 * silence. An IDLE that breaks otherwise shows as `closed`.
 */
async function keepIdling(connection: ImapConnection, over: AbortSignal): Promise<void> {
    while (!over.aborted && connection.usable) {
        const begun = performance.now();
        await connection.client.idle().catch(() => undefined);
        const rest = begun + MIN_IDLE_MS - performance.now();
        if (rest > 0) {
            await sleep(rest, undefined, { signal: over }).catch(() => undefined);
        }
    }
}
