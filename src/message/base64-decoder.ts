const CR = 0x0d;
const LF = 0x0a;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** By byte: 1 for a base64 character, 0 for a line break, OTHER for everything else. */
const KIND = new Int32Array(256).fill(0x1000_0000);
const OTHER = 0x1000_0000;
KIND[CR] = KIND[LF] = 0;
for (const character of ALPHABET) {
    KIND[character.charCodeAt(0)] = 1;
}
const FOREIGN = /[^A-Za-z0-9+/=]+/g;

/**
 * Removes the transfer encoding base64 (RFC 2045 section 6.8) from a part that arrives in chunks of any size. Gives the
 * same bytes as the MIME parser for whatever a sender writes: foreign characters are skipped, and padding in the middle
 * ends a run, behind which the quartets begin anew. Never fails by itself.
 */
export async function* decodeBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const decoder = new Base64Decoder();
    for await (const chunk of chunks) {
        const bytes = decoder.decode(chunk);
        if (bytes.length > 0) {
            yield bytes;
        }
    }
    const rest = decoder.end();
    if (rest.length > 0) {
        yield rest;
    }
}

/** The part of a decoder that needs no stream. */
export class Base64Decoder {
    /** Fewer than four characters, or none. */
    #open = '';

    decode(chunk: Buffer): Buffer {
        const count = this.#open.length + countCharacters(chunk);
        if (count >= OTHER || count < 4) {
            return this.#decodeAny(this.#open + chunk.toString('latin1').replace(FOREIGN, ''));
        }
        // what a mailer writes: Node.js decodes that in one go, line breaks included, at a gigabyte per second
        const cut = startOfLast(count % 4, chunk);
        const text = this.#open + chunk.toString('latin1', 0, cut);
        this.#open = chunk.toString('latin1', cut).replace(FOREIGN, '');
        return Buffer.from(text, 'base64');
    }

    /** What is left at the end; a last quartet without its padding still counts. */
    end(): Buffer {
        const rest = Buffer.from(this.#open, 'base64');
        this.#open = '';
        return rest;
    }

    #decodeAny(text: string): Buffer {
        const decoded = Buffer.alloc(Math.ceil((text.length * 3) / 4));
        let length = 0;
        let start = 0;
        for (let end = text.indexOf('='); end >= 0; end = text.indexOf('=', start)) {
            // a single character is less than a byte
            if (end > start + 1) {
                length += decoded.write(text.slice(start, end), length, 'base64');
            }
            start = end + 1;
        }
        const whole = text.length - ((text.length - start) % 4);
        this.#open = text.slice(whole);
        length += decoded.write(text.slice(start, whole), length, 'base64');
        return decoded.subarray(0, length);
    }
}

/** Number of base64 characters; at least OTHER when there is anything but these and line breaks. */
function countCharacters(chunk: Buffer): number {
    let count = 0;
    for (let at = 0; at < chunk.length; at++) {
        count += KIND[chunk[at] as number] as number;
        if (count >= OTHER) {
            break;
        }
    }
    return count;
}

/** Index of the last `count` base64 characters of a chunk that holds nothing but these and line breaks. */
function startOfLast(count: number, chunk: Buffer): number {
    let at = chunk.length;
    for (let left = count; left > 0; left -= KIND[chunk[at] as number] as number) {
        at--;
    }
    return at;
}

/** How many bytes at the end of a part tell its size: a whole line of the usual 76 characters, and the one behind it. */
export const BASE64_TAIL_BYTES = 256;

const FULL_LINE = /^[A-Za-z0-9+/]+$/;
const LAST_LINE = /^([A-Za-z0-9+/]+)(={0,2})$/;

/**
 * Size of a part without its base64, from the encoded size and its last bytes. Null when these do not look as a mailer
 * writes them: lines of one length, and padding at the end alone.
 *
 * @param octets encoded size with line breaks.
 * @param tail the last BASE64_TAIL_BYTES, or all there is.
 */
export function decodedSize(octets: number, tail: Buffer): number | null {
    if (tail.length === octets) {
        const decoder = new Base64Decoder();
        return decoder.decode(tail).length + decoder.end().length;
    }
    const text = tail.toString('latin1');
    const trimmed = text.replace(/(?:\r\n)+$/, '');
    const [first = '', ...lines] = trimmed.split('\r\n');
    const last = LAST_LINE.exec(lines.pop() ?? '');
    const length = lines[0]?.length ?? 0;
    const isUniform = length > 0 && lines.every(line => line.length === length && FULL_LINE.test(line));
    if (!last || !isUniform || last[0].length > length || first.length > length) {
        return null;
    }
    const [lastLine, characters = '', padding = ''] = last;
    const before = octets - (text.length - trimmed.length) - lastLine.length;
    const count = (before / (length + 2)) * length + characters.length;
    const isWhole = before % (length + 2) === 0 && (padding === '' || (count + padding.length) % 4 === 0);
    return isWhole ? Math.floor((count * 3) / 4) : null;
}
