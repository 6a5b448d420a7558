import { isUtf8 } from 'node:buffer';
import libmime = require('libmime');
import { decode } from 'libmime/lib/charset';

/** Not TextDecoder, which in Node.js 20 reads this charset as ISO-8859-1. */
const WINDOWS_1252 = 'windows-1252';
const FOLD = /\r?\n(?=[ \t])/g;
/** Line breaks in a decoded word would let a value write fields of its own where a flow copies it into a header. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/**
 * The text of a field before encoded words are decoded: unfolded, raw 8-bit bytes as UTF-8 (RFC 6532) or else as
 * Windows-1252, which is what old mailers send without saying so.
 */
export function rawText(value: Buffer): string {
    const text = isUtf8(value) ? value.toString('utf8') : decode(value, WINDOWS_1252);
    return text.replace(FOLD, '').trim();
}

/** Decodes the encoded words (RFC 2047) of a field for display. Returns one line; never throws. */
export function decodeWords(text: string): string {
    return oneLine(text.includes('=?') ? libmime.decodeWords(text) : text);
}

/** Replaces control characters and line breaks by spaces. */
export function oneLine(text: string): string {
    return text.replace(CONTROL, ' ').trim();
}
