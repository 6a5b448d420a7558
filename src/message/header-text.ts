import { decodeUndeclared } from './charset';
import { decodeEncodedWords } from './encoded-words';

const EIGHT_BIT = /[\x80-\xff]/;
const FOLD = /\r?\n(?=[ \t])/g;
/** Line breaks in a decoded word would let a value write fields of its own where a flow copies it into a header. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Nearly every field, and told apart from the others at a fraction of what the search for all of CONTROL costs. */
const PLAIN = /^[ -~]*$/;

/**
 * The text of a field before encoded words are decoded: unfolded, raw 8-bit bytes as UTF-8 or else Windows-1252.
 *
 * @param value bytes, or text of one character a byte.
 */
export function rawText(value: Buffer | string): string {
    const text = typeof value === 'string' && !EIGHT_BIT.test(value) ? value : decodeUndeclared(bytesOf(value));
    return (text.includes('\n') ? text.replace(FOLD, '') : text).trim();
}

function bytesOf(value: Buffer | string): Buffer {
    return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}

/** Decodes the encoded words (RFC 2047) of a field for display. Returns one line; never throws. */
export function decodeWords(text: string): string {
    return oneLine(decodeEncodedWords(text));
}

/** Replaces control characters and line breaks by spaces. */
export function oneLine(text: string): string {
    return (PLAIN.test(text) ? text : text.replace(CONTROL, ' ')).trim();
}
