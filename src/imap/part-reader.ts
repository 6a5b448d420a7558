import { PartMismatch } from '../message/detached-part';
import type { OpenFolder } from './open-folder';
import type { OutlinePart } from './outline';
import { sectionOf } from './part-request';

/**
 * One round trip each; the next one is on its way while one is read, so that at most two are in memory. In the usual
 * lines of base64, 76 characters and a line end, each piece ends with a line and a decoder has nothing to carry over.
 */
const PIECE_BYTES = 4200 * 78;

/**
 * Reads a part as it lies on the server, with its transfer encoding, as fast as it is taken.
 *
 * @throws MailError MAIL_GONE, PartMismatch when it is shorter than the server said, or what the connection gives.
 */
export async function* readPart(folder: OpenFolder, uid: number, part: OutlinePart): AsyncGenerator<Buffer> {
    const section = sectionOf(part);
    const ask = (start: number): Promise<Buffer> | null => {
        if (start >= part.octets) {
            return null;
        }
        const asked = folder.piece(uid, section, start, Math.min(PIECE_BYTES, part.octets - start));
        // it may fail while the one before is still with the reader
        asked.catch(() => undefined);
        return asked;
    };
    let next = ask(0);
    try {
        for (let start = 0; next !== null;) {
            const piece: Buffer = await next;
            const end: number = start + piece.length;
            if (piece.length !== Math.min(PIECE_BYTES, part.octets - start)) {
                throw new PartMismatch(`part ${section} is not as long as the server says`);
            }
            start = end;
            next = ask(start);
            yield piece;
        }
    } finally {
        // the connection is free for others only when nothing is on its way any more
        await next?.catch(() => undefined);
    }
}
