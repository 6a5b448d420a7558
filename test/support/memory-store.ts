import type { Loaded, StateStore } from '../../src/state/store';

/** A store that outlives the objects under test and nothing else; it keeps JSON, as every real one. */
export class MemoryStore implements StateStore {
    readonly values = new Map<string, string>();
    readonly setAsideKeys: string[] = [];
    saves = 0;
    /** Every save fails while this is set. */
    failure: Error | null = null;

    load(key: string): Promise<Loaded> {
        const text = this.values.get(key);
        return Promise.resolve(
            text === undefined
                ? { state: 'absent' }
                : { state: 'present', value: JSON.parse(text) as unknown, earlier: [] }
        );
    }

    loadPrevious(): Promise<Loaded> {
        return Promise.resolve({ state: 'absent' });
    }

    writtenAt(): Promise<Date | null> {
        return Promise.resolve(null);
    }

    async save(key: string, value: unknown): Promise<void> {
        this.saves++;
        const text = JSON.stringify(value);
        // as slow as a disk: what is asked for meanwhile has to wait
        await new Promise(setImmediate);
        if (this.failure) {
            throw this.failure;
        }
        this.values.set(key, text);
    }

    append(key: string, _value: unknown, whole: () => unknown): Promise<void> {
        return this.save(key, whole());
    }

    setAside(key: string): Promise<void> {
        this.setAsideKeys.push(key);
        this.values.delete(key);
        return Promise.resolve();
    }
}
