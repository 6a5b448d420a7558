import { AttachmentFolder } from './attachment-folder';
import type { AttachmentChoice } from './attachment-list';
import { countContent, keepContent, type StoreContent, writeContent } from './attachment-store';
import { bodyText } from './body-text';
import { HeaderCollector } from './header-collector';
import { Interruption } from './interruption';
import { type MailHead, readHead } from './mail-info';
import { dropSource, type MailSource, pump } from './mail-source';
import { type MimeContent, readParts } from './mime-reader';
import { readSimpleMail } from './simple-mail';
import type { AttachmentMode, ContentMode, MailMessage, MailMeta } from './types';

export interface ReadOptions extends AttachmentChoice {
    content: ContentMode;
    attachments: AttachmentMode;
    /** Absolute; where the mode `file` writes. Created when it does not exist. */
    attachmentsDir: string;
    /** The source holds the header block only, because the mail is too large. */
    oversize: boolean;
    signal?: AbortSignal;
}

/**
 * Makes the message that a flow receives from the bytes of a mail.
 *
 * Nothing a sender writes makes it reject: what could be read is emitted, and `msg.mail.problem` says what is missing.
 * It rejects when the source fails (the connection was lost: the mail must be fetched again), when the attachments cannot
 * be written (MailError, AttachmentFolder), when the signal says so, and with PartMismatch when the detached parts are
 * not those of the mail. Then no file is left behind, and a stream is destroyed.
 */
export async function readMail(source: MailSource, meta: MailMeta, options: ReadOptions): Promise<MailMessage> {
    if (options.content === 'headers' || options.oversize) {
        return headMessage(readHead(await collectHeader(source, options.signal), meta, options.oversize));
    }
    if (Buffer.isBuffer(source) && !options.detached && !options.only) {
        const message = readSimpleMessage(source, meta, options);
        if (message) {
            return message;
        }
    }
    const header = new HeaderCollector();
    const original: Buffer[] | null = options.content === 'full' ? [] : null;
    const see = (chunk: Buffer): void => {
        header.push(chunk);
        original?.push(chunk);
    };
    const folder = new AttachmentFolder(options.attachmentsDir);
    try {
        const store = storeFor(options.attachments, folder);
        const content = await readParts(source, {
            store,
            see,
            signal: options.signal,
            detached: options.detached,
            only: options.only
        });
        const message = fullMessage(readHead(header, meta, false), content);
        if (original) {
            message.original = Buffer.isBuffer(source) ? source : Buffer.concat(original);
        }
        return message;
    } catch (error) {
        await folder.discard();
        throw error;
    }
}

function readSimpleMessage(source: Buffer, meta: MailMeta, options: ReadOptions): MailMessage | null {
    const header = new HeaderCollector();
    header.push(source);
    const content = readSimpleMail(source, header);
    if (!content) {
        return null;
    }
    const message = fullMessage(readHead(header, meta, false), content);
    if (options.content === 'full') {
        message.original = source;
    }
    return message;
}

async function collectHeader(source: MailSource, signal: AbortSignal | undefined): Promise<HeaderCollector> {
    const header = new HeaderCollector();
    const interruption = new Interruption(signal);
    try {
        const pumping = pump(source, chunk => {
            interruption.touch();
            header.push(chunk);
        });
        await Promise.race([pumping, interruption.raised]);
        return header;
    } finally {
        interruption.close();
        dropSource(source);
    }
}

function storeFor(mode: AttachmentMode, folder: AttachmentFolder): StoreContent {
    switch (mode) {
        case 'none':
            return countContent;
        case 'buffer':
            return keepContent;
        case 'file':
            return writeContent(folder);
    }
}

function headMessage({ info, date, header, problems }: MailHead): MailMessage {
    return {
        payload: '',
        topic: info.subject,
        from: info.from?.address ?? '',
        date,
        header,
        attachments: [],
        mail: problems.length > 0 ? { ...info, problem: problems.join(' ') } : info
    };
}

function fullMessage(head: MailHead, content: MimeContent): MailMessage {
    const { text, problem } = bodyText(content);
    const problems = [...head.problems, ...content.problems, ...(problem ? [problem] : [])];
    if (isHollow(head, content)) {
        problems.push('The mail says that it consists of parts, but none of them holds anything.');
    }
    const message = headMessage({ ...head, problems });
    message.payload = text;
    message.attachments = content.attachments;
    if (content.report) {
        message.mail.report = content.report;
    }
    if (content.html !== '') {
        message.html = content.html;
    }
    return message;
}

/** The boundary is missing, or it is another one than the header names. */
function isHollow({ header }: MailHead, { text, html, attachments, problems }: MimeContent): boolean {
    if (text !== '' || html !== '' || attachments.length > 0 || problems.length > 0) {
        return false;
    }
    const [contentType = ''] = [header['content-type'] ?? ''].flat();
    return /^multipart\//i.test(contentType);
}
