import { randomUUID } from 'node:crypto';
import type { FetchMessageObject } from 'imapflow';
import type { ContentPlan, FetchedMail } from '../imap/content';
import { flagsOf, toDate, type OpenFolder } from '../imap/open-folder';
import { PartMismatch } from '../message/detached-part';
import { readMail } from '../message/read-mail';
import type { MailMessage, MailMeta } from '../message/types';

export interface ReaderOptions {
    plan: ContentPlan;
    /** Absolute; empty unless attachments are written to files. */
    attachmentsDir: string;
}

/** Makes messages of what the server gave. */
export class MailReader {
    readonly #account: string;
    readonly #options: ReaderOptions;
    readonly #notice: (text: string) => void;
    /** What was read before its turn. */
    readonly #ahead = new WeakMap<FetchedMail, MailMessage>();
    #hasNoticed = false;

    constructor(account: string, options: ReaderOptions, notice: (text: string) => void) {
        this.#account = account;
        this.#options = options;
        this.#notice = notice;
    }

    /** True for a mail that was not read yet and takes neither the connection nor the disk. */
    canReadAhead(mail: FetchedMail): boolean {
        const isInMemory = Buffer.isBuffer(mail.source) && !mail.detached && this.#options.attachmentsDir === '';
        return isInMemory && !this.#ahead.has(mail);
    }

    /** Reads a mail before its turn. Never rejects: what goes wrong shows again when it is the mail's turn. */
    async readAhead(folder: OpenFolder, mail: FetchedMail): Promise<void> {
        const message = await this.#read(folder, mail, 0).catch(() => null);
        if (message) {
            this.#ahead.set(mail, message);
        }
    }

    /** Reads a fetched mail; each call is an attempt with an id of its own. Rejects as readMail does. */
    read(folder: OpenFolder, mail: FetchedMail, attempt: number): Promise<MailMessage> {
        const ahead = this.#ahead.get(mail);
        if (!ahead) {
            return this.#read(folder, mail, attempt);
        }
        this.#ahead.delete(mail);
        ahead.mail.delivery.attempt = attempt;
        return Promise.resolve(ahead);
    }

    async #read(folder: OpenFolder, mail: FetchedMail, attempt: number): Promise<MailMessage> {
        const { attachmentsDir, plan } = this.#options;
        const { content, attachments, only } = plan;
        const meta = this.#metaOf(folder, mail.row, attempt);
        const options = { content, attachments, attachmentsDir, oversize: mail.oversize, only };
        this.#explain(folder, mail.uid, mail.detour);
        try {
            return await readMail(mail.source, meta, { ...options, detached: mail.detached });
        } catch (error) {
            if (!(error instanceof PartMismatch) || !mail.whole) {
                throw error;
            }
        }
        this.#explain(folder, mail.uid, 'it has other parts than the server says');
        return readMail(await mail.whole(), meta, options);
    }

    /** Once for each folder: a server that describes its mails badly does so with all of them. */
    #explain(folder: OpenFolder, uid: number, detour: string | undefined): void {
        if (detour !== undefined && !this.#hasNoticed) {
            this.#hasNoticed = true;
            this.#notice(
                `the mail with UID ${uid} in "${folder.path}" was fetched whole because ${detour}; further such mails are not reported`
            );
        }
    }

    /** What is known of a mail whose content cannot be had. */
    headerOnly(
        folder: OpenFolder,
        row: FetchMessageObject,
        header: Buffer | null,
        attempt: number
    ): Promise<MailMessage> {
        return readMail(header ?? Buffer.alloc(0), this.#metaOf(folder, row, attempt), {
            content: 'headers',
            attachments: 'none',
            attachmentsDir: '',
            oversize: false
        });
    }

    #metaOf(folder: OpenFolder, row: FetchMessageObject, attempt: number): MailMeta {
        return {
            ref: { account: this.#account, folder: folder.path, uidValidity: folder.uidValidity, uid: row.uid },
            size: row.size ?? 0,
            flags: flagsOf(row),
            receivedAt: toDate(row.internalDate),
            labels: [...(row.labels ?? [])],
            threadId: row.threadId ?? '',
            emailId: row.emailId ?? '',
            delivery: { id: randomUUID(), attempt }
        };
    }
}

/** The flow may change the message it got; what is needed of it later is kept apart, without copying content. */
export function snapshot(message: MailMessage): MailMessage {
    return { ...message, attachments: [...message.attachments], mail: copyOf(message.mail) };
}

/** For values that could be JSON, a tenth of what structuredClone costs. */
function copyOf<T>(value: T): T {
    if (typeof value !== 'object' || value === null) {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map(copyOf) as T;
    }
    // the spread knows the shape of the object, so only what holds more objects is looked at by name
    const copy = { ...value } as Record<string, unknown>;
    for (const key in copy) {
        const inner = copy[key];
        if (typeof inner === 'object' && inner !== null) {
            copy[key] = copyOf(inner);
        }
    }
    return copy as T;
}

/** Ends a stream that nobody reads, so that the connection is free for the next command. */
export function discard(mail: FetchedMail): void {
    if (!Buffer.isBuffer(mail.source)) {
        mail.source.on('error', () => undefined);
        mail.source.destroy();
    }
}
