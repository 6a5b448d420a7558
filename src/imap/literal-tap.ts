import type { ImapFlow } from 'imapflow';
import { Readable, type Transform, type TransformCallback } from 'node:stream';
import { HeaderRows, type OnHeader } from './header-rows';
import { LiteralSplitter, type Segment, type WantedLiteral } from './literal-splitter';

/** Of at most 64 KB each, as they come from the socket: enough that neither it nor the disk waits for the other. */
const MAX_CHUNKS = 4;

/** imapflow's parser of all that the server sends, behind TLS and compression (2.10). */
type Parser = Pick<Transform, '_transform'>;

/**
 * Leads the content of literals past imapflow, which holds each of them in memory three times before it hands it out,
 * and asks for the next one only then. They arrive as fast as they are read; meanwhile the server waits.
 */
export class LiteralTap {
    readonly #splitter = new LiteralSplitter<TappedLiteral>();

    /** With an imapflow that keeps its parser elsewhere every literal comes with its answer. */
    constructor(client: ImapFlow) {
        const { streamer } = client as unknown as { streamer?: Parser };
        if (!streamer) {
            return;
        }
        const parse = streamer._transform.bind(streamer);
        streamer._transform = (chunk: Buffer, encoding, next) => {
            let segments;
            try {
                segments = this.#splitter.split(chunk);
            } catch (error) {
                // who takes the rows has failed; thrown out of a stream, it would end the process
                next(error as Error);
                return;
            }
            this.#pass(segments, 0, (bytes, passed) => parse(bytes, encoding, passed), next);
        };
    }

    /**
     * Hands out the rows of a fetch that asks for the UID and one header field, to be called before the command. Those
     * that are written otherwise, or all with an imapflow that keeps its parser elsewhere, come with the answer.
     *
     * @returns ends it, to be called when the command is over.
     */
    takeHeaders(field: string, onHeader: OnHeader): () => void {
        this.#splitter.rows = new HeaderRows(field, onHeader);
        return () => (this.#splitter.rows = null);
    }

    /** To be called before the command that asks for it; `end` or `fail` it when the command is over. */
    want(section: string, start: number, maxLength: number): TappedLiteral {
        const literal = new TappedLiteral({ section, start, maxLength }, () => this.#splitter.wanted.delete(literal));
        this.#splitter.wanted.add(literal);
        return literal;
    }

    #pass(
        segments: ReadonlyArray<Segment<TappedLiteral>>,
        index: number,
        parse: (bytes: Buffer, passed: TransformCallback) => void,
        next: TransformCallback
    ): void {
        const segment = segments[index];
        if (!segment) {
            next();
            return;
        }
        const passNext = (): void => this.#pass(segments, index + 1, parse, next);
        if ('protocol' in segment) {
            parse(segment.protocol, passNext);
        } else {
            segment.of.arrive(segment.content, passNext);
        }
    }
}

/** The content of a literal as it arrives. Who stops reading destroys it: what is still to come is dropped then. */
export class TappedLiteral extends Readable implements WantedLiteral {
    readonly section: string;
    readonly start: number;
    readonly maxLength: number;
    /** Whether any of it came this way; if not, it stands in the answer. */
    hasCome = false;
    readonly #onOver: () => void;
    /** Lets the server send more. */
    #next: (() => void) | null = null;

    constructor({ section, start, maxLength }: WantedLiteral, onOver: () => void) {
        // not as bytes: those that wait would be joined, which copies them
        super({ objectMode: true, highWaterMark: MAX_CHUNKS });
        this.section = section;
        this.start = start;
        this.maxLength = maxLength;
        this.#onOver = onOver;
    }

    arrive(content: Buffer, next: () => void): void {
        this.hasCome = true;
        if (this.destroyed || this.push(content)) {
            next();
        } else {
            this.#next = next;
        }
    }

    /** The command is over, and nothing more will come. */
    end(): void {
        this.#onOver();
        this.push(null);
    }

    /** The command has failed. */
    fail(error: Error): void {
        this.#onOver();
        this.destroy(error);
    }

    override _read(): void {
        const next = this.#next;
        this.#next = null;
        next?.();
    }

    override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
        this._read();
        callback(error);
    }
}
