import type { OpenFolder } from '../imap/open-folder';
import type { LedgerStart } from './ledger-record';

/** From which mail on a new node works. */
export interface StartRule {
    mode: 'new' | 'last' | 'days' | 'all';
    count: number;
    days: number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Finds where the history of a folder begins for a new node. Costs at most two commands, whatever the folder's size.
 *
 * @param now the runtime's clock; a mail that arrives while this runs is above the watermark in every mode.
 */
export async function findStart(folder: OpenFolder, rule: StartRule, now: Date): Promise<LedgerStart> {
    switch (rule.mode) {
        case 'new':
            return { watermark: await highestUid(folder), since: now.toISOString(), sinceBelowUid: 0 };
        case 'all':
            return { watermark: 0, since: null, sinceBelowUid: 0 };
        case 'last':
            return startWithLast(folder, rule.count, now);
        case 'days':
            return startSince(folder, new Date(now.getTime() - rule.days * DAY_MS));
    }
}

/** UIDNEXT is optional in IMAP4rev1; without it the newest mail is asked. */
async function highestUid(folder: OpenFolder): Promise<number> {
    if (folder.uidNext > 0) {
        return folder.uidNext - 1;
    }
    return folder.exists > 0 ? ((await folder.bySequence(folder.exists))?.uid ?? 0) : 0;
}

async function startWithLast(folder: OpenFolder, count: number, now: Date): Promise<LedgerStart> {
    const first = folder.exists - count + 1;
    if (count <= 0) {
        return { watermark: await highestUid(folder), since: now.toISOString(), sinceBelowUid: 0 };
    }
    if (first <= 1) {
        return { watermark: 0, since: null, sinceBelowUid: 0 };
    }
    const oldest = await folder.bySequence(first);
    return {
        watermark: oldest ? oldest.uid - 1 : await highestUid(folder),
        since: oldest?.receivedAt?.toISOString() ?? null,
        sinceBelowUid: 0
    };
}

/** Begins with what arrived since then, however little the server knows of clocks; costs at most two commands. */
export async function startSince(folder: OpenFolder, since: Date): Promise<LedgerStart> {
    // SINCE knows days only, and as the server's own clock shows them (RFC 9051 section 6.4.4): a day more is asked for,
    // and the exact time is compared when the mail is looked at
    const [oldest] = await folder.search({ since: new Date(since.getTime() - DAY_MS) });
    const highest = await highestUid(folder);
    return {
        watermark: oldest === undefined ? highest : oldest - 1,
        since: since.toISOString(),
        sinceBelowUid: highest + 1
    };
}
