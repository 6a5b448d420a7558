import { isUtf8 } from 'node:buffer';
import { decodeEncodedWords } from '../message/encoded-words';
import type { Token } from './mailbox-tokens';

/**
 * Line breaks would let a name write header fields of its own where it is used next; overrides of the writing direction
 * let "moc.rekeesenihcam…" show as a trusted address.
 */
const NOT_FOR_DISPLAY = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\s]+/gu;

/**
 * The phrase before an address as people shall read it. Called after the address is known, and its result must never be
 * parsed: a decoded word may hold commas, angle brackets and whole addresses. A quoted string is literal text, also when
 * it looks like an encoded word (RFC 2047 §5).
 */
export function displayName(phrase: readonly Token[]): string {
    let name = '';
    let unquoted = '';
    for (const token of phrase) {
        const gap = token.gap ? ' ' : '';
        if (token.kind === 'quoted') {
            name += decodeWords(unquoted) + gap + bytesToText(token.text);
            unquoted = '';
        } else {
            unquoted += gap + token.text;
        }
    }
    return printable(name + decodeWords(unquoted));
}

/** One printable line of what a comment holds. */
export function commentText(comment: string): string {
    return printable(bytesToText(comment));
}

/** Turns a text of one character per byte into Unicode: UTF-8 (RFC 6532), else Latin-1, as old mailers send it raw. */
export function bytesToText(bytes: string): string {
    const buffer = Buffer.from(bytes, 'latin1');
    return isUtf8(buffer) ? buffer.toString('utf8') : bytes;
}

function decodeWords(bytes: string): string {
    return decodeEncodedWords(bytesToText(bytes));
}

function printable(text: string): string {
    return text.replace(NOT_FOR_DISPLAY, ' ').trim();
}
