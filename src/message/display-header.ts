import type { HeaderFieldsResult } from '../sender/header-fields';
import { decodeWords, rawText } from './header-text';

/** White space before the colon is obsolete (RFC 5322 §4.5), and still a field to most programs. */
const NAME = /^([!-9;-~]+)[ \t]*:/;

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
 *
 * @param strict the same block as strict readers take it, where it has been read that way already.
 */
export function readDisplayFields(block: Buffer, strict?: HeaderFieldsResult): DisplayFields {
    if (strict?.ok) {
        // every byte belongs to one of these fields, so there is nothing to be lenient about
        const fields: DisplayField[] = [];
        // not `map`: once V8 inlines it, its array is of another kind, and all optimised readers of it are thrown away
        for (const { key, value } of strict.fields.slice(0, MAX_HEADER_FIELDS)) {
            fields.push({ key, text: rawText(value) });
        }
        return { fields, cut: strict.fields.length > MAX_HEADER_FIELDS };
    }
    // cut as text of one character a byte, because a Buffer for each piece of it costs more than all the rest
    const header = block.toString('latin1');
    const fields: DisplayField[] = [];
    for (let start = 0; start < header.length;) {
        const end = endOfField(header, start);
        const field = readField(header.slice(start, end));
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

/** The same for every name. */
export function textsByKey(fields: readonly DisplayField[]): Map<string, string[]> {
    const texts = new Map<string, string[]>();
    for (const { key, text } of fields) {
        const earlier = texts.get(key);
        if (earlier) {
            earlier.push(text);
        } else {
            texts.set(key, [text]);
        }
    }
    return texts;
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
function endOfField(header: string, start: number): number {
    for (let from = start; ;) {
        const lf = header.indexOf('\n', from);
        if (lf < 0) {
            return header.length;
        }
        from = lf + 1;
        if (header[from] !== ' ' && header[from] !== '\t') {
            return from;
        }
    }
}

function readField(field: string): DisplayField | null {
    const [, name] = NAME.exec(field) ?? [];
    if (name === undefined) {
        return null;
    }
    return { key: name.toLowerCase(), text: rawText(field.slice(field.indexOf(':') + 1)) };
}
