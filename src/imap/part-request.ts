import { BASE64_TAIL_BYTES } from '../message/base64-decoder';
import { leavesOf, type OutlinePart } from './outline';

/** What a FETCH of body sections asks for: a section, or a piece of one. */
export type BodySection = string | { key: string; start: number; maxLength: number };

/** What is wanted of a mail that is not fetched whole. */
export interface PartWants {
    /** The text parts. */
    text: boolean;
    /** The attachments are only listed, so their sizes must be known without their content. */
    sizes: boolean;
}

/** The sections of one mail that one command brings, beside its header. */
export interface PartRequest {
    sections: BodySection[];
    /** The last bytes of the mail; null when they are not needed. */
    end: { start: number; maxLength: number } | null;
    /** Most bytes that the answer may hold, without header fields. */
    bytes: number;
    /** Mails of the same shape share a command. */
    shape: string;
}

/** The text before the first part: "This is a multi-part message in MIME format." */
const PREAMBLE_BYTES = 256;
/** The end of a message that is the last part, the last delimiter, and what may stand behind it. */
const END_BYTES = 512;
/** Many servers end a connection on longer command lines; mails with so many parts are read whole. */
const MAX_SECTION_CHARS = 4000;
/** Larger text comes in pieces while it is read. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * The sections from which a mail can be put together.
 *
 * @param size of the whole mail.
 * @returns null when the command would become too long.
 */
export function requestFor(outline: OutlinePart, size: number, wants: PartWants): PartRequest | null {
    const sections: BodySection[] = outline.boundary === '' ? [] : [piece('TEXT', 0, PREAMBLE_BYTES)];
    let bytes = 0;
    for (const part of partsOf(outline)) {
        if (part.number !== '' && part !== outline) {
            sections.push(`${part.number}.MIME`);
        }
        if (part.boundary !== '') {
            continue;
        }
        const number = sectionOf(part);
        if (part.isMessage) {
            sections.push(piece(number, Math.max(0, part.octets - END_BYTES), END_BYTES));
        }
        if (part.isText && wants.text && isTextAtOnce(outline)) {
            sections.push(number);
            bytes += part.octets;
        } else if (!part.isText && wants.sizes && part.isMessage) {
            // a forwarded message is named by its subject
            sections.push(`${number}.HEADER`);
        } else if (!part.isText && wants.sizes && part.encoding === 'base64') {
            sections.push(piece(number, Math.max(0, part.octets - BASE64_TAIL_BYTES), BASE64_TAIL_BYTES));
            bytes += BASE64_TAIL_BYTES;
        }
    }
    const needsEnd = outline.boundary !== '' && leavesOf(outline).some(part => part.isMessage);
    const end = needsEnd ? { start: Math.max(0, size - END_BYTES), maxLength: END_BYTES } : null;
    const shape = JSON.stringify([sections, end]);
    return shape.length > MAX_SECTION_CHARS ? null : { sections, end, bytes, shape };
}

/** Whether all text of the mail is small enough to come with the command that fetches the header. */
export function isTextAtOnce(outline: OutlinePart): boolean {
    const texts = leavesOf(outline).filter(part => part.isText);
    return texts.reduce((sum, part) => sum + part.octets, 0) <= MAX_TEXT_BYTES;
}

/** The body of a mail that is no multipart is its part 1 (RFC 9051 section 6.4.5.1). */
export function sectionOf(part: OutlinePart): string {
    return part.number === '' ? '1' : part.number;
}

function piece(key: string, start: number, maxLength: number): BodySection {
    return { key, start, maxLength };
}

function partsOf(part: OutlinePart): OutlinePart[] {
    return [part, ...part.children.flatMap(partsOf)];
}
