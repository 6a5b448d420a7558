/** A small generator of numbers that gives the same row for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** One of the choices. */
export function pick<T>(random: () => number, choices: readonly T[]): T {
    return choices[Math.floor(random() * choices.length)] as T;
}

/** Text made of pieces that mean something to a parser, and of single characters of all sorts. */
export function randomText(random: () => number, pieces: readonly string[], maxPieces: number): string {
    let text = '';
    for (let left = Math.floor(random() * maxPieces); left > 0; left--) {
        text += random() < 0.7 ? pick(random, pieces) : String.fromCharCode(Math.floor(random() * 0x300));
    }
    return text;
}
