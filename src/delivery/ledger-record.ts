import { isPrints, recentPrints, type PrintsRecord } from './ledger-prints';

/** Format of a ledger as it is stored; a newer runtime must be able to read an older one. */
export const LEDGER_FORMAT = 'mailflow-ledger';
export const LEDGER_VERSION = 1;
/** RFC 9051 section 2.3.1.1: a UID has 32 bits. */
const MAX_UID = 0xffffffff;

/** Where a folder's history begins for this node. */
export interface LedgerStart {
    watermark: number;
    since: string | null;
    sinceBelowUid: number;
}

/** A mail in flight or waiting for another try. */
export interface PendingMail {
    attempt: number;
    /** ISO 8601: not before; only after a failed try. */
    retryAt?: string;
}

/** Small whatever the history: it is written again with every change. */
export interface LedgerRecord extends PrintsRecord {
    format: typeof LEDGER_FORMAT;
    version: typeof LEDGER_VERSION;
    /** For people who look into the file. */
    account: string;
    folder: string;
    uidValidity: string;
    /** Every mail up to this UID is settled, does not belong to the node, or stands in `pending`. */
    watermark: number;
    /** ISO 8601: mail that arrived before belongs to the time before the node; null for no limit. */
    since: string | null;
    /** `since` counts for UIDs below this one only: mail moved in later keeps its old date and is new all the same. */
    sinceBelowUid: number;
    pending: Record<string, PendingMail>;
    /** How many mails this ledger has settled by delivery. */
    delivered: number;
}

/**
 * Checks a stored value field by field. Returns null for anything that this version did not write.
 *
 * @param earlier what the value was appended to, the oldest first.
 */
export function parseLedgerRecord(value: unknown, earlier: readonly unknown[]): LedgerRecord | null {
    if (typeof value !== 'object' || value === null) {
        return null;
    }
    const record = value as Partial<LedgerRecord>;
    const valid =
        record.format === LEDGER_FORMAT &&
        record.version === LEDGER_VERSION &&
        typeof record.account === 'string' &&
        typeof record.folder === 'string' &&
        typeof record.uidValidity === 'string' &&
        isUid(record.watermark, 0) &&
        (record.since === null || isTime(record.since)) &&
        // one above the newest mail
        (isUid(record.sinceBelowUid, 0) || record.sinceBelowUid === MAX_UID + 1) &&
        isPending(record.pending) &&
        isPrints(record.fingerprints) &&
        (record.recent === undefined || isCount(record.recent)) &&
        (record.pages === undefined || isCount(record.pages)) &&
        isCount(record.delivered);
    if (!valid) {
        return null;
    }
    // before there were lines, and before there were pages, all fingerprints stood in the record
    const { fingerprints, recent = fingerprints.length, pages = 0 } = record as LedgerRecord;
    return { ...(record as LedgerRecord), fingerprints: recentPrints(fingerprints, earlier, recent), recent, pages };
}

function isUid(value: unknown, min: number): boolean {
    return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= MAX_UID;
}

function isCount(value: unknown): boolean {
    return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): boolean {
    return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isPending(value: unknown): boolean {
    return (
        typeof value === 'object' &&
        value !== null &&
        // what is written into a list under a UID becomes a list of that length
        !Array.isArray(value) &&
        Object.entries(value).every(
            ([uid, mail]: [string, PendingMail]) =>
                isUid(Number(uid), 1) &&
                // "05" would be pending as 5 for ever, because it is looked up as "5"
                String(Number(uid)) === uid &&
                isCount(mail?.attempt) &&
                (mail.retryAt === undefined || isTime(mail.retryAt))
        )
    );
}
