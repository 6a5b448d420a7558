/** What stands in quoted-printable text without being that (RFC 2045 §6.7); decoders differ in what they make of it. */
const NOT_QUOTED_PRINTABLE = /=(?!(?:[\da-f]{2}|\r?\n))|[ \t](?:\r?\n|$)/i;
const BASE64 = /^[a-z\d+/]*={0,2}$/i;

/**
 * Decodes the transfer encoding of a part (RFC 2045 §6), named in lower case. Null for an unknown encoding and for
 * content that is not written to the letter.
 */
export function decodeTransfer(body: Buffer, encoding: string): Buffer | null {
    switch (encoding) {
        case '':
        case '7bit':
        case '8bit':
        case 'binary':
            return body;
        case 'quoted-printable':
            return decodeQuotedPrintable(body.toString('latin1'));
        case 'base64':
            return decodeBase64(body.toString('latin1').replace(/[\r\n]+/g, ''));
        default:
            return null;
    }
}

function decodeQuotedPrintable(text: string): Buffer | null {
    return NOT_QUOTED_PRINTABLE.test(text) ? null : Buffer.from(unquote(text.replace(/=\r?\n/g, '')), 'latin1');
}

/** Replaces each `=XX` by the character of that byte. */
export function unquote(text: string): string {
    return text.replace(/=([\da-f]{2})/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function decodeBase64(text: string): Buffer | null {
    return text.length % 4 === 0 && BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}
