import { MailError, MailErrorCode } from '../message/mail-error';
import type { StateStore } from '../state/store';
import { LedgerPrints, type PrintsRecord } from './ledger-prints';
import { LEDGER_FORMAT, LEDGER_VERSION, type LedgerRecord, type LedgerStart, type PendingMail } from './ledger-record';
import { findRecord, type FoundRecord } from './ledger-recovery';

export interface LedgerPlace {
    /** Id of the imap-in node: two nodes on one folder keep two ledgers. */
    node: string;
    account: string;
    folder: string;
}

/**
 * Remembers, for one node and one folder, which mail is done. Changes happen in memory at once; `save` makes them
 * durable, and saves asked for during a write share the next one.
 *
 * After a crash, what is above the watermark or in the pending set comes again, and nothing else.
 */
export class Ledger {
    readonly #store: StateStore;
    readonly #key: string;
    readonly #label: string;
    readonly #prints: LedgerPrints;
    #record: Omit<LedgerRecord, keyof PrintsRecord>;
    #writing: Promise<void> = Promise.resolve();
    #next: Promise<void> | null = null;
    #dirty = false;
    #renewedBelowUid = 0;
    /** False until a record was started or loaded. */
    started: boolean;
    /** What was wrong with the stored record, once. */
    readonly problem: string;
    /** When the record was last written that could not be read, if that is known. */
    readonly lostAt: Date | null;

    private constructor(
        store: StateStore,
        place: LedgerPlace,
        prints: LedgerPrints,
        { record, problem, lostAt }: FoundRecord
    ) {
        this.#store = store;
        this.#key = keyOf(place);
        this.#label = `${place.account} ${place.folder}`;
        this.#prints = prints;
        this.started = record !== null;
        this.problem = problem;
        this.lostAt = lostAt;
        this.#record = record ?? emptyRecord(place);
    }

    /** Loads the ledger; what is wrong with it stands in `problem`. Rejects when the store fails; see findRecord. */
    static async open(store: StateStore, place: LedgerPlace): Promise<Ledger> {
        const prints = new LedgerPrints(store, index => keyOf(place, `fingerprints ${index}`));
        try {
            const found = await findRecord(store, keyOf(place));
            const lost = found.record ? await prints.load(found.record, found.isOutdated) : '';
            return new Ledger(store, place, prints, {
                ...found,
                problem: [found.problem, lost].filter(Boolean).join('; ')
            });
        } catch (error) {
            throw ledgerError(`${place.account} ${place.folder}`, 'could not be read', error);
        }
    }

    get uidValidity(): string {
        return this.#record.uidValidity;
    }

    get watermark(): number {
        return this.#record.watermark;
    }

    get delivered(): number {
        return this.#record.delivered;
    }

