import { createHash } from 'node:crypto';

/**
 * A key that is equal for equal parts. Each part is normalised, so that a line break at another place changes nothing,
 * and has its length in front, so that text cannot move from one part into the next.
 */
export function keyOf(parts: readonly string[]): string {
    const hash = createHash('sha256');
    for (const part of parts) {
        const text = part.normalize('NFC').replace(/\s+/gu, ' ').trim();
        hash.update(`${Buffer.byteLength(text)}:${text}`);
    }
    return hash.digest('hex');
}
