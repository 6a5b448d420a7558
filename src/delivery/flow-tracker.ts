import type { Outcome } from './in-flight';
import { TrackedMail, type Delivery } from './tracked-mail';

/** Message objects as the hooks see them; anything may be missing or of another type. */
export interface FlowMessage {
    _msgid?: unknown;
    mail?: { delivery?: { id?: unknown } } | null;
    error?: { source?: { id?: unknown } } | null;
}
export interface SendEvent {
    msg: FlowMessage;
    source: { id: string };
    destination: { id: string; node?: object | undefined };
}
export interface ReceiveEvent {
    msg: FlowMessage;
    destination: { id: string; node: object };
}
export interface CompleteEvent {
    msg: FlowMessage;
    node: { id: string; node: object };
    error?: unknown;
}

/** What the tracker needs to know of the runtime. */
export interface RuntimeView {
    /** The node that lives under this id now, after all deploys; null when there is none. */
    liveNode(id: string): object | null;
}

/** A switch without a matching rule never sends; a node that reports nothing is released after this. */
const QUIET_MS = 1_000;

/**
 * Follows mails through Node-RED's messaging hooks and finds out when the flow has finished with each. Its methods are
 * the hooks; every one is synchronous and costs a map look-up for messages of others. The rules, and the reason for
 * each, were measured on Node-RED 4.1 and 5:
 *
 * - counted up when a message is listed by `onSend`, bound to message object and node in `preDeliver`, or counted in
 *   `onReceive` when nobody sent it (Catch, Complete and link call hand messages over directly);
 * - counted down in `onComplete`, or for nodes that never complete (switch, subflow instances) when they send on;
 * - only a node that is still alive can succeed: stopped nodes complete what they drop.
 */
export class FlowTracker {
    readonly #view: RuntimeView;
    readonly #quietMs: number;
    readonly #byMessageId = new Map<string, TrackedMail>();
    readonly #byDeliveryId = new Map<string, TrackedMail>();
    readonly #aliases = new Map<TrackedMail, string[]>();
    /** Deliveries of a message object; one object may be at several nodes in turn. */
    readonly #bound = new WeakMap<object, Delivery[]>();
    readonly #listed = new WeakMap<object, TrackedMail>();
    readonly #atNode = new Map<string, Set<Delivery>>();
    /** Log lines still to come for errors that `onComplete` has told already. */
    readonly #ownLogs = new Map<string, number>();
    /** Errors in the log that could belong to several mails at the node: the next completion there is the best guess. */
    readonly #unclaimed = new Map<string, string>();

    constructor(view: RuntimeView, quietMs = QUIET_MS) {
        this.#view = view;
        this.#quietMs = quietMs;
    }

    /** True while nothing is followed, so that the hooks can be taken away. */
    get idle(): boolean {
        return this.#byDeliveryId.size === 0;
    }

    /**
     * Follows the message that `send` emits.
     *
     * @returns a function that stops following it before it has finished.
     */
    follow(message: FlowMessage, send: () => void, finish: (outcome: Outcome) => void): () => void {
        const deliveryId = String(message.mail?.delivery?.id);
        const mail = new TrackedMail(outcome => {
            this.#forget(mail, deliveryId);
            finish(outcome);
        });
        this.#byDeliveryId.set(deliveryId, mail);
        this.#alias(mail, message._msgid);
        mail.announce();
        try {
            send();
        } finally {
            mail.arrive();
        }
        return () => {
            for (const delivery of mail.deliveries) {
                this.#atNode.get(delivery.nodeId)?.delete(delivery);
            }
            mail.end();
            this.#forget(mail, deliveryId);
        };
    }

    onSend(events: readonly SendEvent[]): void {
        for (const event of events) {
            const mail = this.#mailOf(event.msg);
            if (mail && this.#view.liveNode(event.destination.id)) {
                mail.announce();
                this.#listed.set(event, mail);
            }
        }
        // children are counted, so a sender that never completes can be released
        for (const source of new Set(events.map(event => event.source.id))) {
            const first = events.find(event => event.source.id === source);
            this.#releaseSilent(source, first && this.#mailOf(first.msg));
        }
    }

    preDeliver(event: SendEvent): void {
        const { id, node } = event.destination;
        const listed = this.#listed.get(event);
        const mail = listed ?? this.#mailOf(event.msg);
        if (mail && node) {
            this.#bind(event.msg, mail.open(id, node));
        }
        if (listed) {
            this.#listed.delete(event);
            listed.arrive();
        }
    }

