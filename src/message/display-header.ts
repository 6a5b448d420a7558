import { decodeWords, rawText } from './header-text';

const LF = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const COLON = 0x3a;
const DELETE = 0x7f;

/** Real mail has 20 to 150 fields; each one becomes a property that Node-RED clones at every wire. */
export const MAX_HEADER_FIELDS = 2000;

/** A field as people and flows read it. */
export interface DisplayField {
    /** The name in lower case. */
    key: string;
    /** The value, unfolded, with its encoded words. */
    text: string;
}

export interface DisplayFields {
    fields: DisplayField[];
    /** True when fields beyond the limit were left out. */
    cut: boolean;
}

/**
 * Reads whatever can be read as a field from a header block, for display. It takes bare LF and skips lines that are no
 * field, such as the "From " line of an mbox; so it must never decide who sent a mail. Never throws.
 */
export function readDisplayFields(block: Buffer): DisplayFields {
    const fields: DisplayField[] = [];
    for (let start = 0; start < block.length;) {
        const end = endOfField(block, start);
        const field = readField(block.subarray(start, end));
        if (field && fields.length === MAX_HEADER_FIELDS) {
            return { fields, cut: true };
        }
        if (field) {
            fields.push(field);
        }
        start = end;
    }
    return { fields, cut: false };
}

/** The undecoded texts of all fields with that name, in their order. */
export function textsOf(fields: readonly DisplayField[], key: string): string[] {
    return fields.filter(field => field.key === key).map(field => field.text);
}

/**
 * Builds `msg.header`: decoded text by lower-case name, an array where the name is repeated.
 *
 * A field named `__proto__` is left out. The object has no prototype, but `RED.util.cloneMessage` copies it into one
 * that has: there an array under this name would become the prototype of the copy.
 */
export function headerObject(fields: readonly DisplayField[]): Record<string, string | string[]> {
    const header = Object.create(null) as Record<string, string | string[]>;
    for (const { key, text } of fields) {
        if (key === '__proto__') {
            continue;
        }
        const value = decodeWords(text);
        const earlier = header[key];
        if (earlier === undefined) {
            header[key] = value;
        } else if (typeof earlier === 'string') {
            header[key] = [earlier, value];
        } else {
            earlier.push(value);
        }
    }
    return header;
}

/** Behind the first line end that no continuation line follows. */
function endOfField(block: Buffer, start: number): number {
    for (let from = start; ;) {
        const lf = block.indexOf(LF, from);
        if (lf < 0) {
            return block.length;
        }
        from = lf + 1;
        if (!isBlank(block[from])) {
            return from;
        }
    }
}

function readField(bytes: Buffer): DisplayField | null {
    const colon = bytes.indexOf(COLON);
    let nameEnd = colon;
    while (nameEnd > 0 && isBlank(bytes[nameEnd - 1])) {
        nameEnd--;
    }
    if (nameEnd <= 0) {
        return null;
    }
    for (let i = 0; i < nameEnd; i++) {
        const byte = bytes[i] as number;
        if (byte <= SPACE || byte >= DELETE) {
            return null;
        }
    }
    return { key: bytes.toString('latin1', 0, nameEnd).toLowerCase(), text: rawText(bytes.subarray(colon + 1)) };
}

function isBlank(byte: number | undefined): boolean {
    return byte === SPACE || byte === TAB;
}
