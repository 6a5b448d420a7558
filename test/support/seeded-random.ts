/** Small generator of numbers that are the same for the same seed (mulberry32), so that a failure can be repeated. */
export class SeededRandom {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    /** A whole number from 0 up to, not including, `limit`. */
    below(limit: number): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let value = this.#state;
        value = Math.imul(value ^ (value >>> 15), value | 1);
        value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
        return ((value ^ (value >>> 14)) >>> 0) % limit;
    }

    pick<T>(items: readonly T[]): T {
        return items[this.below(items.length)] as T;
    }

    shuffled<T>(items: readonly T[]): T[] {
        const rest = [...items];
        return items.map(() => rest.splice(this.below(rest.length), 1)[0] as T);
    }
}
