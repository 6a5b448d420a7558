import { PartMismatch } from '../message/detached-part';
import type { OpenFolder } from './open-folder';
import type { OutlinePart } from './outline';
import { sectionOf } from './part-request';

/**
 * One round trip each, in which nothing else can use the connection, and the most that has to be read to its end when
 * the reader gives up.
 */
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a part as it lies on the server, with its transfer encoding, as fast as it is taken.
 *
 * @throws MailError MAIL_GONE, PartMismatch when it is shorter than the server said, or what the connection gives.
 */
export async function* readPart(folder: OpenFolder, uid: number, part: OutlinePart): AsyncGenerator<Buffer> {
    const section = sectionOf(part);
    for (let start = 0; start < part.octets; start += PIECE_BYTES) {
        const length = Math.min(PIECE_BYTES, part.octets - start);
        let missing = length;
        for await (const bytes of folder.piece(uid, section, start, length)) {
            missing -= bytes.length;
            yield bytes;
        }
        if (missing !== 0) {
            throw new PartMismatch(`part ${section} is not as long as the server says`);
        }
    }
}
