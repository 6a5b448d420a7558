/** The cap is the one of a large mail gateway; without it a mailbox could be unwatched for hours after a long outage. */
const MAX_PAUSE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 1_000;
/** A connection counts as good again only after this long: a server that drops every login must not be hammered. */
const STABLE_MS = 5 * 60_000;

/** Growing, jittered pauses between connections to one folder. The first attempt after a stable while comes at once. */
export class ReconnectPause {
    readonly #now: () => number;
    readonly #random: () => number;
    readonly #firstMs: number;
    readonly #maxMs: number;
    #failures = 0;
    #connectedAt: number | null = null;

    constructor(
        now: () => number = Date.now,
        random: () => number = Math.random,
        firstMs = FIRST_PAUSE_MS,
        maxMs = MAX_PAUSE_MS
    ) {
        this.#firstMs = firstMs;
        this.#maxMs = maxMs;
        this.#now = now;
        this.#random = random;
    }

    /** Call after every success: polling has no connection of its own, so a row of looks counts as one stable while. */
    connected(): void {
        this.#connectedAt ??= this.#now();
    }

    /** Milliseconds to wait before the next attempt; call once per failed attempt or lost connection. */
    next(): number {
        if (this.#connectedAt !== null && this.#now() - this.#connectedAt >= STABLE_MS) {
            this.#failures = 0;
        }
        const first = this.#connectedAt !== null && this.#failures === 0;
        this.#connectedAt = null;
        this.#failures++;
        if (first) {
            return 0;
        }
        const full = Math.min(this.#firstMs * 2 ** Math.min(this.#failures - 1, 30), this.#maxMs);
        // half fixed, half random: two hundred accounts must not come back in the same second
        return full / 2 + (full / 2) * this.#random();
    }
}
