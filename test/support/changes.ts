const DEFAULT_TIMEOUT_MS = 10_000;

/** Lets a test wait for a state instead of sleeping: the owner says "something changed", each waiter looks again. */
export class Changes {
    readonly #waiters = new Set<() => void>();

    notify(): void {
        for (const look of [...this.#waiters]) {
            look();
        }
    }

    /**
     * Resolves with the first value of `look` that is neither undefined nor false; looks at once and after each change.
     * Rejects when `look` throws, or after the time-out with an error that names `what` was awaited.
     */
    until<T>(
        look: () => T | undefined | false,
        what: string | (() => string),
        timeoutMs = DEFAULT_TIMEOUT_MS
    ): Promise<T> {
        return new Promise((resolve, reject) => {
            const settle = (finish: () => void): void => {
                clearTimeout(timer);
                this.#waiters.delete(check);
                finish();
            };
            const check = (): void => {
                try {
                    const value = look();
                    if (value !== undefined && value !== false) {
                        settle(() => resolve(value));
                    }
                } catch (error) {
                    settle(() => reject(error as Error));
                }
            };
            const timer = setTimeout(() => {
                const awaited = typeof what === 'string' ? what : what();
                settle(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${awaited}`)));
            }, timeoutMs);
            this.#waiters.add(check);
            check();
        });
    }
}
