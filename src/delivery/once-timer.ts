/** A timer that runs at most once at a time, and never after `close`. */
export class OnceTimer {
    #timer: NodeJS.Timeout | undefined;
    #closed = false;

    /** Does nothing while it runs. */
    start(ms: number, work: () => void): void {
        if (!this.#closed) {
            this.#timer ??= setTimeout(() => {
                this.#timer = undefined;
                work();
            }, ms);
        }
    }

    stop(): void {
        clearTimeout(this.#timer);
        this.#timer = undefined;
    }

    close(): void {
        this.#closed = true;
        this.stop();
    }
}
