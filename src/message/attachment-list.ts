import type { AttachmentStream } from 'mailparser';
import { detectExtension } from 'nodemailer/lib/mime-funcs';
import { cleanFileName } from './attachment-name';
import { countContent, type StoreContent, type StoredContent } from './attachment-store';
import type { DetachedParts } from './detached-part';
import { readDisplayFields, textsOf } from './display-header';
import { HeaderCollector } from './header-collector';
import { decodeWords, oneLine } from './header-text';
import { holdsHeader, ReportParts } from './report-parts';
import type { MailAttachment } from './types';

/** More than anybody attaches; in the mode `file` each one is a file. */
export const MAX_ATTACHMENTS = 500;
/** RFC 5322 §2.1.1: no line is longer, and an id is never folded. */
const MAX_CONTENT_ID_CHARS = 998;

/** RFC 6838 §4.2: two names of at most 127 characters. */
const CONTENT_TYPE = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/i;
const UNKNOWN_TYPE = 'application/octet-stream';
const MESSAGE_TYPE = 'message/rfc822';

/** Which contents do not come out of the parser, or are not wanted at all. */
export interface AttachmentChoice {
    detached?: DetachedParts | undefined;
    /** Part numbers of the attachments whose content is stored; every one's when absent. */
    only?: ReadonlySet<string> | undefined;
}

/** Reads the attachments of one mail one after the other, and lists them. */
export class AttachmentList {
    readonly attachments: MailAttachment[] = [];
    readonly reports = new ReportParts();
    readonly #store: StoreContent;
    readonly #onProgress: () => void;
    readonly #choice: AttachmentChoice;
    readonly #missing: Set<string>;
    #skipped = 0;

    constructor(store: StoreContent, onProgress: () => void, choice: AttachmentChoice = {}) {
        this.#store = store;
        this.#onProgress = onProgress;
        this.#choice = choice;
        this.#missing = new Set(choice.detached?.keys());
    }

    /** True when a detached part was not among the attachments, so that the mail is not what it was described as. */
    get isIncomplete(): boolean {
        return this.#missing.size > 0;
    }

    /** How many attachments were read but not listed because of the limit. */
    get skipped(): number {
        return this.#skipped;
    }

    /** Reads the item to its end and lists it. Rejects with whatever the store or the content fails with. */
    async add(item: AttachmentStream): Promise<void> {
        // mailparser says false for a Content-Type without a type, and null for the one part of a mail without others
        const contentType = CONTENT_TYPE.test(item.contentType) ? item.contentType : UNKNOWN_TYPE;
        // of other content it would hold what comes before the first empty line, long after that was written
        const header = holdsHeader(contentType) ? new HeaderCollector() : null;
        const report = this.reports.collect(contentType);
        const see = (chunk: Buffer): void => {
            header?.push(chunk);
            report?.push(chunk);
        };
        const content = this.#observe(item.content, see);
        if (this.attachments.length === MAX_ATTACHMENTS) {
            this.#skipped++;
            await countContent(content);
            return;
        }
        const part = item.partId ?? '1';
        const given = cleanFileName(item.filename ?? '');
        const name = given || defaultName(contentType, part);
        const stored = await this.#read(content, part, name, see);
        report?.end();
        if (header) {
            this.reports.see(header);
        }
        const subject = given === '' && header && contentType === MESSAGE_TYPE ? subjectOf(header.block()) : '';
        this.attachments.push({
            filename: subject ? cleanFileName(`${subject}.eml`) : name,
            contentType,
            contentId: oneLine(item.contentId ?? '').slice(0, MAX_CONTENT_ID_CHARS),
            inline: isInline(item),
            part,
            ...stored
        });
    }

    async #read(
        content: AsyncIterable<Buffer>,
        part: string,
        name: string,
        see: (chunk: Buffer) => void
    ): Promise<StoredContent> {
        const { detached, only } = this.#choice;
        const store = only && !only.has(part) ? countContent : this.#store;
        const elsewhere = detached?.get(part);
        if (!elsewhere) {
            return store(content, name);
        }
        this.#missing.delete(part);
        await countContent(content);
        return 'size' in elsewhere ? elsewhere : store(this.#observe(elsewhere.open(), see), name);
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
    return contentType === MESSAGE_TYPE ? 'message.eml' : `part-${part}.${detectExtension(contentType)}`;
}

/** The subject of a forwarded message. */
function subjectOf(block: Buffer): string {
    const [subject = ''] = textsOf(readDisplayFields(block).fields, 'subject');
    return decodeWords(subject);
}
