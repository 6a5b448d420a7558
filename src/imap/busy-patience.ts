/** So many pauses, each twice as long as the one before, fill the patience. */
const PAUSES = 5;

/**
 * How long the commands of one connection may wait for a server that is busy, before it is a failure. Waiting in place
 * costs no login and no second look; what takes longer is for a watcher's own pause, or for the flow to decide.
 */
export class BusyPatience {
    readonly #limitMs: number;
    readonly #now: () => number;
    #since: number | null = null;
    #until = 0;
    #pauses = 0;

    constructor(limitMs: number, now: () => number = Date.now) {
        this.#limitMs = limitMs;
        this.#now = now;
    }

    /** The server has named a time. False when that is longer than anybody is to wait here. */
    accepts(ms: number): boolean {
        this.#until = this.#now() + ms;
        return this.#allows(ms);
    }

    /**
     * Milliseconds to wait before a refused command is repeated: what is left of the time that the server has named. When
     * it has named none, or names a short one again and again, a growing pause. Null when the patience is over.
     */
    next(): number | null {
        const isNamed = this.#until > 0;
        const left = this.#until - this.#now();
        const growing = this.#limitMs * 2 ** (this.#pauses - PAUSES);
        const pause = isNamed && this.#pauses === 0 ? Math.max(0, left) : Math.max(left, growing);
        this.#until = 0;
        this.#pauses++;
        return this.#allows(pause) ? pause : null;
    }

    /** True until the time that the server has named is over: it answers nothing before. */
    get waits(): boolean {
        return this.#until > this.#now();
    }

    /** The server did what it was asked. */
    over(): void {
        this.#since = null;
        this.#until = 0;
        this.#pauses = 0;
    }

    #allows(ms: number): boolean {
        const now = this.#now();
        this.#since ??= now;
        return now + ms - this.#since <= this.#limitMs;
    }
}
