import { INCOMPLETE, type HeaderRows } from './header-rows';

/** A literal that somebody waits for: one piece of a body section (RFC 9051 section 6.4.5). */
export interface WantedLiteral {
    /** As in the request, such as `2.1`. */
    readonly section: string;
    readonly start: number;
    readonly maxLength: number;
}

/** What a server sent, in order: protocol, and in between the content of literals that were wanted. */
export type Segment<T> = { protocol: Buffer } | { content: Buffer; of: T };

const LF = 0x0a;
const CLOSING_BRACE = 0x7d;
/** Says at the end of a line that a literal follows (RFC 9051 section 4.3); no size has more than 19 digits. */
const MARKER = /\{(\d{1,19})\}\r?\n$/;
const PIECE = /\bBODY\[([\d.]+)\]<(\d+)> $/i;
/** Of the end of a line: more than both expressions need for a section that is 20 levels deep. */
const TAIL_BYTES = 256;
/** An answer to a question for one piece is shorter by far. What is longer is nothing to hold back. */
const MAX_HELD_BYTES = 4096;
const EMPTY = Buffer.alloc(0);

/**
 * Divides what an IMAP server sends into protocol and the content of wanted literals, which a parser would collect in
 * memory. In the protocol, an empty literal stands in place of each of them. Rows of a peek at headers are taken out
 * whole, and nothing of them is left.
 */
export class LiteralSplitter<T extends WantedLiteral> {
    /** Each is taken out with the first literal that fits. */
    readonly wanted = new Set<T>();
    /** Takes whole rows out; null when nobody waits for them. */
    rows: HeaderRows | null = null;
    /** Bytes of a literal that are still to come, and whose they are. */
    #remaining = 0;
    #owner: T | null = null;
    /** The end of a line that has begun and is passed on already. */
    #passed = EMPTY;
    /** A line that has begun and may announce a literal that is wanted, or a row that has. */
    #held = EMPTY;

    /** @returns bytes in the memory of the chunk, where possible. */
    split(chunk: Buffer): Array<Segment<T>> {
        const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
        this.#held = EMPTY;
        const segments: Array<Segment<T>> = [];
        let from = 0;
        const protocolTo = (end: number, next = end): void => {
            if (end > from) {
                segments.push({ protocol: bytes.subarray(from, end) });
            }
            from = next;
        };
        for (let at = 0; at < bytes.length;) {
            if (this.#remaining > 0) {
                const end = Math.min(at + this.#remaining, bytes.length);
                this.#remaining -= end - at;
                if (this.#owner) {
                    segments.push({ content: bytes.subarray(at, end), of: this.#owner });
                    from = end;
                }
                at = end;
                continue;
            }
            const behindRow = this.rows && this.#passed.length === 0 ? this.rows.read(bytes, at) : at;
            if (behindRow === INCOMPLETE) {
                this.#held = Buffer.from(bytes.subarray(at));
                protocolTo(at, bytes.length);
                break;
            }
            if (behindRow > at) {
                protocolTo(at, behindRow);
                at = behindRow;
                continue;
            }
            const end = bytes.indexOf(LF, at) + 1;
            if (end === 0) {
                protocolTo(this.#beginLine(bytes, at), bytes.length);
                break;
            }
            const marker = this.#endLine(bytes, at, end);
            if (this.#owner) {
                protocolTo(end - marker, end);
                segments.push({ protocol: Buffer.from('{0}\r\n') });
            }
            at = end;
        }
        protocolTo(bytes.length);
        return segments;
    }

    /** Returns the index up to which the chunk can be passed on. */
    #beginLine(bytes: Buffer, at: number): number {
        if (this.wanted.size > 0 && this.#passed.length === 0 && bytes.length - at <= MAX_HELD_BYTES) {
            this.#held = Buffer.from(bytes.subarray(at));
            return at;
        }
        this.#passed = Buffer.from(this.#tail(bytes, at, bytes.length), 'latin1');
        return bytes.length;
    }

    /** Returns the length of the marker when a literal that is wanted follows, which has an owner then. */
    #endLine(bytes: Buffer, at: number, end: number): number {
        this.#owner = null;
        // most lines announce nothing, and this is seen without a look at them as text
        const mayAnnounce = end - at < 3 || bytes[end - 2] === CLOSING_BRACE || bytes[end - 3] === CLOSING_BRACE;
        const tail = mayAnnounce ? this.#tail(bytes, at, end) : '';
        const isWhole = this.#passed.length === 0;
        this.#passed = EMPTY;
        const [marker = '', size] = MARKER.exec(tail) ?? [];
        this.#remaining = Number(size ?? 0);
        if (isWhole && this.#remaining > 0) {
            this.#owner = this.#takeWanted(tail.slice(0, -marker.length));
        }
        return marker.length;
    }

    #takeWanted(line: string): T | null {
        if (this.wanted.size === 0) {
            return null;
        }
        const [, section, start] = PIECE.exec(line) ?? [];
        for (const one of this.wanted) {
            // more than was asked for is somebody else's, or a lie that the parser has its limit for
            if (one.section === section && one.start === Number(start) && this.#remaining <= one.maxLength) {
                this.wanted.delete(one);
                return one;
            }
        }
        return null;
    }

    #tail(bytes: Buffer, at: number, end: number): string {
        const text = bytes.toString('latin1', Math.max(at, end - TAIL_BYTES), end);
        return this.#passed.length === 0 ? text : (this.#passed.toString('latin1') + text).slice(-TAIL_BYTES);
    }
}
