import { type HeaderFieldsResult, splitHeaderBlock } from '../sender/header-fields';

const LF = 0x0a;
const CR = 0x0d;

/**
 * The largest header block that is read. Gmail takes 500 KB of header lines, Postfix cuts at 100 KB; parsing costs up
 * to half a second per megabyte of addresses, during which the runtime does nothing else.
 */
export const MAX_HEADER_BYTES = 512 * 1024;

/**
 * Takes the header block out of a mail that passes by in chunks of any size. Each byte is looked at once, however small
 * the chunks are.
 */
export class HeaderCollector {
    readonly #chunks: Buffer[] = [];
    #bytes = 0;
    /** Bytes of the line that the last chunk left open. */
    #lineBytes = 0;
    #lineIsCr = false;
    #complete = false;
    #cut = false;
    #fields: HeaderFieldsResult | null = null;

    /** True once the rest of the mail is of no interest. */
    get isComplete(): boolean {
        return this.#complete;
    }

    /** True when the header was longer than the limit, so that fields are missing. */
    get isCut(): boolean {
        return this.#cut;
    }

    push(chunk: Buffer): void {
        if (this.#complete) {
            return;
        }
        const end = this.#findEnd(chunk);
        const room = MAX_HEADER_BYTES - this.#bytes;
        if (end > room) {
            this.#cut = true;
            this.#complete = true;
        }
        const taken = chunk.subarray(0, Math.min(end, room));
        this.#chunks.push(taken);
        this.#bytes += taken.length;
    }

    /** The header block with its empty line, as far as it was seen. */
    block(): Buffer {
        return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes);
    }

    /** The fields of the block, as strict readers take them. To be asked for when the block will not grow any more. */
    fields(): HeaderFieldsResult {
        return (this.#fields ??= splitHeaderBlock(this.block()));
    }

    /** The index behind the first empty line, or the length of the chunk. */
    #findEnd(chunk: Buffer): number {
        let start = 0;
        for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, start)) {
            const bytes = this.#lineBytes + lf - start;
            const isCr = lf > start ? chunk[start] === CR : this.#lineIsCr;
            if (bytes === 0 || (bytes === 1 && isCr)) {
                this.#complete = true;
                return lf + 1;
            }
            this.#lineBytes = 0;
            start = lf + 1;
        }
        if (start < chunk.length) {
            this.#lineIsCr = chunk[start] === CR;
            this.#lineBytes += chunk.length - start;
        }
        return chunk.length;
    }
}
