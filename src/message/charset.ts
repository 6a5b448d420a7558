import { isUtf8 } from 'node:buffer';

/**
 * 0x80 to 0x9F of Windows-1252; the five that it leaves free are control characters, as in the Encoding Standard. Not
 * left to TextDecoder, which in Node.js 20 reads this charset as ISO-8859-1.
 */
const HIGH_CONTROLS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const HIGH_CONTROL = /[\x80-\x9f]/g;
/** Names that mailers use and the Encoding Standard does not list. */
const ALIASES: ReadonlyMap<string, string> = new Map([
    ['cp932', 'shift_jis'],
    ['cp936', 'gbk'],
    ['cp949', 'euc-kr'],
    ['cp950', 'big5'],
    ['eucjp', 'euc-jp'],
    ['iso2022jp', 'iso-2022-jp'],
    ['macroman', 'macintosh']
]);
const WINDOWS = /^(?:cp|win(?:dows)?)[-_]?(125[0-8])$/;
/** Says nothing about bytes beyond ASCII. */
const UNDECLARED = /^(?:|(?:us-)?ascii|ansi_x3\.4-1968|7bit|8bit)$/;

/**
 * The text of bytes in the charset that a header names, with or without a language after an asterisk (RFC 2231 §5).
 * ISO-8859-1 is read as Windows-1252, as every browser does. A charset that is missing, unknown, or one that serves to
 * hide markup (UTF-7) is taken as undeclared. Never throws; bytes that the charset does not have become U+FFFD.
 */
export function decodeCharset(bytes: Buffer, charset: string): string {
    const [name = ''] = charset.trim().toLowerCase().split('*');
    if (UNDECLARED.test(name)) {
        return decodeUndeclared(bytes);
    }
    let decoder: TextDecoder;
    try {
        decoder = new TextDecoder(ALIASES.get(name) ?? name.replace(WINDOWS, 'windows-$1'), { ignoreBOM: true });
    } catch {
        return decodeUndeclared(bytes);
    }
    return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes);
}

/** UTF-8 (RFC 6532) where the bytes are that, else Windows-1252, which is what old mailers send without saying so. */
export function decodeUndeclared(bytes: Buffer): string {
    return isUtf8(bytes) ? bytes.toString('utf8') : decodeWindows1252(bytes);
}

/** Windows-1252 has a character for every byte. */
export function decodeWindows1252(bytes: Buffer): string {
    return bytes
        .toString('latin1')
        .replace(HIGH_CONTROL, control => HIGH_CONTROLS.charAt(control.charCodeAt(0) - 0x80));
}
