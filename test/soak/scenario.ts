/** One line of the soak's table. */
export interface SoakRow {
    what: string;
    mails: number;
    disturbances: number;
    lost: number;
    /** Mails that were emitted again although they had been finished, or that the guarantee does not excuse. */
    doubled: number;
    /** What else was measured, in words. */
    note: string;
    seconds: number;
}

/** How much of a scenario to run: the short form belongs to the suite, the long one to `npm run soak`. */
export interface SoakSize {
    mails: number;
    disturbances: number;
}

/** Counts how often each of the mails "1" to `mails` was finished. */
export function countFinished(finished: readonly string[], mails: number): { lost: number; doubled: number } {
    const counts = new Map<string, number>();
    for (const subject of finished) {
        counts.set(subject, (counts.get(subject) ?? 0) + 1);
    }
    const all = Array.from({ length: mails }, (_unused, index) => counts.get(String(index + 1)) ?? 0);
    return {
        lost: all.filter(count => count === 0).length,
        doubled: all.reduce((sum, count) => sum + Math.max(0, count - 1), 0)
    };
}

/** Random numbers that are the same in every run, so that a failure can be repeated (mulberry32). */
export function seededRandom(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}
