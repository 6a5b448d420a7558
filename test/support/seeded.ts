/** Random numbers that are the same in every run, for tests over many made-up inputs. */
export class Seeded {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    /** A whole number from 0 to below `limit` (mulberry32). */
    below(limit: number): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = this.#state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    }

    pick<T>(values: readonly T[]): T {
        return values[this.below(values.length)] as T;
    }

    /** Between 0 and `max` values. */
    list<T>(max: number, make: () => T): T[] {
        return Array.from({ length: this.below(max + 1) }, make);
    }
}
