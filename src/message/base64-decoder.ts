const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
/** By byte: its six bits, or -1 for what is no base64 character; the others shifted to their place in a quartet. */
const FOURTH = new Int32Array(256).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) {
    FOURTH[ALPHABET.charCodeAt(value)] = value;
}
const [FIRST, SECOND, THIRD] = [18, 12, 6].map(shift => FOURTH.map(bits => (bits < 0 ? -1 : bits << shift))) as [
    Int32Array,
    Int32Array,
    Int32Array
];

/**
 * Removes the transfer encoding base64 (RFC 2045 section 6.8) from a part that arrives in chunks of any size. Gives the
 * same bytes as the MIME parser for whatever a sender writes: foreign characters are skipped, and padding in the middle
 * ends a run, behind which the quartets begin anew. Never fails by itself.
 *
 * @param chunks are overwritten: what comes out may lie in the memory of what went in.
 */
export async function* decodeBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const decoder = new Base64Decoder();
    for await (const chunk of chunks) {
        const bytes = decoder.decode(chunk, true);
        if (bytes.length > 0) {
            yield bytes;
        }
    }
    const rest = decoder.end();
    if (rest.length > 0) {
        yield rest;
    }
}

/** Short enough that the text the runtime's own decoder needs is gone with the next small garbage collection. */
const SLICE_BYTES = 16 * 1024;
/** A slice is decoded in here, because one that turns out to be written otherwise must still be whole. */
const scratch = Buffer.alloc(SLICE_BYTES);
const CR = 0x0d;
const LF = 0x0a;

/** With three characters kept, 9 more make as many bytes; from there on there are always fewer. */
const OVERTAKEN_BYTES = 9;

/** The part of a decoder that needs no stream. */
export class Base64Decoder {
    /** The bits of a quartet that has begun, and how many characters they are from. */
    #bits = 0;
    #count = 0;

    /** @param inPlace the chunk may be overwritten, which spares as much memory again for large ones. */
    decode(chunk: Buffer, inPlace = false): Buffer {
        if (!inPlace || chunk.length < OVERTAKEN_BYTES) {
            // three bytes for four characters, and up to three characters have been kept
            const decoded = Buffer.allocUnsafe(Math.ceil(((chunk.length + 3) * 3) / 4));
            return decoded.subarray(0, this.#run(chunk, decoded, 0));
        }
        // with characters that were kept, what is decoded could overtake what is read, but not behind the first few
        const head = this.#count > 0 ? Buffer.from(chunk.subarray(0, OVERTAKEN_BYTES)) : chunk.subarray(0, 0);
        const length = this.#run(head, chunk, 0);
        return chunk.subarray(0, this.#run(chunk.subarray(head.length), chunk, length));
    }

    /** Decodes behind what stands there already. Returns the new length. */
    #run(chunk: Buffer, decoded: Buffer, start: number): number {
        let length = start;
        // what is not as mailers write it is not tried again at every quartet
        let linesFrom = 0;
        for (let at = 0; at < chunk.length;) {
            if (this.#count === 0 && at >= linesFrom) {
                const lines = decodeLines(chunk.subarray(at, at + SLICE_BYTES), decoded, length);
                if (lines) {
                    at += lines.read;
                    length += lines.written;
                    continue;
                }
                linesFrom = at + SLICE_BYTES;
            }
            if (this.#count === 0) {
                const next = decodeQuartets(chunk, at, decoded, length);
                length += ((next - at) / 4) * 3;
                at = next;
                if (at === chunk.length) {
                    break;
                }
            }
            const byte = chunk[at++] as number;
            const bits = FOURTH[byte] as number;
            if (bits >= 0) {
                this.#bits = (this.#bits << 6) | bits;
                this.#count++;
            }
            if (byte === PADDING || this.#count === 4) {
                length = this.#flush(decoded, length);
            }
        }
        return length;
    }

    /** What is left at the end; a last quartet without its padding still counts. */
    end(): Buffer {
        const rest = Buffer.alloc(3);
        return rest.subarray(0, this.#flush(rest, 0));
    }

    /** Two characters are one byte, three are two; a single one is none. Returns the new length. */
    #flush(decoded: Buffer, length: number): number {
        const bytes = this.#count - (this.#count > 0 ? 1 : 0);
        const bits = this.#bits << (6 * (4 - this.#count));
        for (let index = 0; index < bytes; index++) {
            decoded[length + index] = (bits >> (16 - 8 * index)) & 0xff;
        }
        this.#bits = 0;
        this.#count = 0;
        return length + bytes;
    }
}

/**
 * Decodes lines of one length, with the line end of each, by the runtime's own decoder, which is several times faster.
 * Null when they are not like that, or a character is not of the alphabet: that decoder may read such text otherwise.
 */
function decodeLines(slice: Buffer, decoded: Buffer, length: number): { read: number; written: number } | null {
    // the first may have begun in an earlier slice
    const first = slice.indexOf(LF) + 1;
    const stride = slice.indexOf(LF, first) + 1 - first;
    if (first < 2 || stride < 3 || slice[first - 2] !== CR) {
        return null;
    }
    let read = first;
    while (slice[read + stride - 1] === LF && slice[read + stride - 2] === CR) {
        read += stride;
    }
    const characters = read - 2 * (1 + (read - first) / stride);
    const text = slice.toString('latin1', 0, read);
    // that decoder takes the URL-safe alphabet (RFC 4648 section 5) too; in a mail its two characters are foreign
    if (characters === 0 || characters % 4 !== 0 || text.includes('-') || text.includes('_')) {
        return null;
    }
    // as many bytes as there can be without the line ends: so nothing else was left out
    const written = (characters / 4) * 3;
    if (scratch.write(text, 'base64') !== written) {
        return null;
    }
    scratch.copy(decoded, length, 0, written);
    return { read, written };
}

/** Decodes quartets as long as they stand side by side. Returns the index behind the last one. */
function decodeQuartets(chunk: Buffer, from: number, decoded: Buffer, length: number): number {
    const end = chunk.length - 3;
    let at = from;
    let to = length;
    for (; at < end; at += 4) {
        const bits =
            (FIRST[chunk[at] as number] as number) |
            (SECOND[chunk[at + 1] as number] as number) |
            (THIRD[chunk[at + 2] as number] as number) |
            (FOURTH[chunk[at + 3] as number] as number);
        if (bits < 0) {
            break;
        }
        decoded[to++] = bits >> 16;
        decoded[to++] = (bits >> 8) & 0xff;
        decoded[to++] = bits & 0xff;
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
