const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Counts events per hour of the last day; needs no timer and never grows. */
export class HourCounts {
    readonly #counts = new Array<number>(HOURS).fill(0);
    #latest = 0;

    add(now: number): void {
        this.#forget(now);
        const at = this.#latest % HOURS;
        this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    }

    /** 24 numbers, the oldest hour first; the last is the hour that is running. */
    read(now: number): number[] {
        this.#forget(now);
        return Array.from({ length: HOURS }, (_unused, index) => this.#counts[(this.#latest + 1 + index) % HOURS] ?? 0);
    }

    /** Empties the hours that have passed since the last call. */
    #forget(now: number): void {
        // a clock that was set back must not empty anything
        const hour = Math.max(Math.floor(now / HOUR_MS), this.#latest);
        const passed = Math.min(hour - this.#latest, HOURS);
        for (let step = 1; step <= passed; step++) {
            this.#counts[(hour - passed + step) % HOURS] = 0;
        }
        this.#latest = hour;
    }
}
