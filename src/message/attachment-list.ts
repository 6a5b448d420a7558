import type { AttachmentStream } from 'mailparser';
import libmime = require('libmime');
import { cleanFileName } from './attachment-name';
import { countContent, type StoreContent } from './attachment-store';
import { readDisplayFields, textsOf } from './display-header';
import { HeaderCollector } from './header-collector';
import { decodeWords, oneLine } from './header-text';
import { ReportParts } from './report-parts';
import type { MailAttachment } from './types';

/** More than anybody attaches; in the mode `file` each one is a file. */
export const MAX_ATTACHMENTS = 500;
/** RFC 5322 §2.1.1: no line is longer, and an id is never folded. */
const MAX_CONTENT_ID_CHARS = 998;

/** RFC 6838 §4.2: two names of at most 127 characters. */
const CONTENT_TYPE = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/i;
const UNKNOWN_TYPE = 'application/octet-stream';
const MESSAGE_TYPE = 'message/rfc822';

/** Reads the attachments of one mail one after the other, and lists them. */
export class AttachmentList {
    readonly attachments: MailAttachment[] = [];
    readonly reports = new ReportParts();
    readonly #store: StoreContent;
    readonly #onProgress: () => void;
    #skipped = 0;

    constructor(store: StoreContent, onProgress: () => void) {
        this.#store = store;
        this.#onProgress = onProgress;
    }

    /** How many attachments were read but not listed because of the limit. */
    get skipped(): number {
        return this.#skipped;
    }

    /** Reads the item to its end and lists it. Rejects with whatever the store or the content fails with. */
    async add(item: AttachmentStream): Promise<void> {
        const header = new HeaderCollector();
        // mailparser says false for a Content-Type without a type, and null for the one part of a mail without others
        const contentType = CONTENT_TYPE.test(item.contentType) ? item.contentType : UNKNOWN_TYPE;
        const report = this.reports.collect(contentType);
        const content = this.#observe(item.content, chunk => {
            header.push(chunk);
            report?.push(chunk);
        });
        if (this.attachments.length === MAX_ATTACHMENTS) {
            this.#skipped++;
            await countContent(content);
            return;
        }
        const part = item.partId ?? '1';
        const given = cleanFileName(item.filename ?? '');
        const name = given || defaultName(contentType, part);
        const stored = await this.#store(content, name);
        report?.end();
        this.reports.see(contentType, header);
        const subject = given === '' && contentType === MESSAGE_TYPE ? subjectOf(header.block()) : '';
        this.attachments.push({
            filename: subject ? cleanFileName(`${subject}.eml`) : name,
            contentType,
            contentId: oneLine(item.contentId ?? '').slice(0, MAX_CONTENT_ID_CHARS),
            inline: isInline(item),
            part,
            ...stored
        });
    }

    async *#observe(content: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
        for await (const chunk of content) {
            this.#onProgress();
            see(chunk);
            yield chunk;
        }
    }
}

/** Outlook gives images of its HTML a Content-ID and no disposition. */
function isInline(item: AttachmentStream): boolean {
    return item.contentDisposition === 'inline' || (item.contentDisposition === undefined && item.related === true);
}

function defaultName(contentType: string, part: string): string {
    return contentType === MESSAGE_TYPE ? 'message.eml' : `part-${part}.${libmime.detectExtension(contentType)}`;
}

/** The subject of a forwarded message. */
function subjectOf(block: Buffer): string {
    const [subject = ''] = textsOf(readDisplayFields(block).fields, 'subject');
    return decodeWords(subject);
}
