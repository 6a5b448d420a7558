/** Runs one save at a time; what is asked for meanwhile shares the next one. */
export class SharedSave {
    readonly #save: () => Promise<void>;
    #running: Promise<void> | null = null;
    #next: Promise<void> | null = null;

    constructor(save: () => Promise<void>) {
        this.#save = save;
    }

    /** Resolves when everything that had been changed before this call is saved; rejects when its save fails. */
    request(): Promise<void> {
        if (!this.#running) {
            return this.#start();
        }
        // the one that runs may have copied the state before the change
        this.#next ??= this.#running
            .catch(() => undefined)
            .then(() => {
                this.#next = null;
                return this.#start();
            });
        return this.#next;
    }

    /** Resolves when nothing is being saved any more; never rejects. */
    async settled(): Promise<void> {
        while (this.#running) {
            await (this.#next ?? this.#running).catch(() => undefined);
        }
    }

    #start(): Promise<void> {
        const run = this.#save().finally(() => {
            this.#running = null;
        });
        this.#running = run;
        return run;
    }
}