    /** Mails that were in flight or wait for another try, ascending by UID. */
    get pending(): Array<[uid: number, mail: PendingMail]> {
        return Object.entries(this.#record.pending)
            .map(([uid, mail]): [number, PendingMail] => [Number(uid), mail])
            .sort(([a], [b]) => a - b);
    }

    /** Begins the history of a folder, or begins it anew after its UIDVALIDITY changed; fingerprints stay. */
    start(uidValidity: string, start: LedgerStart): void {
        this.#renewedBelowUid = this.started ? start.sinceBelowUid : 0;
        this.#record = { ...this.#record, ...start, uidValidity, pending: {} };
        this.started = true;
        this.#dirty = true;
    }

    get since(): string | null {
        return this.#record.since;
    }

    /** True for mail from before the node's time. */
    isBefore(uid: number, receivedAt: Date | null): boolean {
        const { since, sinceBelowUid } = this.#record;
        return since !== null && uid < sinceBelowUid && receivedAt !== null && receivedAt.getTime() < Date.parse(since);
    }

    /**
     * True for a mail that was in the folder when its UIDVALIDITY changed, so that it may have been settled before. Not
     * remembered over a restart: a fingerprint is looked for in any case, this only says when to look for it early.
     */
    isRenewed(uid: number): boolean {
        return uid < this.#renewedBelowUid;
    }

    /** True when something changed since the last write began or the last write failed. */
    get isDirty(): boolean {
        return this.#dirty;
    }

    isPending(uid: number): boolean {
        return String(uid) in this.#record.pending;
    }

    attempts(uid: number): number {
        return this.#record.pending[String(uid)]?.attempt ?? 0;
    }

    /** Everything up to `uid` is decided; what belongs to the node and is not done must be pending. */
    advance(uid: number): void {
        if (uid > this.#record.watermark) {
            this.#record.watermark = uid;
            this.#dirty = true;
        }
    }

    /** Enters a mail as in flight. It may be emitted after the next save has resolved. */
    begin(uid: number, attempt: number): void {
        this.#record.pending[String(uid)] = { attempt };
        this.#dirty = true;
    }

    retryLater(uid: number, attempt: number, at: Date): void {
        this.#record.pending[String(uid)] = { attempt, retryAt: at.toISOString() };
        this.#dirty = true;
    }

    /**
     * A mail is done. The fingerprint is null for mail that was never delivered (gone, another sender). A mail that
     * was emitted under an earlier UIDVALIDITY leaves only its fingerprint: the number may mean another mail by now.
     */
    settle(uid: number, fingerprint: string | null, uidValidity = this.#record.uidValidity): void {
        if (uidValidity === this.#record.uidValidity) {
            delete this.#record.pending[String(uid)];
        }
        this.#dirty = true;
        if (fingerprint !== null && !this.#prints.has(fingerprint)) {
            this.#record.delivered++;
            this.#prints.add(fingerprint);
        }
    }

    /** True for a mail that was settled before, perhaps under another UID. */
    knows(fingerprint: string): boolean {
        return this.#prints.has(fingerprint);
    }

    /** Resolves when everything changed so far is durable. Rejects with LEDGER_FAILED: then nothing may be emitted. */
    save(): Promise<void> {
        if (this.#next === null) {
            const afterCurrent = this.#writing.catch(() => undefined);
            this.#next = afterCurrent.then(() => {
                this.#next = null;
                this.#writing = this.#write();
                return this.#writing;
            });
        }
        return this.#next;
    }

    /** Resolves when no write is under way or asked for; never rejects, because whoever asked has been told. */
    async idle(): Promise<void> {
        await (this.#next ?? this.#writing).catch(() => undefined);
        await this.#prints.idle();
    }

    async #write(): Promise<void> {
        try {
            await this.#prints.putAway();
            // what changed meanwhile is in it
            this.#dirty = false;
            const added = { ...this.#record, ...this.#prints.added() };
            await this.#store.append(this.#key, added, () => ({ ...this.#record, ...this.#prints.whole() }));
        } catch (error) {
            this.#dirty = true;
            throw ledgerError(this.#label, 'could not be written', error);
        }
    }
}

function keyOf(place: LedgerPlace, ...part: string[]): string {
    return JSON.stringify([place.node, place.account, place.folder, ...part]);
}

function emptyRecord(place: LedgerPlace): Omit<LedgerRecord, keyof PrintsRecord> {
    return {
        format: LEDGER_FORMAT,
        version: LEDGER_VERSION,
        account: place.account,
        folder: place.folder,
        uidValidity: '',
        watermark: 0,
        since: null,
        sinceBelowUid: 0,
        pending: {},
        delivered: 0
    };
}

function ledgerError(account: string, problem: string, cause: unknown): MailError {
    return new MailError({
        code: MailErrorCode.LedgerFailed,
        kind: 'temporary',
        step: 'ledger',
        account,
        problem: `the record of done mail ${problem}: ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy: 'No mail is taken until it can be kept; check the disk and the store.',
        cause
    });
}
