import { randomUUID } from 'node:crypto';
import type { FetchMessageObject } from 'imapflow';
import type { ContentPlan, FetchedMail } from '../imap/content';
import { flagsOf, toDate, type OpenFolder } from '../imap/open-folder';
import type { MailError } from '../message/mail-error';
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

/** What became of a fetched mail: a message, why it is none of ours after all, or why it could not be read. */
export interface Reading {
    mail: FetchedMail;
    message?: MailMessage;
    refusal?: string;
    failure?: MailError;
}

/** Makes messages of what the server gave; each call is a try with a delivery id of its own. */
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
     * Reads mails one after the other. Rejects when the connection is lost.
     *
     * @param attempts the number of the try, by UID.
     */
    async *readAll(
        folder: OpenFolder,
        mails: AsyncIterable<FetchedMail>,
        attempts: (uid: number) => number
    ): AsyncGenerator<Reading> {
        for await (const mail of mails) {
            const refusal = this.#refusal(mail);
            if (refusal !== undefined) {
                discard(mail);
                yield { mail, refusal };
                continue;
            }
            try {
                yield { mail, message: await this.#read(folder, mail, attempts(mail.uid)) };
            } catch (error) {
                discard(mail);
                const failure = folder.connection.error(error, 'fetch');
                if (!folder.connection.usable) {
                    throw failure;
                }
                yield { mail, failure };
            }
        }
    }

    /** Judges the sender once more on the complete header: what came as HEADER.FIELDS was the server's reading. */
    #refusal(mail: FetchedMail): string | undefined {
        const judged = this.#senders.isEmpty ? null : judgeSender(mail.header, this.#senders);
        if (judged === null || judged.verdict === 'match') {
            return undefined;
        }
        return judged.verdict === 'reject' ? judged.problem : 'the complete header names another sender';
    }

    #read(folder: OpenFolder, mail: FetchedMail, attempt: number): Promise<MailMessage> {
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
