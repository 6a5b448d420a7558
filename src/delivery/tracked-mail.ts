import type { Outcome } from './in-flight';

/** One message object at one node: open from the moment it is sent there until the node has completed it. */
export interface Delivery {
    readonly mail: TrackedMail;
    readonly nodeId: string;
    /** The node object; another one under the same id means that it was deployed anew. */
    readonly node: object;
    open: boolean;
    received: boolean;
    /** The input handler is running right now. */
    handling: boolean;
    /** The log holds an error of the node that was taken for one about this message. */
    erred: boolean;
    /** A Catch node has received an error of the node about this message. */
    caught: boolean;
    /** `_msgid` when it was received; a node may change it afterwards. */
    messageId: unknown;
}

interface Failure {
    nodeId: string;
    reason: string;
}

/**
 * Counts the open deliveries of one mail in the flow. It is finished one turn of the event loop after the count fell
 * to zero, if it is zero still: Catch and Complete nodes receive after the completion that called them, and some nodes
 * complete before they send.
 */
export class TrackedMail {
    readonly deliveries = new Set<Delivery>();
    /** The `_msgid`s under which its messages are known. */
    readonly messageIds = new Set<string>();
    #finish: ((outcome: Outcome) => void) | null;
    readonly #failures: Failure[] = [];
    #held = false;
    #everOpened = false;
    #announced = false;
    #dropped = '';
    #patience: NodeJS.Timeout | undefined;
    #ended = false;

    constructor(finish: (outcome: Outcome) => void) {
        this.#finish = finish;
    }

    /**
     * Keeps the mail open while `send` runs, whatever is counted meanwhile; and, when it returns true, until the hooks
     * have told of it, which a hook of somebody else may delay.
     */
    hold(send: () => boolean): void {
        let sent = false;
        this.#held = true;
        try {
            sent = send();
        } finally {
            this.#held = sent && !this.#announced;
            this.#checkSoon();
        }
    }

    /** The hooks have told of a message of this mail, and its receivers are counted. */
    announce(): void {
        if (!this.#announced) {
            this.#announced = true;
            // still inside of `send` in most runtimes, where it is held by the caller
            setImmediate(() => this.#release());
        }
    }

    open(nodeId: string, node: object): Delivery {
        const delivery: Delivery = {
            mail: this,
            nodeId,
            node,
            open: true,
            received: false,
            handling: false,
            erred: false,
            caught: false,
            messageId: undefined
        };
        this.#everOpened = true;
        this.deliveries.add(delivery);
        return delivery;
    }

    /** Ends a delivery; ignored when it has ended before, because some nodes call `done` twice. */
    close(delivery: Delivery): void {
        delivery.open = false;
        if (this.deliveries.delete(delivery)) {
            this.#checkSoon();
        }
    }

    /** @param patienceMs how long the other branches may still take: some wait for what will never come, as join does. */
    fail(nodeId: string, reason: string, patienceMs: number): void {
        this.#failures.push({ nodeId, reason });
        this.#patience ??= setTimeout(() => {
            this.#patience = undefined;
            if (this.#failures.length > 0) {
                this.#conclude();
            }
        }, patienceMs);
    }

    /** A Catch node received the latest error of this node: its branch decides now. */
    caught(nodeId: string): void {
        const index = this.#failures.findLastIndex(failure => failure.nodeId === nodeId);
        if (index >= 0) {
            this.#failures.splice(index, 1);
        }
    }

    /** A node was stopped while it had the mail: what it calls complete was not passed on. */
    drop(reason: string): void {
        this.#dropped ||= reason;
    }

    /** Stops counting, for example when the time is over. */
    end(): void {
        this.#ended = true;
        clearTimeout(this.#patience);
        // the old tables of the maps that knew it keep this object for a while (see TransientMap), but not the mail
        this.#finish = null;
    }

    #release(): void {
        this.#held = false;
        this.#checkSoon();
    }

    #checkSoon(): void {
        if (this.#isIdle()) {
            setImmediate(() => {
                if (this.#isIdle()) {
                    this.#conclude();
                }
            });
        }
    }

    #conclude(): void {
        if (!this.#ended) {
            const finish = this.#finish;
            this.end();
            finish?.(this.#outcome());
        }
    }

    #isIdle(): boolean {
        return !this.#ended && !this.#held && this.deliveries.size === 0;
    }

    #outcome(): Outcome {
        const [failure] = this.#failures;
        if (failure) {
            return { kind: 'failed', reason: failure.reason };
        }
        if (this.#dropped) {
            return { kind: 'given-back', reason: this.#dropped };
        }
        return this.#everOpened
            ? { kind: 'done' }
            : { kind: 'given-back', reason: 'no node received it: nothing is wired, or what is wired is disabled' };
    }
}
