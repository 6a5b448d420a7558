import { connectPace } from '../imap/connect-pace';
import { ImapConnection, type ConnectionTimeouts, type ImapServer } from '../imap/connection';
import { listFolders, type FolderEntry } from '../imap/folder-list';
import { findSpecialFolder } from '../imap/folders';
import type { SpecialUse } from '../imap/connection';
import type { OpenFolder } from '../imap/open-folder';
import { SharedLine, type LineUse } from '../imap/shared-line';
import { MailErrorCode, MailError } from '../message/mail-error';
import { requireRight, type Right } from './rights';

export interface ImapAccountSettings {
    server: ImapServer;
    rights: ReadonlySet<Right>;
    /** Most connections at one time, the shared one included. */
    connections: number;
    /** Under which mail reaches this mailbox, as far as the account says; the one entered as its address is first. */
    addresses?: readonly string[];
}

/** After a rejected login nobody tries again before this: providers lock accounts that are hammered. */
const REJECTED_MS = 60 * 60_000;
/** As long as an imap-in waits for its actions; Node-RED waits 15 s for a node to close. */
const RETIRE_PATIENCE_MS = 5_000;

/**
 * The owner of all connections of one IMAP account: one shared line for commands and one connection per watched
 * folder, within the account's limit. Nodes register while they use it; after the last has gone, nothing stays open.
 */
export class ImapAccount {
    readonly id: string;
    readonly settings: ImapAccountSettings;
    readonly #timeouts: ConnectionTimeouts;
    readonly #users = new Set<string>();
    #line: SharedLine;
    #watching = 0;
    #retired = false;
    /** Of a password, or by throttling; a token source remembers by itself, until somebody signs in again. */
    #rejected: { error: MailError; until: number } | null = null;
    /** The login that others wait for; never rejects. */
    #login: Promise<void> | null = null;

    constructor(id: string, settings: ImapAccountSettings, timeouts: ConnectionTimeouts = {}) {
        this.id = id;
        this.settings = settings;
        this.#timeouts = timeouts;
        this.#line = this.#newLine();
    }

    get label(): string {
        return this.settings.server.label;
    }

    register(nodeId: string): void {
        this.#users.add(nodeId);
    }

    /** The last user closes the line behind it; bounded. */
    async deregister(nodeId: string): Promise<void> {
        this.#users.delete(nodeId);
        if (this.#users.size === 0) {
            await this.close();
        }
    }

    /** @throws MailError RIGHT_MISSING when the account does not allow it. */
    require(right: Right): void {
        requireRight(this.settings.rights, right, this.label);
    }

    /**
     * Runs an action on a mail's folder. Opens it for writing, which an account without any right to change refuses
     * before a byte is sent.
     */
    async act<T>(right: Right, folder: string, work: (folder: OpenFolder) => Promise<T>): Promise<T> {
        this.require(right);
        const use = { folder, readOnly: right === 'read', repeatable: right === 'read' || right === 'flag' };
        try {
            return await this.#line.run(use, work);
        } catch (error) {
            if (!(error instanceof MailError && error.code === MailErrorCode.MailGone)) {
                throw error;
            }
            // A mail that came after this line had selected the folder may not be there for it yet: Dovecot shows new
            // mail of a session between commands only. Nothing was changed when a mail is missing, so look again.
            return this.#line.run({ ...use, fresh: true }, work);
        }
    }

    /** Runs on the shared line as `use` says; for looks at a folder that has no connection of its own. */
    run<T>(use: LineUse, work: (folder: OpenFolder) => Promise<T>): Promise<T> {
        return this.#line.run(use, work);
    }

    /**
     * Runs on the shared line without a folder of its own, such as an APPEND.
     *
     * @param repeatable whether it may run twice when the connection is lost in the middle of it.
     */
    withoutFolder<T>(work: (connection: ImapConnection) => Promise<T>, repeatable: boolean): Promise<T> {
        return this.#line.enqueue(work, repeatable);
    }

    specialFolder(use: SpecialUse): Promise<string> {
        return this.#line.enqueue(connection => findSpecialFolder(connection, use, this.settings.server.folders));
    }

    /** The folders that hold mail, for people to choose from. */
    listFolders(): Promise<FolderEntry[]> {
        return this.#line.enqueue(listFolders);
    }

    /** A connection for one watched folder; null when the limit leaves none, so that the folder is polled instead. */
    async openWatch(): Promise<ImapConnection | null> {
        // one is kept for the shared line: without it, no flow could change a flag while folders are watched
        if (this.#watching >= this.settings.connections - 1) {
            return null;
        }
        this.#watching++;
        try {
            const connection = await this.#open();
            void connection.closed.then(() => this.#watching--);
            return connection;
        } catch (error) {
            this.#watching--;
            if (error instanceof MailError && error.code === MailErrorCode.TooManyConnections) {
                return null;
            }
            throw error;
        }
    }

    /** Ends the shared line; watchers end their own connections. */
    async close(): Promise<void> {
        await this.#endLine(0);
    }

    /**
     * Ends the shared line after what was asked of it has been done. For a config node, which the runtime closes while
     * the nodes that use it are still finishing: what they have begun must not be cut by a deploy. Bounded.
     */
    async retire(): Promise<void> {
        this.#retired = true;
        await this.#endLine(RETIRE_PATIENCE_MS);
    }

    async #endLine(patienceMs: number): Promise<void> {
        const line = this.#line;
        // who comes later, and is not the last to go, still gets a line
        this.#line = this.#newLine();
        await line.close(patienceMs);
    }

    #newLine(): SharedLine {
        // nobody is left who would close a line that is opened by a node still finishing
        return new SharedLine(this.label, () => this.#open(), this.#retired ? 0 : undefined);
    }

    async #open(): Promise<ImapConnection> {
        // the first login shows whether the password is right: five watchers at once would be five rejections
        if (this.#login) {
            await this.#login;
        }
        if (this.#rejected && Date.now() < this.#rejected.until) {
            throw this.#rejected.error;
        }
        const opening = connectPace.turn().then(() => ImapConnection.open(this.settings.server, this.#timeouts));
        const login = opening.then(
            () => undefined,
            () => undefined
        );
        this.#login ??= login;
        try {
            const connection = await opening;
            this.#rejected = null;
            return connection;
        } catch (error) {
            if (error instanceof MailError) {
                this.#rejected = this.#leaveAlone(error) ?? this.#rejected;
            }
            throw error;
        } finally {
            if (this.#login === login) {
                this.#login = null;
            }
        }
    }

    /** For how long nobody tries to log in after this failure; null when it says nothing of the next login. */
    #leaveAlone(error: MailError): { error: MailError; until: number } | null {
        const { login } = this.settings.server;
        if (error.kind === 'credentials' && login && 'password' in login) {
            return { error, until: Date.now() + REJECTED_MS };
        }
        return error.code === MailErrorCode.Throttled ? { error, until: Date.now() + error.retryAfterMs } : null;
    }
}
