import type { OpenDeliveries } from './open-deliveries';
import type { Delivery } from './tracked-mail';

/**
 * Errors that nodes report by `node.error` instead of `done(err)`; what they complete afterwards looks like a success.
 * Each shows itself by one of two signs: a Catch node receives it, or a line is written to the log. The line names the
 * node alone, so with several messages there the right one has to be guessed: a mail too many that comes again is
 * better than one that is lost.
 */
export class ErrorSigns {
    readonly #deliveries: OpenDeliveries;
    readonly #blame: (delivery: Delivery, text: string) => void;
    /** Nodes whose `done(err)` was seen in this turn of the event loop. */
    readonly #reported = new Set<string>();
    /** Lines that could belong to several messages at the node. */
    readonly #unclaimed = new Map<string, string[]>();

    constructor(deliveries: OpenDeliveries, blame: (delivery: Delivery, text: string) => void) {
        this.#deliveries = deliveries;
        this.#blame = blame;
    }

    /** The node called `done(err)`; the sign that follows in the same stack is no second error. */
    reported(nodeId: string): void {
        this.#reported.add(nodeId);
        setImmediate(() => this.#reported.delete(nodeId));
    }

    wasReported(nodeId: string): boolean {
        return this.#reported.has(nodeId);
    }

    /** An error line in the log, for an error that no Catch node took. */
    logged(nodeId: string, text: string): void {
        if (this.#reported.delete(nodeId)) {
            return;
        }
        const open = this.#candidates(nodeId);
        const sure = open.length === 1 ? open[0] : open.find(delivery => delivery.handling);
        if (sure) {
            this.#blame(sure, text);
        } else if (open.length > 0) {
            this.#unclaimed.set(nodeId, [...(this.#unclaimed.get(nodeId) ?? []), text]);
            setImmediate(() => this.#blameOldest(nodeId));
        }
    }

    /** A message was completed: nodes do so right after `node.error`, so an unclaimed line is taken for its own. */
    claim(nodeId: string): string | undefined {
        const texts = this.#unclaimed.get(nodeId);
        const text = texts?.shift();
        if (texts?.length === 0) {
            this.#unclaimed.delete(nodeId);
        }
        return text;
    }

    /** Nobody completed: it was a time-out, and that comes to what has waited longest. */
    #blameOldest(nodeId: string): void {
        const text = this.claim(nodeId);
        const [oldest] = this.#candidates(nodeId);
        if (text !== undefined && oldest) {
            this.#blame(oldest, text);
        }
    }

    /** What the node has that no error is known of yet. */
    #candidates(nodeId: string): Delivery[] {
        return this.#deliveries.receivedAt(nodeId).filter(delivery => !delivery.erred);
    }
}
