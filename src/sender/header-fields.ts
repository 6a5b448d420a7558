import { refuse, type Refusal, SenderProblem } from './problems';

/** One field as it stands in the header. */
export interface HeaderField {
    /** As written. */
    name: string;
    /** The name in lower case. */
    key: string;
    /** True when white space stands before the colon (RFC 5322 §4.5): some parsers know such a field, some do not. */
    obsolete: boolean;
    /** All bytes after the colon, still folded, as text of one character a byte. */
    value: string;
}

export type HeaderFieldsResult = { ok: true; fields: HeaderField[] } | Refusal;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Splits a header block into its fields without decoding or repairing anything. The block ends with its last field or
 * with the empty line. Whatever parsers are known to read in different ways is refused, because the difference is what
 * lets one program check another sender than the next one shows. Never throws; time linear in the size.
 */
export function splitHeaderBlock(block: Buffer): HeaderFieldsResult {
    const header = block.toString('latin1');
    const forbidden = findForbiddenByte(header);
    if (forbidden) {
        return refuse(forbidden);
    }
    if (isBlank(header.charCodeAt(0))) {
        return refuse(SenderProblem.FirstLineFolded);
    }
    const fields: HeaderField[] = [];
    for (let start = 0; start < header.length;) {
        if (header.charCodeAt(start) === CR) {
            // some servers put a second empty line behind BODY[HEADER.FIELDS]; anything else would be a body
            return /^[\r\n]*$/.test(header.slice(start)) ? { ok: true, fields } : refuse(SenderProblem.TextAfterHeader);
        }
        const end = endOfField(header, start);
        const field = readField(header, start, end);
        if (!field) {
            return refuse(SenderProblem.NotAField);
        }
        fields.push(field);
        start = end + 2;
    }
    return { ok: true, fields };
}

/**
 * Finds a control character, and a CR or LF that is not half of a CRLF: each is a line end to some parser.
 *
 * @param text of one character a byte.
 */
export function findForbiddenByte(text: string): SenderProblem | null {
    for (let i = 0; i < text.length; i++) {
        const byte = text.charCodeAt(i);
        if ((byte >= SPACE && byte !== DELETE) || byte === TAB) {
            continue;
        }
        if (byte === CR && text.charCodeAt(i + 1) === LF) {
            i++;
            continue;
        }
        return byte === CR || byte === LF ? SenderProblem.LineEnd : SenderProblem.ControlCharacter;
    }
    return null;
}

/** The first CRLF that no continuation line follows, or the end of the block. */
function endOfField(header: string, start: number): number {
    for (let from = start; ;) {
        const lf = header.indexOf('\n', from);
        if (lf < 0) {
            return header.length;
        }
        if (!isBlank(header.charCodeAt(lf + 1))) {
            return lf - 1;
        }
        from = lf + 1;
    }
}

function readField(header: string, start: number, end: number): HeaderField | null {
    // a line without a colon ends the reading, so that this looks beyond the end but once
    const colon = header.indexOf(':', start);
    let nameEnd = colon;
    while (nameEnd > start && isBlank(header.charCodeAt(nameEnd - 1))) {
        nameEnd--;
    }
    if (colon >= end || nameEnd <= start) {
        return null;
    }
    for (let i = start; i < nameEnd; i++) {
        const byte = header.charCodeAt(i);
        if (byte <= SPACE || byte >= DELETE) {
            return null;
        }
    }
    const name = header.slice(start, nameEnd);
    return { name, key: name.toLowerCase(), obsolete: nameEnd < colon, value: header.slice(colon + 1, end) };
}

function isBlank(byte: number): boolean {
    return byte === SPACE || byte === TAB;
}
