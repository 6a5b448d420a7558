import type { StateStore } from '../state/store';
import { SharedSave } from '../state/shared-save';

/** Who is at work on a key: the mail it belongs to, and the attempt of its flow. */
export interface Holder {
    source: string;
    deliveryId: string;
}

/** Longest common pause of a mail server before it delivers a mail again (RFC 5321 section 4.5.4.1 asks for 4 to 5 days). */
const KEEP_MS = 7 * 24 * 60 * 60_000;
/** About 1 MB of JSON; beyond it the oldest are forgotten before their time. */
const MAX_KEYS = 20_000;
/** smtp-out tries for some seven minutes, and imap-in waits ten for its flow: then nobody is at work any more. */
const HOLD_MS = 15 * 60_000;
const MAX_HELD = 20_000;

/**
 * Which mail was sent to whom. A key is first held, in memory, and becomes handled only when the mail was really sent:
 *
 * - a failed send gives the key back, and so does the end of the process, so that the next attempt may send;
 * - a later attempt of the same mail (same source, another delivery) takes a held key over, because imap-in starts one
 *   only when the earlier has failed;
 * - a second copy of the mail (another source), or the same attempt once more, finds the key held and is a duplicate.
 */
export class HandledMails {
    readonly #store: StateStore;
    readonly #record: string;
    readonly #now: () => number;
    /** Time by key, the oldest first. */
    readonly #handled = new Map<string, number>();
    readonly #held = new Map<string, Holder & { until: number }>();
    readonly #saving = new SharedSave(() => this.#save());

    private constructor(store: StateStore, record: string, now: () => number) {
        this.#store = store;
        this.#record = record;
        this.#now = now;
    }

    /** @throws what the store fails with. A record that cannot be used counts as empty and is kept aside. */
    static async load(store: StateStore, record: string, now: () => number): Promise<HandledMails> {
        const mails = new HandledMails(store, record, now);
        const loaded = await store.load(record);
        if (loaded.state === 'present' && !mails.#restore(loaded.value)) {
            await store.setAside(record);
        }
        return mails;
    }

    /** Takes a key for one attempt; false when its mail was sent, or when somebody else is at work on it. */
    hold(key: string, holder: Holder): boolean {
        const now = this.#now();
        const handledAt = this.#handled.get(key);
        if (handledAt !== undefined && now - handledAt < KEEP_MS) {
            return false;
        }
        const held = this.#held.get(key);
        const isRetry = held?.source === holder.source && held.deliveryId !== holder.deliveryId;
        if (held && held.until > now && !isRetry) {
            return false;
        }
        this.#held.delete(key);
        this.#held.set(key, { ...holder, until: now + HOLD_MS });
        dropOldest(this.#held, MAX_HELD);
        return true;
    }

    /** The mail was not sent. */
    giveBack(keys: readonly string[]): void {
        keys.forEach(key => this.#held.delete(key));
    }

    /** The mail was sent; resolves when that would survive a power cut. Rejects with what the store fails with. */
    async confirm(keys: readonly string[]): Promise<void> {
        for (const key of keys) {
            this.#held.delete(key);
            // to the end, so that the order stays that of age
            this.#handled.delete(key);
            this.#handled.set(key, this.#now());
        }
        if (keys.length > 0) {
            await this.#saving.request();
        }
    }

    settled(): Promise<void> {
        return this.#saving.settled();
    }

    #restore(value: unknown): boolean {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
            return false;
        }
        const entries = Object.entries(value).filter(([, at]) => Number.isFinite(at)) as Array<[string, number]>;
        entries.sort(([, a], [, b]) => a - b).forEach(([key, at]) => this.#handled.set(key, at));
        return true;
    }

    async #save(): Promise<void> {
        const oldest = this.#now() - KEEP_MS;
        for (const [key, at] of this.#handled) {
            if (at > oldest) {
                break;
            }
            this.#handled.delete(key);
        }
        dropOldest(this.#handled, MAX_KEYS);
        await this.#store.save(this.#record, Object.fromEntries(this.#handled));
    }
}

function dropOldest(map: Map<string, unknown>, limit: number): void {
    for (const key of map.keys()) {
        if (map.size <= limit) {
            return;
        }
        map.delete(key);
    }
}
