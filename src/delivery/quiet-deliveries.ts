import type { Delivery, TrackedMail } from './tracked-mail';

interface Watch {
    readonly quietMs: number;
    readonly endsBySending: boolean;
    /** Place in the order in which nodes received what is watched. */
    readonly order: number;
    timer: NodeJS.Timeout;
    /** When the timer should fire, on the clock of `performance.now()`. */
    due: number;
}

/** A timer that fires later than this share of its time was kept waiting by a busy process, and so was the node. */
const LATE_SHARE = 0.25;

/**
 * Deliveries whose node will perhaps never say that it has completed them. They end after a quiet time, and those of a
 * node that never says so already when it sends the mail on.
 */
export class QuietDeliveries {
    readonly #close: (delivery: Delivery) => void;
    readonly #byNode = new Map<string, Map<Delivery, Watch>>();
    /** What each node has sent on last. */
    readonly #sentOn = new Map<string, { order: number; at: number }>();
    #order = 0;

    /** @param close ends a delivery; has to call `forget`. */
    constructor(close: (delivery: Delivery) => void) {
        this.#close = close;
    }

    watch(delivery: Delivery, quietMs: number, endsBySending: boolean): void {
        const watched = this.#byNode.get(delivery.nodeId) ?? new Map<Delivery, Watch>();
        if (!watched.has(delivery)) {
            const watch = { quietMs, endsBySending, order: this.#order++ } as Watch;
            this.#arm(delivery, watch, quietMs);
            watched.set(delivery, watch);
            this.#byNode.set(delivery.nodeId, watched);
        }
    }

    forget(delivery: Delivery): void {
        const watched = this.#byNode.get(delivery.nodeId);
        clearTimeout(watched?.get(delivery)?.timer);
        watched?.delete(delivery);
        if (watched?.size === 0) {
            this.#byNode.delete(delivery.nodeId);
            this.#sentOn.delete(delivery.nodeId);
        }
    }

    /** The node has sent a message of this mail, and the receivers are counted. */
    sent(nodeId: string, mail: TrackedMail): void {
        for (const [delivery, watch] of this.#byNode.get(nodeId) ?? []) {
            if (delivery.mail === mail && watch.endsBySending) {
                this.#sentOn.set(nodeId, { order: watch.order, at: performance.now() });
                this.#close(delivery);
                return;
            }
            if (delivery.mail === mail) {
                clearTimeout(watch.timer);
                this.#arm(delivery, watch, watch.quietMs);
            }
        }
    }

    #arm(delivery: Delivery, watch: Watch, ms: number): void {
        watch.due = performance.now() + ms;
        watch.timer = setTimeout(() => this.#expire(delivery, watch), ms);
    }

    #expire(delivery: Delivery, watch: Watch): void {
        if (performance.now() - watch.due > watch.quietMs * LATE_SHARE) {
            this.#arm(delivery, watch, watch.quietMs);
            return;
        }
        // timers come before messages in a turn of the event loop: the node gets a turn of its own first
        const { due } = watch;
        setImmediate(() => setImmediate(() => this.#end(delivery, watch, due)));
    }

    /** A node that has just sent on an earlier message is working through its queue and has not come to this one. */
    #end(delivery: Delivery, watch: Watch, due: number): void {
        const isWatched = this.#byNode.get(delivery.nodeId)?.get(delivery) === watch;
        if (!isWatched || watch.due !== due) {
            return;
        }
        const last = this.#sentOn.get(delivery.nodeId);
        const rest = last && last.order < watch.order ? last.at + watch.quietMs - performance.now() : 0;
        if (rest > 0) {
            this.#arm(delivery, watch, rest);
        } else {
            this.#close(delivery);
        }
    }
}
