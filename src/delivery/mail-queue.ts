/** UIDs that wait for delivery, ascending, and UIDs that wait for the time of their next try. */
export class MailQueue {
    /** Sorted; entries before #head are taken. A shift per mail would make a queue of 100,000 quadratic. */
    #ready: number[] = [];
    #head = 0;
    readonly #later = new Map<number, number>();

    get size(): number {
        return this.#ready.length - this.#head;
    }

    /** When the next retry is due, in milliseconds since the epoch; null when none waits. */
    get nextDue(): number | null {
        let next: number | null = null;
        for (const at of this.#later.values()) {
            next = next === null ? at : Math.min(next, at);
        }
        return next;
    }

    add(uids: readonly number[]): void {
        if (uids.length > 0) {
            const merged = new Set([...this.#ready.slice(this.#head), ...uids]);
            this.#ready = [...merged].sort((a, b) => a - b);
            this.#head = 0;
        }
    }

    addLater(uid: number, at: number): void {
        this.#later.set(uid, at);
    }

    /** True when the mail waits here for the time of its next try. */
    waits(uid: number): boolean {
        return this.#later.has(uid);
    }

    /** Moves what is due into the queue. */
    takeDue(now: number): void {
        const due = [...this.#later].filter(([, at]) => at <= now).map(([uid]) => uid);
        due.forEach(uid => this.#later.delete(uid));
        this.add(due);
    }

    take(count: number): number[] {
        const taken = this.#ready.slice(this.#head, this.#head + count);
        this.#head += taken.length;
        return taken;
    }

    /** What `take` would give. */
    peek(count: number): number[] {
        return this.#ready.slice(this.#head, this.#head + count);
    }

    /** The lowest waiting UID that fulfils the condition; null when none does. */
    lowest(condition: (uid: number) => boolean): number | null {
        for (let index = this.#head; index < this.#ready.length; index++) {
            const uid = this.#ready[index] as number;
            if (condition(uid)) {
                return uid;
            }
        }
        return null;
    }

    clear(): void {
        this.#ready = [];
        this.#head = 0;
        this.#later.clear();
    }
}
