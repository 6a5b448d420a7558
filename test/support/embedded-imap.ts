import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import createServer from 'hoodiecrow-imap';

export interface EmbeddedImapOptions {
    /** 0 (default): a free port. */
    port?: number;
    /** Names and passwords; `anna` with `secret` unless given. All users share the same mailbox. */
    users?: Readonly<Record<string, string>>;
    /** Names with their special use or null, beside INBOX; the usual five unless given. */
    folders?: Readonly<Record<string, string | null>>;
    /** TLS from the first byte with this certificate; without it the connection is plain. */
    certificate?: { key: string; cert: string };
    /** Replaces the list of plugins; a function may reach into the server. */
    plugins?: ReadonlyArray<string | ((server: createServer.ImapServer) => void)>;
}

/** ENABLE has to come before CONDSTORE, which extends it. */
const PLUGINS = [
    'ID',
    'SASL-IR',
    'AUTH-PLAIN',
    'XOAUTH2',
    'NAMESPACE',
    'IDLE',
    'ENABLE',
    'CONDSTORE',
    'LITERALPLUS',
    'UNSELECT',
    'SPECIAL-USE',
    'CREATE-SPECIAL-USE',
    'MOVE',
    'UIDPLUS'
];

const USUAL_FOLDERS = {
    Drafts: '\\Drafts',
    Sent: '\\Sent',
    Trash: '\\Trash',
    Junk: '\\Junk',
    Archive: '\\Archive'
};

/** Starts an IMAP server inside this process, in milliseconds and without files. The caller must `close()` it. */
export async function startEmbeddedImap(options: EmbeddedImapOptions = {}): Promise<EmbeddedImap> {
    const imap = new EmbeddedImap(options);
    imap.server.listen(options.port ?? 0, imap.host);
    await once(imap.server.server, 'listening');
    return imap;
}

/** An IMAP server in memory. Flags changed by one client are not announced to others: use Dovecot for that. */
export class EmbeddedImap {
    readonly host = '127.0.0.1';
    /** The wrapped server, for command handlers and mailboxes: see hoodiecrow-imap.d.ts. */
    readonly server: createServer.ImapServer;
    readonly #sockets = new Set<Duplex>();

    /** Use startEmbeddedImap. */
    constructor(options: EmbeddedImapOptions) {
        const users = Object.entries(options.users ?? { anna: 'secret' });
        this.server = createServer({
            plugins: options.plugins ?? PLUGINS,
            users: Object.fromEntries(users.map(([name, password]) => [name, { password }])),
            storage: { INBOX: {}, '': { separator: '/', folders: folderTree(options.folders ?? USUAL_FOLDERS) } },
            ...(options.certificate ? { secureConnection: true, credentials: options.certificate } : {})
        });
        this.server.connectionHandlers.push(connection => this.#follow(connection));
    }

    get port(): number {
        return (this.server.server.address() as AddressInfo).port;
    }

    /** Lets a user log in with an OAuth2 access token as well as with a password. */
    addToken(user: string, accessToken: string): void {
        this.server.users[user] = { password: '', ...this.server.users[user], xoauth2: { accessToken } };
    }

    /** Puts a mail into a folder; clients in IDLE hear of it. Returns its UID; throws when there is no such folder. */
    appendMessage(folder: string, mail: Buffer, flags: readonly string[] = [], receivedAt = new Date()): number {
        return this.server.appendMessage(this.mailbox(folder), [...flags], receivedAt, mail.toString('latin1')).message
            .uid;
    }

    /** The server's own object of a folder: change `uidvalidity`, look at `messages`. Throws when there is none. */
    mailbox(folder: string): createServer.Mailbox {
        const mailbox = this.server.getMailbox(folder);
        if (!mailbox) {
            throw new Error(`the embedded server has no folder "${folder}"`);
        }
        return mailbox;
    }

    /** The mails of a folder as they are stored, independent of any client. */
    mails(folder: string): Array<{ uid: number; flags: string[]; raw: Buffer }> {
        return this.mailbox(folder).messages.map(({ uid, flags, raw }) => ({
            uid,
            flags: [...flags],
            raw: Buffer.from(raw, 'latin1')
        }));
    }

    /** Cuts every connection; new ones are accepted. */
    cut(): void {
        this.#sockets.forEach(socket => socket.destroy());
    }

    async close(): Promise<void> {
        const closed = once(this.server.server, 'close');
        this.server.close();
        this.cut();
        await closed;
    }

    #follow(connection: createServer.Connection): void {
        const { socket } = connection;
        if (!socket) {
            return;
        }
        this.#sockets.add(socket);
        socket.once('close', () => {
            this.#sockets.delete(socket);
            // a client that leaves during IDLE would leave a timer of 30 minutes behind
            if (connection.inputHandler) {
                connection.inputHandler('DONE');
            }
        });
    }
}

function folderTree(folders: Readonly<Record<string, string | null>>): Record<string, createServer.MailboxTemplate> {
    const tree: Record<string, createServer.MailboxTemplate> = {};
    for (const [path, specialUse] of Object.entries(folders)) {
        let level = tree;
        let folder: createServer.MailboxTemplate = {};
        for (const name of path.split('/')) {
            folder = level[name] ??= {};
            level = folder.folders ??= {};
        }
        if (specialUse !== null) {
            folder['special-use'] = specialUse;
        }
    }
    return tree;
}
