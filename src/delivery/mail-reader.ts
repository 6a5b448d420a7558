import { randomUUID } from 'node:crypto';
import type { FetchMessageObject } from 'imapflow';
import type { ContentPlan, FetchedMail } from '../imap/content';
import { flagsOf, toDate, type OpenFolder } from '../imap/open-folder';
import { readMail } from '../message/read-mail';
import type { SenderMatcher } from '../sender/pattern';
import { judgeSender } from '../sender/verdict';
import type { AttachmentMode, MailMessage, MailMeta } from '../message/types';

export interface ReaderOptions {
    plan: ContentPlan;
    attachments: AttachmentMode;
    /** Absolute; empty unless attachments are written to files. */
    attachmentsDir: string;
}

/** Makes messages of what the server gave. */
export class MailReader {
    readonly #account: string;
    readonly #senders: SenderMatcher;
    readonly #options: ReaderOptions;

    constructor(account: string, senders: SenderMatcher, options: ReaderOptions) {
        this.#account = account;
        this.#senders = senders;
        this.#options = options;
    }

    /**
     * Judges the sender once more on the complete header: what the server returned as HEADER.FIELDS was its own reading.
     * Returns why the mail does not belong here after all, or null.
     */
    refusal(mail: FetchedMail): string | null {
        const judged = this.#senders.isEmpty ? null : judgeSender(mail.header, this.#senders);
        if (judged === null || judged.verdict === 'match') {
            return null;
        }
        return judged.verdict === 'reject' ? judged.problem : 'the complete header names another sender';
    }

    /** Reads a fetched mail; each call is an attempt with an id of its own. Rejects as readMail does. */
    read(folder: OpenFolder, mail: FetchedMail, attempt: number): Promise<MailMessage> {
        return readMail(mail.source, this.#metaOf(folder, mail.row, attempt), {
            content: this.#options.plan.content,
            attachments: this.#options.attachments,
            attachmentsDir: this.#options.attachmentsDir,
            oversize: mail.oversize
        });
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
    return { ...message, attachments: [...message.attachments], mail: structuredClone(message.mail) };
}

/** Ends a stream that nobody reads, so that the connection is free for the next command. */
export function discard(mail: FetchedMail): void {
    if (!Buffer.isBuffer(mail.source)) {
        mail.source.on('error', () => undefined);
        mail.source.destroy();
    }
}