    onReceive(event: ReceiveEvent): void {
        const { id, node } = event.destination;
        const delivery = this.#find(event.msg, id, false) ?? this.#openUnsent(event);
        if (!delivery) {
            return;
        }
        delivery.received = true;
        delivery.handling = true;
        if (this.#view.liveNode(id) !== node) {
            // it was in the event loop when the node was closed, and nothing will complete it
            delivery.mail.drop('a node was stopped before it received the mail');
            this.#close(delivery);
            return;
        }
        this.#noteCaught(event, delivery.mail);
        if ((node as { _expectedDoneCount?: number })._expectedDoneCount === 0) {
            delivery.quietTimer = setTimeout(() => this.#close(delivery), this.#quietMs);
        }
    }

    postReceive(event: ReceiveEvent): void {
        const delivery = this.#find(event.msg, event.destination.id, true);
        if (delivery) {
            delivery.handling = false;
            if (delivery.erred) {
                // the handler threw: Node-RED reports the error and never completes the message
                this.#close(delivery);
            }
        }
    }

    onComplete(event: CompleteEvent): void {
        const { id, node } = event.node;
        const delivery = this.#find(event.msg, id, true);
        if (!delivery) {
            return;
        }
        const { mail } = delivery;
        if (event.error) {
            mail.fail(id, describe(event.error));
            this.#expectOwnLog(id);
        } else if (this.#unclaimed.has(id)) {
            mail.fail(id, this.#unclaimed.get(id) as string);
            this.#unclaimed.delete(id);
        }
        if (this.#view.liveNode(id) !== node) {
            mail.drop('a node was stopped while it had the mail');
        }
        this.#close(delivery);
    }

    /** An error line in the log: the sign of an error that no Catch node took, also of one followed by `done()`. */
    onErrorLog(nodeId: string, text: string): void {
        const own = this.#ownLogs.get(nodeId) ?? 0;
        if (own > 0) {
            this.#ownLogs.set(nodeId, own - 1);
            return;
        }
        const open = [...(this.#atNode.get(nodeId) ?? [])].filter(delivery => delivery.received);
        const sure = open.length === 1 ? open[0] : open.find(delivery => delivery.handling);
        if (sure) {
            sure.erred = true;
            sure.mail.fail(nodeId, text);
        } else if (open.length > 0) {
            this.#unclaimed.set(nodeId, text);
        }
    }

    /** After a deploy: what nodes of the past still hold will never be completed. */
    sweep(): void {
        for (const [id, deliveries] of this.#atNode) {
            const live = this.#view.liveNode(id);
            for (const delivery of [...deliveries]) {
                if (delivery.node !== live) {
                    delivery.mail.drop('a node was stopped while it had the mail');
                    this.#close(delivery);
                }
            }
        }
    }

    /** By message id, else by the delivery id that clones, split, join and JSON keep; then the new message id is learnt. */
    #mailOf(msg: FlowMessage): TrackedMail | undefined {
        if (this.#byDeliveryId.size === 0 || typeof msg !== 'object' || msg === null) {
            return undefined;
        }
        const known = this.#byMessageId.get(msg._msgid as string);
        if (known) {
            return known;
        }
        const deliveryId = msg.mail?.delivery?.id;
        const mail = typeof deliveryId === 'string' ? this.#byDeliveryId.get(deliveryId) : undefined;
        if (mail) {
            this.#alias(mail, msg._msgid);
        }
        return mail;
    }

    #alias(mail: TrackedMail, messageId: unknown): void {
        if (typeof messageId === 'string' && messageId !== '') {
            this.#byMessageId.set(messageId, mail);
            const aliases = this.#aliases.get(mail) ?? [];
            aliases.push(messageId);
            this.#aliases.set(mail, aliases);
        }
    }

    #forget(mail: TrackedMail, deliveryId: string): void {
        this.#byDeliveryId.delete(deliveryId);
        for (const messageId of this.#aliases.get(mail) ?? []) {
            this.#byMessageId.delete(messageId);
        }
        this.#aliases.delete(mail);
        if (this.idle) {
            this.#ownLogs.clear();
            this.#unclaimed.clear();
        }
    }

    #openUnsent(event: ReceiveEvent): Delivery | undefined {
        const mail = this.#mailOf(event.msg);
        return mail && this.#bind(event.msg, mail.open(event.destination.id, event.destination.node));
    }

    #bind(msg: object, delivery: Delivery): Delivery {
        // without this, an object that circles in a loop would collect its whole past
        const open = (this.#bound.get(msg) ?? []).filter(earlier => earlier.mail.isOpen(earlier));
        this.#bound.set(msg, [...open, delivery]);
        const atNode = this.#atNode.get(delivery.nodeId) ?? new Set();
        atNode.add(delivery);
        this.#atNode.set(delivery.nodeId, atNode);
        return delivery;
    }

    #find(msg: object, nodeId: string, received: boolean): Delivery | undefined {
        return this.#bound
            .get(msg)
            ?.find(
                delivery =>
                    delivery.nodeId === nodeId && delivery.received === received && delivery.mail.isOpen(delivery)
            );
    }

    #close(delivery: Delivery): void {
        const atNode = this.#atNode.get(delivery.nodeId);
        atNode?.delete(delivery);
        if (atNode?.size === 0) {
            this.#atNode.delete(delivery.nodeId);
        }
        delivery.mail.close(delivery);
    }

    /** A Catch node's message names the node that failed; the error produced no log line then. */
    #noteCaught(event: ReceiveEvent, mail: TrackedMail): void {
        const source = event.msg.error?.source?.id;
        if (typeof source !== 'string' || (event.destination.node as { type?: string }).type !== 'catch') {
            return;
        }
        this.#ownLogs.delete(source);
        mail.caught(source);
        for (const delivery of this.#atNode.get(source) ?? []) {
            if (delivery.mail === mail && delivery.handling) {
                delivery.erred = true;
            }
        }
    }

    #releaseSilent(nodeId: string, mail: TrackedMail | undefined): void {
        const silent = [...(this.#atNode.get(nodeId) ?? [])].find(
            delivery => delivery.mail === mail && delivery.quietTimer !== undefined
        );
        if (silent) {
            this.#close(silent);
        }
    }

    /** `done(err)` without a Catch node writes one log line in the same stack, which is no second error. */
    #expectOwnLog(nodeId: string): void {
        this.#ownLogs.set(nodeId, (this.#ownLogs.get(nodeId) ?? 0) + 1);
        setImmediate(() => this.#ownLogs.delete(nodeId));
    }
}

function describe(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
