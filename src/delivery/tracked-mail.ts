import type { Outcome } from './in-flight';

/** One message object at one node: open from the moment it is sent there until the node has completed it. */
export interface Delivery {
    readonly mail: TrackedMail;
    readonly nodeId: string;
    /** The node object; another one under the same id means that it was deployed anew. */
    readonly node: object;
    received: boolean;
    /** The input handler is running right now. */
    handling: boolean;
    /** The node reported an error for it, openly or by node.error. */
    erred: boolean;
    quietTimer: NodeJS.Timeout | undefined;
}

interface Failure {
    nodeId: string;
    reason: string;
    /** A Catch node has received it; from then on its branch counts. */
    caught: boolean;
}

/**
 * Counts the open deliveries of one mail in the flow. It is finished one turn of the event loop after the count fell
 * to zero, if it is zero still: Catch nodes receive after the completion that called them, and some nodes complete
 * before they send.
 */
export class TrackedMail {
    readonly #finish: (outcome: Outcome) => void;
    readonly #failures: Failure[] = [];
    readonly #deliveries = new Set<Delivery>();
    #announced = 0;
    #everReceived = false;
    #dropped = '';
    #finished = false;

    constructor(finish: (outcome: Outcome) => void) {
        this.#finish = finish;
    }

    get finished(): boolean {
        return this.#finished;
    }

    get deliveries(): Iterable<Delivery> {
        return this.#deliveries;
    }

    /** Something is on its way that has no delivery yet: the send itself, or a wire that was just listed. */
    announce(): void {
        this.#announced++;
    }

    arrive(): void {
        this.#announced--;
        this.#checkSoon();
    }

    open(nodeId: string, node: object): Delivery {
        const delivery: Delivery = {
            mail: this,
            nodeId,
            node,
            received: false,
            handling: false,
            erred: false,
            quietTimer: undefined
        };
        this.#everReceived = true;
        this.#deliveries.add(delivery);
        return delivery;
    }

    /** Ends a delivery; ignored when it has ended before, because some nodes call `done` twice. */
    close(delivery: Delivery): void {
        clearTimeout(delivery.quietTimer);
        if (this.#deliveries.delete(delivery)) {
            this.#checkSoon();
        }
    }

    isOpen(delivery: Delivery): boolean {
        return this.#deliveries.has(delivery);
    }

    fail(nodeId: string, reason: string): void {
        this.#failures.push({ nodeId, reason, caught: false });
    }

    /** A Catch node received an error of this node: its branch decides now. */
    caught(nodeId: string): void {
        for (const failure of this.#failures) {
            if (failure.nodeId === nodeId) {
                failure.caught = true;
            }
        }
    }

    /** A node was stopped while it had the mail: what it calls complete was not passed on. */
    drop(reason: string): void {
        this.#dropped ||= reason;
    }

    /** Stops counting, for example when the time is over; late events find nothing any more. */
    end(): void {
        this.#finished = true;
        for (const delivery of this.#deliveries) {
            clearTimeout(delivery.quietTimer);
        }
        this.#deliveries.clear();
    }

    #checkSoon(): void {
        if (this.#isIdle()) {
            setImmediate(() => {
                if (this.#isIdle()) {
                    this.#finished = true;
                    this.#finish(this.#outcome());
                }
            });
        }
    }

    #isIdle(): boolean {
        return !this.#finished && this.#announced <= 0 && this.#deliveries.size === 0;
    }

    #outcome(): Outcome {
        const failure = this.#failures.find(candidate => !candidate.caught);
        if (failure) {
            return { kind: 'failed', reason: failure.reason };
        }
        if (this.#dropped) {
            return { kind: 'given-back', reason: this.#dropped };
        }
        return this.#everReceived
            ? { kind: 'done' }
            : { kind: 'given-back', reason: 'no node received it: nothing is wired, or what is wired is disabled' };
    }
}
