import type { FetchMessageObject, FetchQueryObject, MailboxObject, SearchObject } from 'imapflow';
import type { Readable } from 'node:stream';
import { PartMismatch } from '../message/detached-part';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ImapConnection } from './connection';
import { explainMissingFolder } from './folders';
import type { OnHeader } from './header-rows';
import type { BodySection } from './part-request';
import { slicesOf, toUidSet } from './uid-set';

/** Keeps one command line below 8 KB, a common limit, even when no two UIDs are neighbours. */
const UIDS_PER_COMMAND = 500;

/**
 * A selected folder on one connection: the reading side. Every body section is fetched with PEEK and by UID. The
 * caller runs one method at a time; a command inside a running fetch would hang (imapflow #147).
 */
export class OpenFolder {
    readonly connection: ImapConnection;
    readonly path: string;
    readonly uidValidity: string;
    /** As told at selection; 0 when the server did not say. Later mail is announced by EXISTS only. */
    readonly uidNext: number;
    readonly readOnly: boolean;
    readonly #mailbox: MailboxObject;

    private constructor(connection: ImapConnection, mailbox: MailboxObject) {
        this.connection = connection;
        this.#mailbox = mailbox;
        this.path = mailbox.path;
        this.uidValidity = String(mailbox.uidValidity ?? 0);
        this.uidNext = mailbox.uidNext || 0;
        this.readOnly = mailbox.readOnly === true;
    }

    /**
     * Selects a folder, by EXAMINE when `readOnly`, so that the server cannot set \Seen by accident.
     *
     * @throws MailError FOLDER_MISSING with near matches, FOLDER_NOT_SELECTABLE, or what the connection gives.
     */
    static async select(connection: ImapConnection, path: string, readOnly: boolean): Promise<OpenFolder> {
        try {
            const mailbox = await connection.command('select', client => client.mailboxOpen(path, { readOnly }));
            if (readOnly) {
                // nothing is changed here, so nobody needs the MODSEQ that imapflow asks for with every row of a fetch
                mailbox.noModseq = true;
            }
            return new OpenFolder(connection, mailbox);
        } catch (error) {
            throw await explainMissingFolder(connection, path, connection.error(error, 'select'));
        }
    }

    /** Number of mails now; imapflow keeps it current from EXISTS and EXPUNGE. */
    get exists(): number {
        return this.#mailbox.exists;
    }

    /** Whether the server stores this flag or keyword for good (PERMANENTFLAGS, RFC 9051 section 7.1). */
    permits(flag: string): boolean {
        const permitted = this.#mailbox.permanentFlags;
        if (!permitted || permitted.has('\\*')) {
            return true;
        }
        return [...permitted].some(known => known.toLowerCase() === flag.toLowerCase());
    }

    /** Peeks at the From fields of a UID range; hands each header block to `onHeader` and keeps none. */
    async peekFrom(range: string, onHeader: OnHeader): Promise<void> {
        const over = this.connection.literals.takeHeaders('from', onHeader);
        try {
            await this.connection.wholeAnswer('fetch', async client => {
                for await (const row of client.fetch(range, { uid: true, headers: ['from'] }, { uid: true })) {
                    // a row without headers is an unsolicited flag change, not an answer
                    if (row.headers) {
                        onHeader(row.uid, row.headers);
                    }
                }
                return true;
            });
        } finally {
            over();
        }
    }

    /** Peeks at one field of the mails that came last: a header block for each, empty without such a field. */
    async peekLatest(count: number, field: string): Promise<Buffer[]> {
        if (this.exists === 0) {
            return [];
        }
        const rows = await this.connection.command('fetch', client =>
            client.fetchAll(`${Math.max(1, this.exists - count + 1)}:*`, { uid: true, headers: [field] })
        );
        return rows.flatMap(row => (row.headers ? [row.headers] : []));
    }

    /** UIDs that match, ascending. Throws SERVER_REFUSED with the server's words when it does not accept the search. */
    async search(query: SearchObject): Promise<number[]> {
        const uids = await this.connection.wholeAnswer('search', client => client.search(query, { uid: true }));
        return Array.isArray(uids) ? [...uids].sort((a, b) => a - b) : [];
    }

    /** UID and arrival of the mail at a sequence number; null when there is none. For use right after selection only. */
    async bySequence(sequence: number): Promise<{ uid: number; receivedAt: Date | null } | null> {
        const rows = await this.connection.command('fetch', client =>
            client.fetchAll(String(sequence), { uid: true, internalDate: true })
        );
        const row = rows.find(candidate => candidate.seq === sequence && candidate.uid > 0);
        return row ? { uid: row.uid, receivedAt: toDate(row.internalDate) } : null;
    }

