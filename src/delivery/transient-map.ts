/**
 * A Map for what comes and goes with every mail. When a Map of V8 takes a new table, the old one keeps what was in it and
 * points to the new one. Once one of them is in the old generation, no small garbage collection frees it, nor any table
 * behind it, nor whatever those held: all mails of the last minutes, in the end. So the tables hold cells, and a cell is
 * emptied with its entry.
 */
export class TransientMap<K, V extends object> {
    readonly #cells = new Map<K, { value: V | undefined }>();

    get size(): number {
        return this.#cells.size;
    }

    has(key: K): boolean {
        return this.#cells.has(key);
    }

    get(key: K): V | undefined {
        return this.#cells.get(key)?.value;
    }

    set(key: K, value: V): void {
        this.delete(key);
        this.#cells.set(key, { value });
    }

    /** Returns what was there. */
    delete(key: K): V | undefined {
        const cell = this.#cells.get(key);
        if (!cell) {
            return undefined;
        }
        const { value } = cell;
        cell.value = undefined;
        this.#cells.delete(key);
        return value;
    }

    clear(): void {
        this.#cells.forEach(cell => (cell.value = undefined));
        this.#cells.clear();
    }

    /** The first that fulfils the condition, in the order of entry. */
    find(condition: (value: V) => boolean): V | undefined {
        for (const { value } of this.#cells.values()) {
            if (value && condition(value)) {
                return value;
            }
        }
        return undefined;
    }

    /** In the order of entry. */
    *values(): Generator<V> {
        for (const { value } of this.#cells.values()) {
            if (value) {
                yield value;
            }
        }
    }
}
