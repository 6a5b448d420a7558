import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Changes } from './changes';
import { defaultAnswer } from './imap-peer-defaults';
import { PeerSession, type PeerCommand } from './imap-peer-session';

export { PeerSession, type PeerCommand } from './imap-peer-session';

/** Answers one command; `fallback` gives the answer the peer would have given without the handler. */
export type PeerHandler = (
    command: PeerCommand,
    session: PeerSession,
    fallback: () => Promise<void>
) => void | Promise<void>;

export interface PeerMailbox {
    exists: number;
    uidValidity: number;
    uidNext: number;
    /** Announced only when the capabilities name CONDSTORE. */
    highestModseq: number;
    readOnly: boolean;
    permanentFlags: string;
}

export interface PeerFolder {
    name: string;
    /** For example `\\HasNoChildren \\Sent`. */
    flags?: string;
}

export interface PeerOptions {
    /** The whole first line without CRLF; null: the peer says nothing at all. */
    greeting?: string | null;
    capabilities?: readonly string[];
    folders?: readonly PeerFolder[];
    mailbox?: Partial<PeerMailbox>;
    /** By command name, "UID FETCH" for UID commands; what is not named is answered by default. */
    handlers?: Readonly<Record<string, PeerHandler>>;
}

/** Starts a scripted IMAP server on loopback. The caller must `stop()` it. */
export async function startImapPeer(options: PeerOptions = {}): Promise<ImapPeer> {
    const peer = new ImapPeer(options);
    await peer.listen();
    return peer;
}

/** An IMAP server without mails that says what the test wants it to say. Plaintext, one port, every login accepted. */
export class ImapPeer {
    readonly host = '127.0.0.1';
    /** May be changed by the test while the peer runs. */
    readonly handlers: Record<string, PeerHandler>;
    readonly mailbox: PeerMailbox;
    readonly capabilities: readonly string[];
    readonly folders: readonly PeerFolder[];
    /** Every connection so far. */
    readonly sessions: PeerSession[] = [];
    /** Every command so far, of all connections. */
    readonly commands: PeerCommand[] = [];
    readonly #greeting: string | null;
    readonly #server: Server;
    readonly #changes = new Changes();

    /** Use startImapPeer. */
    constructor(options: PeerOptions) {
        this.capabilities = options.capabilities ?? ['IMAP4rev1', 'ID', 'NAMESPACE', 'IDLE', 'UIDPLUS', 'MOVE'];
        this.folders = options.folders ?? [
            { name: 'INBOX' },
            { name: 'Sent', flags: '\\Sent' },
            { name: 'Trash', flags: '\\Trash' }
        ];
        this.mailbox = {
            exists: 0,
            uidValidity: 1,
            uidNext: 1,
            highestModseq: 1,
            readOnly: false,
            permanentFlags: '\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*',
            ...options.mailbox
        };
        this.handlers = { ...options.handlers };
        this.#greeting =
            options.greeting === undefined
                ? `* OK [CAPABILITY ${this.capabilities.join(' ')}] ready`
                : options.greeting;
        this.#server = createServer(socket => {
            const session: PeerSession = new PeerSession(
                socket,
                command => this.#handle(command, session),
                () => this.#changes.notify()
            );
            this.sessions.push(session);
            if (this.#greeting !== null) {
                session.write(`${this.#greeting}\r\n`);
            }
            this.#changes.notify();
        });
    }

    get port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    get openSessions(): PeerSession[] {
        return this.sessions.filter(session => session.open);
    }

    async listen(): Promise<void> {
        this.#server.listen(0, this.host);
        await once(this.#server, 'listening');
    }

    /** Resolves with the n-th command of that name (default: the first), counting those already there. */
    waitForCommand(name: string, count = 1, timeoutMs?: number): Promise<PeerCommand> {
        return this.#changes.until(
            () => this.commands.filter(command => command.name === name)[count - 1],
            () => `command ${name} (${count}×) after ${this.commands.map(command => command.name).join(', ')}`,
            timeoutMs
        );
    }

    /** Resolves when so many connections are open at once. */
    async waitForOpenSessions(count: number, timeoutMs?: number): Promise<void> {
        const what = (): string => `${count} open sessions, ${this.openSessions.length} are`;
        await this.#changes.until(() => this.openSessions.length === count, what, timeoutMs);
    }

    /** Sends the same to every open connection, whether a command is running or not. */
    broadcast(raw: string | Buffer): void {
        this.openSessions.forEach(session => session.write(raw));
    }

    async stop(): Promise<void> {
        this.#server.close();
        this.openSessions.forEach(session => session.reset());
        await once(this.#server, 'close');
    }

    #handle(command: PeerCommand, session: PeerSession): void {
        this.commands.push(command);
        this.#changes.notify();
        const fallback = async (): Promise<void> => defaultAnswer(this, command, session);
        const handler = this.handlers[command.name] ?? fallback;
        Promise.resolve()
            .then(() => handler(command, session, fallback))
            // the client sees a fault of the script, so the test fails with its text instead of a time-out
            .catch((error: unknown) => session.bad(command, `the test's handler threw ${String(error)}`));
    }
}
