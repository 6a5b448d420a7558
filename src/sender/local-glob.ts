/** Tells whether a text is covered by a pattern of `*` (any run, also empty), `?` (one character) and literals. */
export type Glob = (text: string) => boolean;

/**
 * Compiles a pattern. Two pointers and one remembered star instead of a regular expression: nothing in the pattern can
 * be read as syntax, and no pattern makes the time grow beyond pattern length times text length.
 */
export function compileGlob(pattern: string): Glob {
    if (/^\*+$/.test(pattern)) {
        return () => true;
    }
    const wanted = [...pattern];
    return text => matchesGlob(wanted, [...text]);
}

function matchesGlob(wanted: readonly string[], text: readonly string[]): boolean {
    let p = 0;
    let t = 0;
    let starAt = -1;
    let starEnd = 0;
    while (t < text.length) {
        if (wanted[p] === '*') {
            starAt = p++;
            starEnd = t;
        } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === text[t])) {
            p++;
            t++;
        } else if (starAt >= 0) {
            // only the latest star can help: whatever an earlier one could give, this one can give as well
            p = starAt + 1;
            t = ++starEnd;
        } else {
            return false;
        }
    }
    while (wanted[p] === '*') {
        p++;
    }
    return p === wanted.length;
}
