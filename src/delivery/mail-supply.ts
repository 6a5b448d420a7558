import type { FetchMessageObject } from 'imapflow';
import { fetchContent, needsStructure, type ContentPlan, type FetchedMail } from '../imap/content';
import type { OpenFolder } from '../imap/open-folder';
import { discard } from './mail-reader';
import { TransientMap } from './transient-map';

/** What may wait in memory for its turn. */
const AHEAD_BYTES = 4 * 1024 * 1024;
/** Enough for the server never to be waited for; more takes memory and was no faster. */
const AHEAD_MAILS = 70;
/** Larger mails are fetched at their turn, because they are streamed. */
const AHEAD_MAIL_BYTES = 256 * 1024;
/** As many mails are fetched ahead as were taken in this time. */
const PACE_MS = 2_000;
/** What waited longer may have been moved, flagged or deleted since, so it is asked for again. */
const AHEAD_AGE_MS = 10_000;

/** Names the mails that will be asked for after those at hand, ascending, at most `count` of them. */
export type NextUids = (count: number) => number[];

/**
 * Gets mails from the server, a bounded batch ahead of the flow: while the flow works on some, the server sends the
 * next. What is ahead is a cache and nothing more; no mail counts as taken because it is here.
 *
 * The flow's pace decides how many: a fast flow gets many with one command, because the server may be far away; for a
 * slow one nothing is fetched that would grow old meanwhile.
 */
export class MailSupply {
    readonly #plan: ContentPlan;
    readonly #isWanted: (row: FetchMessageObject) => boolean;
    readonly #rows = new TransientMap<number, FetchMessageObject>();
    readonly #mails = new TransientMap<number, FetchedMail>();
    #uidValidity = '';
    #fetchedAt = 0;
    /** The latest last; as many as count. */
    readonly #taken: Array<{ at: number; mails: number }> = [];
    #fetching: Promise<void> = Promise.resolve();
    #isFetching = false;

    /** @param isWanted other mails are not fetched ahead. */
    constructor(plan: ContentPlan, isWanted: (row: FetchMessageObject) => boolean) {
        this.#plan = plan;
        this.#isWanted = isWanted;
    }

    /** Size, flags and dates; mails that the server does not name are absent. */
    async rows(folder: OpenFolder, uids: readonly number[]): Promise<Map<number, FetchMessageObject>> {
        this.#taken.push({ at: performance.now(), mails: uids.length });
        if (this.#taken.length > AHEAD_MAILS) {
            this.#taken.shift();
        }
        this.#forgetOld(folder);
        if (!uids.every(uid => this.#rows.has(uid))) {
            await this.arrival();
            this.#forgetOld(folder);
        }
        const missing = uids.filter(uid => !this.#rows.has(uid));
        const found =
            missing.length > 0
                ? await folder.meta(missing, needsStructure(this.#plan))
                : new Map<number, FetchMessageObject>();
        for (const uid of uids) {
            const known = this.#rows.delete(uid);
            if (known) {
                found.set(uid, known);
            }
        }
        return found;
    }

    /**
     * The content of mails: all that are here at once, then the others as fetchContent gives them. Begins to fetch ahead
     * as soon as nothing of these is left on the server. What is here does not wait for what is on its way.
     */
    async *mails(
        folder: OpenFolder,
        rows: ReadonlyMap<number, FetchMessageObject>,
        next: NextUids
    ): AsyncGenerator<FetchedMail[]> {
        if (![...rows.keys()].every(uid => this.#mails.has(uid))) {
            await this.arrival();
        }
        const absent = new Map(rows);
        const here: FetchedMail[] = [];
        for (const uid of rows.keys()) {
            const mail = this.#mails.delete(uid);
            if (mail) {
                absent.delete(uid);
                here.push(mail);
            }
        }
        const others = fetchContent(folder, absent, this.#plan);
        const { complete, failure } = await collect(others, here);
        if (complete) {
            this.#fetchAhead(folder, next);
        }
        yield here;
        if (failure) {
            throw failure.error;
        }
        for await (const mail of others) {
            yield [mail];
        }
    }

    /** The mails that were fetched ahead, in the order of their turns. */
    ahead(): Iterable<FetchedMail> {
        return this.#mails.values();
    }

    /** Resolves when the supply has no command on the folder's connection; never rejects. */
    arrival(): Promise<void> {
        return this.#fetching;
    }

    #fetchAhead(folder: OpenFolder, next: NextUids): void {
        const count = this.#paceNow();
        if (this.#isFetching || this.#rows.size > count / 2) {
            return;
        }
        const uids = next(count).filter(uid => !this.#rows.has(uid));
        if (uids.length > 0) {
            this.#isFetching = true;
            this.#fetching = this.#fill(folder, uids)
                .catch(() => this.#forget())
                .finally(() => (this.#isFetching = false));
        }
    }

    async #fill(folder: OpenFolder, uids: readonly number[]): Promise<void> {
        this.#uidValidity = folder.uidValidity;
        this.#fetchedAt = performance.now();
        const rows = await folder.meta(uids, needsStructure(this.#plan));
        const small = new Map<number, FetchMessageObject>();
        let bytes = [...this.#mails.values()].reduce((sum, mail) => sum + (mail.row.size ?? 0), 0);
        for (const [uid, row] of rows) {
            this.#rows.set(uid, row);
            const size = row.size ?? 0;
            if (size <= AHEAD_MAIL_BYTES && bytes + size <= AHEAD_BYTES && this.#isWanted(row)) {
                bytes += size;
                small.set(uid, row);
            }
        }
        const mails: FetchedMail[] = [];
        // what went wrong shows again when it is their turn
        await collect(fetchContent(folder, small, this.#plan), mails);
        for (const mail of mails) {
            if (Buffer.isBuffer(mail.source)) {
                this.#mails.set(mail.uid, mail);
            } else {
                discard(mail);
            }
        }
    }

    #paceNow(): number {
        const since = performance.now() - PACE_MS;
        let mails = 0;
        for (let index = this.#taken.length - 1; index >= 0 && mails < AHEAD_MAILS; index--) {
            const taken = this.#taken[index] as { at: number; mails: number };
            mails += taken.at < since ? 0 : taken.mails;
        }
        return Math.min(AHEAD_MAILS, mails);
    }

    #forgetOld(folder: OpenFolder): void {
        const old = performance.now() - this.#fetchedAt > AHEAD_AGE_MS;
        if (this.#rows.size + this.#mails.size > 0 && (old || this.#uidValidity !== folder.uidValidity)) {
            this.#forget();
        }
    }

    #forget(): void {
        this.#rows.clear();
        this.#mails.clear();
    }
}

/**
 * Moves mails into `here` as far as they fit into memory; the last one may be a stream, which has to be read before the
 * next mail is asked for. Complete when no mail is left. A failure is for after those that came before it.
 */
async function collect(
    mails: AsyncGenerator<FetchedMail>,
    here: FetchedMail[]
): Promise<{ complete: boolean; failure?: { error: unknown } }> {
    try {
        for (let bytes = 0; bytes <= AHEAD_BYTES;) {
            const { done, value } = await mails.next();
            if (done) {
                return { complete: true };
            }
            here.push(value);
            if (!Buffer.isBuffer(value.source)) {
                break;
            }
            bytes += value.source.length;
        }
        return { complete: false };
    } catch (error) {
        return { complete: false, failure: { error } };
    }
}
