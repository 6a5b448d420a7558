import type { Readable } from 'node:stream';

/** A mail as the clients hand it over: small ones whole, large ones as they arrive. */
export type MailSource = Buffer | Readable;

/** What a stream brings too; the runtime gets its turn between two chunks. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Hands the source on chunk by chunk and waits for each to be taken. Rejects when the source fails or ends without its
 * end (connection lost), which is no fault of the mail.
 */
export async function pump(source: MailSource, take: (chunk: Buffer) => Promise<void> | void): Promise<void> {
    for await (const chunk of Buffer.isBuffer(source) ? slices(source) : (source as AsyncIterable<Buffer>)) {
        await take(chunk);
    }
}

/** Lets go of a source that is not read to its end. */
export function dropSource(source: MailSource): void {
    if (!Buffer.isBuffer(source)) {
        source.destroy();
    }
}

function* slices(buffer: Buffer): Generator<Buffer> {
    for (let from = 0; from < buffer.length; from += CHUNK_BYTES) {
        yield buffer.subarray(from, from + CHUNK_BYTES);
    }
}
