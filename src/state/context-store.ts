import type { Loaded, StateStore } from './store';

/** The part of Node-RED's context that every store has, also those that are only asynchronous. */
export interface Context {
    get(key: string, store: string, callback: (error: unknown, value: unknown) => void): void;
    set(key: string, value: unknown, store: string, callback: (error: unknown) => void): void;
}

/** A remote store that does not answer must not hang a node. */
const TIMEOUT_MS = 15_000;

/** Keeps state in a named Node-RED context store, so that it can live where other runtimes reach it. */
export class ContextStore implements StateStore {
    readonly #context: Context;
    readonly #store: string;

    constructor(context: Context, store: string) {
        this.#context = context;
        this.#store = store;
    }

    async load(key: string): Promise<Loaded> {
        const value = await this.#answer<unknown>(callback =>
            this.#context.get(propertyName(key), this.#store, callback)
        );
        // a copy: the memory store hands out its own object, and what was never saved must not be in it
        return value === undefined || value === null
            ? { state: 'absent' }
            : { state: 'present', value: structuredClone(value), earlier: [] };
    }

    /** Keeping values whole is the job of the store itself. */
    loadPrevious(): Promise<Loaded> {
        return Promise.resolve({ state: 'absent' });
    }

    writtenAt(): Promise<null> {
        return Promise.resolve(null);
    }

    async save(key: string, value: unknown): Promise<void> {
        // a copy here as well: the memory store keeps the very object, and others may write it later
        const copy = structuredClone(value);
        await this.#answer<void>(callback => this.#context.set(propertyName(key), copy, this.#store, callback));
    }

    append(key: string, _value: unknown, whole: () => unknown): Promise<void> {
        return this.save(key, whole());
    }

    async setAside(key: string): Promise<void> {
        const loaded = await this.load(key);
        if (loaded.state === 'present') {
            await this.save(`${key} damaged ${Date.now()}`, loaded.value);
            // not every store can forget a key, but each can hold nothing under it
            await this.save(key, null);
        }
    }

    #answer<T>(ask: (callback: (error: unknown, value?: unknown) => void) => void): Promise<T> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(
                () => reject(new Error(`the context store "${this.#store}" did not answer in ${TIMEOUT_MS / 1000} s`)),
                TIMEOUT_MS
            );
            const settle = (error: unknown, value?: unknown): void => {
                clearTimeout(timer);
                if (error) {
                    reject(error instanceof Error ? error : new Error(String(error)));
                } else {
                    resolve(value as T);
                }
            };
            try {
                ask(settle);
            } catch (error) {
                settle(error);
            }
        });
    }
}

/** A context key is a property path: dots, brackets and quotes in a folder name would build nested objects. */
function propertyName(key: string): string {
    return `mailflow_${Buffer.from(key).toString('hex')}`;
}
