import type { FetchMessageObject } from 'imapflow';
import { Readable } from 'node:stream';
import { BASE64_TAIL_BYTES, decodeBase64, decodedSize } from '../message/base64-decoder';
import type { DetachedPart, DetachedParts } from '../message/detached-part';
import { readDisplayFields, textsOf } from '../message/display-header';
import { checkLayout, fieldsOf } from './layout';
import { OutlineProblem, type OutlinePart } from './outline';
import { isTextAtOnce, sectionOf, type PartWants } from './part-request';

/** A mail put together from its header and its parts, with gaps where attachments were. */
export interface ComposedMail {
    source: Buffer | Readable;
    detached: DetachedParts;
}

export interface ComposeOptions {
    wants: PartWants;
    /** Part numbers of the attachments that are wanted; null for all. */
    only: ReadonlySet<string> | null;
    /** Reads a part as it lies on the server, with its transfer encoding. */
    read: (part: OutlinePart) => AsyncIterable<Buffer>;
}

const CRLF = Buffer.from('\r\n');
const IDENTITY = new Set(['', '7bit', '8bit', 'binary']);

/**
 * Puts a mail together from what the server gave of it, byte for byte as it lies there except for the content of
 * attachments and the text around the parts, so that the parser finds what it would find in the whole mail.
 *
 * @throws OutlineProblem when the pieces are not those of the mail, or something is missing.
 */
export function composeMail(
    row: FetchMessageObject,
    outline: OutlinePart,
    answer: FetchMessageObject,
    options: ComposeOptions
): ComposedMail {
    const { messageExcess } = checkLayout(row, outline, answer);
    const composer = new Composer(answer, options, isTextAtOnce(outline), messageExcess);
    composer.part(outline);
    return { source: composer.source(), detached: composer.detached };
}

class Composer {
    readonly detached = new Map<string, DetachedPart>();
    readonly #answer: FetchMessageObject;
    readonly #options: ComposeOptions;
    readonly #textAtOnce: boolean;
    readonly #messageExcess: number;
    readonly #pieces: Array<Buffer | OutlinePart> = [];

    constructor(answer: FetchMessageObject, options: ComposeOptions, textAtOnce: boolean, messageExcess: number) {
        this.#answer = answer;
        this.#options = options;
        this.#textAtOnce = textAtOnce;
        this.#messageExcess = messageExcess;
    }

    part(part: OutlinePart): void {
        const fields = fieldsOf(part, this.#answer);
        this.#pieces.push(fields);
        if (part.boundary === '') {
            const octets = part.octets - (part.isMessage ? this.#messageExcess : 0);
            this.#body({ ...part, octets }, fields);
            return;
        }
        for (const child of part.children) {
            this.#pieces.push(Buffer.from(`--${part.boundary}\r\n`));
            this.part(child);
            this.#pieces.push(CRLF);
        }
        this.#pieces.push(Buffer.from(`--${part.boundary}--\r\n`));
    }

    source(): Buffer | Readable {
        const pieces = this.#pieces;
        if (pieces.every(piece => Buffer.isBuffer(piece))) {
            return Buffer.concat(pieces);
        }
        const { read } = this.#options;
        return Readable.from(
            (async function* (): AsyncGenerator<Buffer> {
                for (const piece of pieces) {
                    if (Buffer.isBuffer(piece)) {
                        yield piece;
                    } else {
                        yield* read(piece);
                    }
                }
            })(),
            { objectMode: false }
        );
    }

    #body(part: OutlinePart, fields: Buffer): void {
        if (part.isText) {
            this.#text(part);
            return;
        }
        const content = this.#detach(part, fields);
        if (content === null) {
            this.#pieces.push(part);
            return;
        }
        this.detached.set(sectionOf(part), content);
        if (part.isMessage && this.#options.wants.sizes) {
            this.#pieces.push(this.#section(`${sectionOf(part)}.header`) ?? Buffer.alloc(0));
        }
    }

    #text(part: OutlinePart): void {
        if (!this.#options.wants.text) {
            return;
        }
        if (!this.#textAtOnce) {
            this.#pieces.push(part);
            return;
        }
        const text = this.#section(sectionOf(part));
        if (!text || (text.length !== part.octets && !part.isMerged)) {
            throw new OutlineProblem('its text is not as long as the server says');
        }
        this.#pieces.push(text);
    }

    /** Null when the content has to go through the parser, because only that tells its size, or can decode it. */
    #detach(part: OutlinePart, fields: Buffer): DetachedPart | null {
        const { wants, only, read } = this.#options;
        const [encoding = ''] = textsOf(readDisplayFields(fields).fields, 'content-transfer-encoding');
        const isBase64 = /^base64$/i.test(encoding) && part.encoding === 'base64';
        const isPlain = IDENTITY.has(encoding.toLowerCase()) && IDENTITY.has(part.encoding);
        if (only && !only.has(sectionOf(part))) {
            return { size: 0 };
        }
        if (isPlain) {
            return wants.sizes ? { size: part.octets } : { open: () => read(part) };
        }
        if (!isBase64 || part.isMessage) {
            return null;
        }
        if (!wants.sizes) {
            return { open: () => decodeBase64(read(part)) };
        }
        const tail = this.#section(sectionOf(part)) ?? Buffer.alloc(0);
        const isWhole = tail.length === Math.min(part.octets, BASE64_TAIL_BYTES);
        const size = isWhole ? decodedSize(part.octets, tail) : null;
        return size === null ? null : { size };
    }

    #section(key: string): Buffer | undefined {
        return this.#answer.bodyParts?.get(key) ?? undefined;
    }
}
