import { atMost } from '../message/at-most';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ImapConnection } from './connection';
import { isConnectionProblem } from './errors';
import { OpenFolder } from './open-folder';

/** An unused connection is given back to the account's limit; it must go before the socket's own silence limit. */
const UNUSED_CLOSE_MS = 60_000;
/** Flows that queue more actions than this are told so instead of eating memory. */
const MAX_WAITING = 10_000;

export interface LineUse {
    folder: string;
    readOnly: boolean;
    /** Select again even if the folder is selected, because UIDNEXT of an old selection is stale. */
    fresh?: boolean;
    /** The work may run twice when the connection is lost in the middle of it. */
    repeatable?: boolean;
}

/**
 * The one command connection of an account. Work runs strictly one after the other, because a selected folder is
 * state of the connection. Opened on demand, closed when unused.
 */
export class SharedLine {
    readonly #open: () => Promise<ImapConnection>;
    readonly #label: string;
    readonly #unusedMs: number;
    #connection: ImapConnection | null = null;
    #folder: OpenFolder | null = null;
    #tail: Promise<unknown> = Promise.resolve();
    #waiting = 0;
    #unusedTimer: NodeJS.Timeout | undefined;
    #closed = false;

    /** @param unusedMs how long a connection that nobody uses is kept. */
    constructor(label: string, open: () => Promise<ImapConnection>, unusedMs = UNUSED_CLOSE_MS) {
        this.#label = label;
        this.#open = open;
        this.#unusedMs = unusedMs;
    }

    /** Runs `work` with the folder selected, after everything that was asked before. Rejects with MailError. */
    run<T>(use: LineUse, work: (folder: OpenFolder) => Promise<T>): Promise<T> {
        return this.enqueue(async connection => work(await this.#select(connection, use)), use.repeatable === true);
    }

    /** Runs `work` on the connection without a folder, such as a look at the list of folders. */
    enqueue<T>(work: (connection: ImapConnection) => Promise<T>, repeatable = true): Promise<T> {
        if (this.#waiting >= MAX_WAITING) {
            return Promise.reject(this.#refusal(`more than ${MAX_WAITING} actions are waiting for this account`));
        }
        this.#waiting++;
        const turn = this.#tail.then(() => this.#perform(work, repeatable)).finally(() => this.#waiting--);
        this.#tail = turn.catch(() => undefined);
        return turn;
    }

    /**
     * Ends the connection after what was asked has been done, which may take `patienceMs`; what waits longer is refused.
     * Bounded by that and the connection's own close.
     */
    async close(patienceMs = 0): Promise<void> {
        if (patienceMs > 0) {
            await atMost(patienceMs, this.#tail);
        }
        this.#closed = true;
        clearTimeout(this.#unusedTimer);
        await this.#drop();
    }

    async #perform<T>(work: (connection: ImapConnection) => Promise<T>, repeatable: boolean): Promise<T> {
        clearTimeout(this.#unusedTimer);
        try {
            // outside of the repetition: a server that refuses connections must not be asked twice for each action
            const connection = await this.#connected();
            try {
                return await work(connection);
            } catch (error) {
                if (!repeatable || this.#closed || connection.usable || !isConnectionProblem(error)) {
                    throw error;
                }
                return await work(await this.#connected());
            }
        } finally {
            this.#closeWhenUnused();
        }
    }

    async #connected(): Promise<ImapConnection> {
        if (this.#closed) {
            throw this.#refusal('the account is being closed');
        }
        if (this.#connection?.usable) {
            return this.#connection;
        }
        await this.#drop();
        const connection = await this.#open();
        if (this.#closed) {
            // closed meanwhile: nobody else knows of this connection
            await connection.close();
            throw this.#refusal('the account is being closed');
        }
        this.#connection = connection;
        return connection;
    }

    async #select(connection: ImapConnection, use: LineUse): Promise<OpenFolder> {
        const current = this.#folder;
        const fits =
            current?.connection === connection && current.path === use.folder && current.readOnly === use.readOnly;
        // `mailbox` is false when the server closed the folder on its own, after a rename or a UIDVALIDITY change
        if (!current || !fits || use.fresh || !connection.client.mailbox) {
            this.#folder = null;
            this.#folder = await OpenFolder.select(connection, use.folder, use.readOnly);
        }
        return this.#folder as OpenFolder;
    }

    #closeWhenUnused(): void {
        if (!this.#closed && this.#waiting <= 1) {
            clearTimeout(this.#unusedTimer);
            this.#unusedTimer = setTimeout(() => {
                if (this.#waiting === 0) {
                    this.#tail = this.#drop();
                }
            }, this.#unusedMs);
        }
    }

    async #drop(): Promise<void> {
        const connection = this.#connection;
        this.#connection = null;
        this.#folder = null;
        await connection?.close();
    }

    #refusal(problem: string): MailError {
        return new MailError({
            code: MailErrorCode.Closed,
            kind: 'temporary',
            step: 'connect',
            account: this.#label,
            problem
        });
    }
}
