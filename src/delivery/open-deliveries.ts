import type { Delivery, TrackedMail } from './tracked-mail';

/** All open deliveries: by message object, because one object may be at several nodes in turn, and by node. */
export class OpenDeliveries {
    readonly #byMessage = new WeakMap<object, Delivery[]>();
    readonly #byNode = new Map<string, Set<Delivery>>();

    open(mail: TrackedMail, nodeId: string, node: object): Delivery {
        const delivery = mail.open(nodeId, node);
        const atNode = this.#byNode.get(nodeId) ?? new Set();
        atNode.add(delivery);
        this.#byNode.set(nodeId, atNode);
        return delivery;
    }

    /** From now on the delivery is found by the object that the node will receive. */
    bind(msg: object, delivery: Delivery): void {
        // without the filter, an object that circles in a loop would collect its whole past
        const open = (this.#byMessage.get(msg) ?? []).filter(earlier => earlier.open);
        this.#byMessage.set(msg, [...open, delivery]);
    }

    find(msg: object, nodeId: string, received: boolean): Delivery | undefined {
        return this.#byMessage
            .get(msg)
            ?.find(delivery => delivery.nodeId === nodeId && delivery.received === received && delivery.open);
    }

    /** What the node has, the longest there first. */
    at(nodeId: string): Iterable<Delivery> {
        return this.#byNode.get(nodeId) ?? [];
    }

    /** What the node has received and not completed, the longest there first. */
    receivedAt(nodeId: string): Delivery[] {
        return [...this.at(nodeId)].filter(delivery => delivery.received);
    }

    close(delivery: Delivery): void {
        const atNode = this.#byNode.get(delivery.nodeId);
        atNode?.delete(delivery);
        if (atNode?.size === 0) {
            this.#byNode.delete(delivery.nodeId);
        }
        delivery.mail.close(delivery);
    }

    /** All of them; the caller may close some meanwhile. */
    all(): Delivery[] {
        return [...this.#byNode.values()].flatMap(atNode => [...atNode]);
    }
}
