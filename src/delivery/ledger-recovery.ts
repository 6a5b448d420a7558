import type { OpenFolder } from '../imap/open-folder';
import type { Loaded, StateStore } from '../state/store';
import { LEDGER_FORMAT, LEDGER_VERSION, parseLedgerRecord, type LedgerRecord, type LedgerStart } from './ledger-record';
import { findStart, startSince, type StartRule } from './start';

/** Clocks of server and runtime differ, and what was in the flow at the end came shortly before. */
const MARGIN_MS = 5 * 60_000;

/** What is stored of a folder. Without a record, a problem says that there was one. */
export interface FoundRecord {
    record: LedgerRecord | null;
    /** There was a newer record, so that later pages may be found than it knows of. */
    isOutdated: boolean;
    /** What was wrong with the newest record, and what that means; "" when nothing was. */
    problem: string;
    /** When the lost record was last written; null when there was none, or the store cannot tell. */
    lostAt: Date | null;
}

/**
 * Finds the record of a folder: the newest that can be read, else the one before it. What cannot be read is kept aside.
 * Rejects when the store fails, or a newer version of this pack has written the record: to begin anew would deliver
 * everything again.
 */
export async function findRecord(store: StateStore, key: string): Promise<FoundRecord> {
    const writtenAt = await store.writtenAt(key);
    const newest = await store.load(key);
    const record = readRecord(newest);
    if (record || newest.state === 'absent') {
        const isOutdated = newest.state === 'present' && newest.isOutdated === true;
        return { record, isOutdated, problem: '', lostAt: null };
    }
    if (newest.state === 'present') {
        await store.setAside(key);
    }
    const before = readRecord(await store.loadPrevious(key));
    const problem =
        newest.state === 'damaged' ? newest.problem : 'the stored ledger has another format and was kept aside';
    return before
        ? { record: before, isOutdated: true, problem: `${problem}. The record before it is used`, lostAt: null }
        : { record: null, isOutdated: false, problem: `${problem}. ${consequence(writtenAt)}`, lostAt: writtenAt };
}

/**
 * Where the history of a folder without a record begins. When there was one, neither with the first mail, which would
 * deliver everything again, nor with the next, which would lose what came while the runtime was down: with what came
 * since the record was written, or from now on where that is not known.
 */
export function startOf(
    folder: OpenFolder,
    rule: StartRule,
    lost: { problem: string; lostAt: Date | null },
    now: Date
): Promise<LedgerStart> {
    if (lost.lostAt) {
        return startSince(folder, sinceOf(lost.lostAt));
    }
    return findStart(folder, lost.problem ? { ...rule, mode: 'new' } : rule, now);
}

/** What a user should know when a record is lost. */
function consequence(lostAt: Date | null): string {
    const taken = lostAt
        ? `Mail that came since ${sinceOf(lostAt).toISOString()} is taken, some of it perhaps again`
        : 'Mail that comes from now on is taken';
    return `${taken}; older mail that was not done yet is not taken any more`;
}

function sinceOf(lostAt: Date): Date {
    return new Date(lostAt.getTime() - MARGIN_MS);
}

function readRecord(loaded: Loaded): LedgerRecord | null {
    if (loaded.state !== 'present') {
        return null;
    }
    const { format, version } = (loaded.value ?? {}) as { format?: unknown; version?: unknown };
    if (format === LEDGER_FORMAT && typeof version === 'number' && version > LEDGER_VERSION) {
        throw new Error(`it was written by a newer version of this pack (format ${version}); update the pack`);
    }
    return parseLedgerRecord(loaded.value, loaded.earlier);
}