    /** Size, flags, dates and server ids of mails, on request their structure; those that are gone are absent. */
    async meta(uids: readonly number[], bodyStructure = false): Promise<Map<number, FetchMessageObject>> {
        return this.#fetch(
            uids,
            { uid: true, flags: true, internalDate: true, size: true, threadId: true, labels: true, bodyStructure },
            row => row.size !== undefined
        );
    }

    /**
     * Header blocks, body sections and on request a piece of the whole of mails, held in memory: the caller bounds the
     * sum. Those that are gone are absent.
     */
    async sections(
        uids: readonly number[],
        sections: BodySection[],
        whole: { start: number; maxLength: number } | null
    ): Promise<Map<number, FetchMessageObject>> {
        const query = { uid: true, headers: true, bodyParts: sections, ...(whole ? { source: whole } : {}) };
        return this.#fetch(uids, query, row => row.headers !== undefined);
    }

    /**
     * A piece of a part with its transfer encoding as it arrives, shorter than `length` only at the end of the part. The
     * command is over when the generator is.
     *
     * @throws MailError MAIL_GONE, PartMismatch, or what the connection gives.
     */
    async *piece(uid: number, part: string, start: number, length: number): AsyncGenerator<Buffer> {
        const content = this.connection.literals.want(part, start, length);
        const query = { uid: true, bodyParts: [{ key: part, start, maxLength: length }] };
        const answered = this.#fetch([uid], query, row => row.bodyParts !== undefined);
        const over = answered.then(
            () => content.end(),
            (error: unknown) => content.fail(error as Error)
        );
        try {
            yield* content;
        } finally {
            content.destroy();
            await over;
        }
        const row = (await answered).get(uid);
        if (!row) {
            throw goneError(this.connection.account, this.path, uid);
        }
        // a literal is empty here when it has come already, and imapflow has `false` for NIL
        const inAnswer = row.bodyParts?.get(part);
        if (!inAnswer || inAnswer.length === 0) {
            return;
        }
        if (content.hasCome) {
            throw new PartMismatch(`the server gave a piece of part ${part} twice`);
        }
        yield inAnswer;
    }

    /** Complete header blocks; those that are gone are absent. */
    async headers(uids: readonly number[]): Promise<Map<number, Buffer>> {
        const rows = await this.#fetch(uids, { uid: true, headers: true }, row => row.headers !== undefined);
        return new Map([...rows].map(([uid, row]) => [uid, row.headers as Buffer]));
    }

    /** Complete messages held in memory: for small mails only, the caller bounds the sum. */
    async sources(uids: readonly number[]): Promise<Map<number, Buffer>> {
        const rows = await this.#fetch(uids, { uid: true, source: true }, row => row.source !== undefined);
        return new Map([...rows].map(([uid, row]) => [uid, row.source as Buffer]));
    }

    /** A complete message as a stream, fetched in chunks as it is read; it fails when it ends too early. */
    async download(uid: number): Promise<Readable> {
        const download = await this.connection.command('fetch', client =>
            client.download(String(uid), undefined, { uid: true, chunkSize: 1024 * 1024 })
        );
        if (!download.content) {
            throw goneError(this.connection.account, this.path, uid);
        }
        return download.content;
    }

    async #fetch(
        uids: readonly number[],
        query: FetchQueryObject,
        isAnswer: (row: FetchMessageObject) => boolean
    ): Promise<Map<number, FetchMessageObject>> {
        const found = new Map<number, FetchMessageObject>();
        for (const slice of slicesOf(uids, UIDS_PER_COMMAND)) {
            const rows = await this.connection.command('fetch', client =>
                client.fetchAll(toUidSet(slice), query, { uid: true })
            );
            for (const row of rows) {
                if (isAnswer(row)) {
                    found.set(row.uid, row);
                }
            }
        }
        return found;
    }
}

/** Flags of a mail; \Recent tells which session looked first and says nothing of the mail (gone in IMAP4rev2). */
export function flagsOf(row: FetchMessageObject): string[] {
    return [...(row.flags ?? [])].filter(flag => flag !== '\\Recent');
}

/** INTERNALDATE as imapflow gives it: a Date, or text that it could not read. */
export function toDate(value: Date | string | undefined): Date | null {
    const date = value instanceof Date ? value : new Date(value ?? '');
    return Number.isNaN(date.getTime()) ? null : date;
}

/** The mail was expunged or moved away by somebody else. */
export function goneError(account: string, folder: string, uid: number): MailError {
    return new MailError({
        code: MailErrorCode.MailGone,
        kind: 'permanent',
        step: 'fetch',
        account,
        problem: `the mail with UID ${uid} is no longer in "${folder}"`,
        remedy: 'It was moved or deleted meanwhile.'
    });
}
