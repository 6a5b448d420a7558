/** Writes UIDs as an IMAP sequence set ("1:3,7"); the input need not be sorted. Returns "" for no UIDs. */
export function toUidSet(uids: readonly number[]): string {
    const sorted = [...uids].sort((a, b) => a - b);
    const ranges: string[] = [];
    for (let start = 0; start < sorted.length;) {
        let end = start;
        while (end + 1 < sorted.length && (sorted[end + 1] as number) <= (sorted[end] as number) + 1) {
            end++;
        }
        ranges.push(sorted[start] === sorted[end] ? `${sorted[start]}` : `${sorted[start]}:${sorted[end]}`);
        start = end + 1;
    }
    return ranges.join(',');
}

/** Splits a list into slices, so that no command line and no answer grows with the mailbox. */
export function* slicesOf<T>(items: readonly T[], size: number): Generator<T[]> {
    for (let start = 0; start < items.length; start += size) {
        yield items.slice(start, start + size);
    }
}
