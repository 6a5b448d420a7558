import type { AttachmentStream, MessageText } from 'mailparser';
import { type AttachmentChoice, AttachmentList, MAX_ATTACHMENTS } from './attachment-list';
import type { StoreContent } from './attachment-store';
import { PartMismatch } from './detached-part';
import { MAX_HEADER_BYTES } from './header-collector';
import { Interruption } from './interruption';
import { MailError } from './mail-error';
import { dropSource, type MailSource, pump } from './mail-source';
import { MAX_PARTS, PartParser } from './part-parser';
import type { MailAttachment, MailReport } from './types';

/** What the parts of a mail hold. */
export interface MimeContent {
    /** All text parts; empty when there are none. */
    text: string;
    /** All HTML parts, with the text parts that stand between them; empty when there are none. */
    html: string;
    /** HTML stands beside the text, not as its alternative: the text alone is not the whole mail. */
    isMixed: boolean;
    attachments: MailAttachment[];
    /** null when the mail is no report. */
    report: MailReport | null;
    /** Why something is missing, in sentences. */
    problems: string[];
}

export interface MimeOptions extends AttachmentChoice {
    store: StoreContent;
    /** Sees every chunk of the mail before it is parsed. */
    see: (chunk: Buffer) => void;
    signal?: AbortSignal | undefined;
    maxQuietMs?: number | undefined;
}

/**
 * Reads the parts of a mail while it arrives. A mail that cannot be parsed to its end resolves with what was found and
 * the reason. Rejects when the source or a detached part fails, when the store fails, when the signal says so, when
 * nothing arrives for a long time, and with PartMismatch; by then nothing is written any more.
 */
export async function readParts(source: MailSource, options: MimeOptions): Promise<MimeContent> {
    const parser = new PartParser();
    // mailparser may report an error and go on without an end; the loop below sees the error, this makes it the end
    parser.on('error', () => parser.destroy());
    const interruption = new Interruption(options.signal, options.maxQuietMs);
    const reading = readItems(parser, options, interruption);
    let hasArrived = false;
    const feeding = feed(source, parser, chunk => {
        interruption.touch();
        options.see(chunk);
    }).then(() => {
        hasArrived = true;
    });
    try {
        const [content] = await Promise.race([Promise.all([reading, feeding]), interruption.raised]);
        return content;
    } catch (error) {
        parser.destroy();
        dropSource(source);
        const content = await reading.catch(() => null);
        // a parser that stands still with the whole mail in its hands is a fault of the mail
        if (content && hasArrived && interruption.isQuiet) {
            return content;
        }
        throw error;
    } finally {
        interruption.close();
    }
}

/** A mail that cannot be parsed is still read to its end: its bytes may be wanted, and the connection goes on. */
async function feed(source: MailSource, parser: PartParser, see: (chunk: Buffer) => void): Promise<void> {
    await pump(source, chunk => {
        see(chunk);
        return parser.destroyed || parser.write(chunk) ? undefined : drained(parser);
    });
    if (!parser.destroyed) {
        parser.end();
    }
}

function drained(parser: PartParser): Promise<void> {
    return new Promise(resolve => {
        const done = (): void => {
            parser.off('drain', done);
            parser.off('close', done);
            resolve();
        };
        parser.on('drain', done);
        parser.on('close', done);
    });
}

async function readItems(parser: PartParser, options: MimeOptions, interruption: Interruption): Promise<MimeContent> {
    const list = new AttachmentList(options.store, () => interruption.touch(), options);
    const content: MimeContent = {
        text: '',
        html: '',
        isMixed: false,
        attachments: list.attachments,
        report: null,
        problems: []
    };
    try {
        for await (const item of parser as AsyncIterable<AttachmentStream | MessageText>) {
            interruption.touch();
            if (item.type === 'attachment') {
                await readAttachment(item, parser, list);
            } else {
                content.text = item.text ?? '';
                content.html = item.html ?? '';
                content.isMixed = item.textConversionError !== undefined;
            }
        }
    } catch (error) {
        if (error instanceof MailError) {
            throw error;
        }
        content.problems.push(parserProblem(error));
    }
    content.report = list.reports.result();
    if (list.isIncomplete) {
        throw new PartMismatch('the mail has other parts than the server says');
    }
    if (list.skipped > 0) {
        content.problems.push(`Only ${MAX_ATTACHMENTS} attachments were read; ${list.skipped} more were left out.`);
    }
    return content;
}

async function readAttachment(item: AttachmentStream, parser: PartParser, list: AttachmentList): Promise<void> {
    // when the parser gives up, the content of the attachment in work would otherwise never end
    const stop = (): void => {
        item.content.destroy(new Error('the parser ended'));
    };
    parser.once('close', stop);
    try {
        await list.add(item);
    } finally {
        parser.off('close', stop);
    }
    item.release?.();
}

function parserProblem(error: unknown): string {
    return (error as NodeJS.ErrnoException).code === 'EMAXLEN'
        ? `The mail has more than ${MAX_PARTS} parts or a header of more than ${MAX_HEADER_BYTES / 1024} KB; its body could not be read.`
        : 'The mail could not be read to its end.';
}
