import type { StateStore } from '../state/store';
import { SharedSave } from '../state/shared-save';

/** So many mails within this time, counted under a name of its own. */
export interface Limit {
    key: string;
    max: number;
    windowMs: number;
}

/** When, and for which mail, so that another attempt of a mail that failed to be sent does not count again. */
type Entry = [at: number, mail: string];
interface Counter {
    windowMs: number;
    entries: Entry[];
}

/** More correspondents at one time than this are forgotten, those that have been silent longest first. */
const MAX_COUNTERS = 10_000;

/**
 * Counts mails in sliding windows, across restarts. What a loop with fresh Message-IDs cannot get around: two systems
 * that answer each other pass every other test.
 */
export class RateCounters {
    readonly #store: StateStore;
    readonly #record: string;
    readonly #now: () => number;
    /** The longest silent first. */
    readonly #counters = new Map<string, Counter>();
    readonly #saving = new SharedSave(() => this.#save());

    private constructor(store: StateStore, record: string, now: () => number) {
        this.#store = store;
        this.#record = record;
        this.#now = now;
    }

    /** @throws what the store fails with. A record that cannot be used counts as empty and is kept aside. */
    static async load(store: StateStore, record: string, now: () => number): Promise<RateCounters> {
        const counters = new RateCounters(store, record, now);
        const loaded = await store.load(record);
        if (loaded.state === 'present' && !counters.#restore(loaded.value)) {
            await store.setAside(record);
        }
        return counters;
    }

    /**
     * Counts a mail under all limits, or under none when one of them is reached.
     *
     * @returns the limit that is reached, or null; `saved` settles when the count would survive a power cut.
     */
    take(mail: string, limits: readonly Limit[]): { reached: Limit | null; saved: Promise<void> } {
        const now = this.#now();
        const counted = limits.map(limit => ({ limit, entries: this.#recent(limit, now) }));
        const reached = counted.find(
            ({ limit, entries }) => entries.length >= limit.max && !entries.some(entry => isFor(entry, mail))
        );
        if (reached) {
            return { reached: reached.limit, saved: Promise.resolve() };
        }
        for (const { limit, entries } of counted) {
            if (!entries.some(entry => isFor(entry, mail))) {
                entries.push([now, mail]);
            }
            this.#counters.delete(limit.key);
            this.#counters.set(limit.key, { windowMs: limit.windowMs, entries });
        }
        return { reached: null, saved: this.#saving.request() };
    }

    settled(): Promise<void> {
        return this.#saving.settled();
    }

    /** A clock that was set back makes entries of the future, which count until it has caught up with them. */
    #recent(limit: Limit, now: number): Entry[] {
        return (this.#counters.get(limit.key)?.entries ?? []).filter(([at]) => now - at < limit.windowMs);
    }

    #restore(value: unknown): boolean {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
            return false;
        }
        for (const [key, counter] of Object.entries(value)) {
            if (isCounter(counter)) {
                this.#counters.set(key, { windowMs: counter.windowMs, entries: [...counter.entries] });
            }
        }
        return true;
    }

    async #save(): Promise<void> {
        const now = this.#now();
        for (const [key, { windowMs, entries }] of this.#counters) {
            const isOver = entries.every(([at]) => now - at >= windowMs);
            if (isOver || this.#counters.size > MAX_COUNTERS) {
                this.#counters.delete(key);
            }
        }
        await this.#store.save(this.#record, Object.fromEntries(this.#counters));
    }
}

function isFor([, counted]: Entry, mail: string): boolean {
    return mail !== '' && counted === mail;
}

function isCounter(value: unknown): value is Counter {
    const { windowMs, entries } = (value ?? {}) as Record<string, unknown>;
    return (
        Number.isFinite(windowMs) &&
        Array.isArray(entries) &&
        entries.every(entry => Array.isArray(entry) && Number.isFinite(entry[0]) && typeof entry[1] === 'string')
    );
}
