import { setTimeout as sleep } from 'node:timers/promises';

/** So many connections may be made at once after a quiet while; a runtime with a few accounts never waits. */
const BURST = 10;
/** One more in this time: 200 accounts take about five seconds, and no server or router sees them all in one instant. */
const STEP_MS = 25;

/**
 * Spreads new connections of all accounts of the process over time. It counts beginnings and not ends, so a server that
 * does not answer holds up nobody else.
 */
export class ConnectPace {
    readonly #now: () => number;
    readonly #random: () => number;
    /** When the place after the last one given away is free, on the clock of `now`. */
    #next = -Infinity;

    constructor(now: () => number = () => performance.now(), random: () => number = Math.random) {
        this.#now = now;
        this.#random = random;
    }

    /** Milliseconds until the caller may connect; it takes its place by asking. */
    take(): number {
        const now = this.#now();
        this.#next = Math.max(this.#next, now - BURST * STEP_MS) + STEP_MS;
        const wait = this.#next - now;
        return wait <= 0 ? 0 : wait + this.#random() * STEP_MS;
    }

    async turn(): Promise<void> {
        const wait = this.take();
        if (wait > 0) {
            await sleep(wait);
        }
    }
}

/** One for the process: what it protects is outside of it. */
export const connectPace = new ConnectPace();
