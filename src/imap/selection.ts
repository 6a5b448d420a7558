import type { SearchObject } from 'imapflow';
import { judgeSender } from '../sender/verdict';
import type { SenderMatcher } from '../sender/pattern';
import type { OpenFolder } from './open-folder';
import { slicesOf, toUidSet } from './uid-set';

/** Which mails belong to the node. The server's SEARCH may narrow, but never decides about the sender. */
export interface SelectionRule {
    senders: SenderMatcher;
    /** Further conditions for the server; null for none. */
    search: SearchObject | null;
}

/** What one slice of UIDs gave. Every UID up to `scannedTo` has been decided. */
export interface Slice {
    hits: number[];
    scannedTo: number;
}

/** UIDs per header command: an interrupted first scan of a large folder goes on behind the last whole slice. */
const FIRST_WIDTH = 5_000;
const MAX_WIDTH = 1_000_000;
/** Where UIDs are sparse, slices widen, so that a long history of deleted mail costs few commands. */
const SPARSE_ROWS = FIRST_WIDTH / 4;
/** UIDs per header command when the server's SEARCH has already narrowed the range. */
const PEEK_UIDS = 500;

/**
 * Decides about every mail from UID `from` upwards, slice by slice, ascending. Of mails that do not match, only the
 * From fields leave the server. Mail that arrives meanwhile is part of the last slice or announced by EXISTS.
 */
export async function* selectMails(folder: OpenFolder, from: number, rule: SelectionRule): AsyncGenerator<Slice> {
    let next = from;
    let width = FIRST_WIDTH;
    while (next + width < folder.uidNext) {
        const slice = await selectRange(folder, next, next + width - 1, rule);
        yield { hits: slice.hits, scannedTo: next + width - 1 };
        next += width;
        width = slice.rows < SPARSE_ROWS ? Math.min(width * 4, MAX_WIDTH) : FIRST_WIDTH;
    }
    const last = await selectRange(folder, next, Infinity, rule);
    yield { hits: last.hits, scannedTo: Math.max(last.highest, folder.uidNext - 1, next - 1) };
}

async function selectRange(
    folder: OpenFolder,
    from: number,
    to: number,
    rule: SelectionRule
): Promise<{ hits: number[]; rows: number; highest: number }> {
    const range = `${from}:${to === Infinity ? '*' : to}`;
    // "5000:*" always includes the newest mail, even when its UID is smaller (RFC 9051 section 9, seq-range)
    const inRange = (uid: number): boolean => uid >= from && uid <= to;
    const hits: number[] = [];
    let rows = 0;
    let highest = 0;
    const judge = (uid: number, block: Buffer): void => {
        if (!inRange(uid)) {
            return;
        }
        rows++;
        highest = Math.max(highest, uid);
        // nearly all mail of a mailbox ends here, at a tenth of the cost of the strict parser
        if (rule.senders.mayMatch(block) && judgeSender(block, rule.senders).verdict === 'match') {
            hits.push(uid);
        }
    };
    if (rule.search === null && !rule.senders.isEmpty) {
        await folder.peekFrom(range, judge);
    } else {
        const found = (await folder.search({ ...rule.search, uid: range })).filter(inRange);
        // what the search leaves out is decided as well: the highest UID of all is not known from its answer
        if (rule.senders.isEmpty) {
            // one by one: a spread of a few hundred thousand arguments overflows the stack
            found.forEach(uid => hits.push(uid));
            rows = found.length;
        } else {
            for (const slice of slicesOf(found, PEEK_UIDS)) {
                await folder.peekFrom(toUidSet(slice), judge);
            }
        }
        highest = found.reduce((max, uid) => Math.max(max, uid), highest);
    }
    return { hits: [...new Set(hits)].sort((a, b) => a - b), rows, highest };
}
