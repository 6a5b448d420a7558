import { ErrorSigns } from './error-signs';
import type { Outcome } from './in-flight';
import { OpenDeliveries } from './open-deliveries';
import { QuietDeliveries } from './quiet-deliveries';
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
    liveNode(id: string): object | null | undefined;
}

/** How long to wait for what may never come, in milliseconds. */
export interface QuietTimes {
    /** A switch without a matching rule never sends; a node that never reports is released after this. */
    silentMs: number;
    /** A node that reported an error usually completes at once; one that does not is released after this. */
    erredMs: number;
    /** A mail that has failed waits for its other branches no longer than this. */
    failedMs: number;
}

const QUIET_TIMES: QuietTimes = { silentMs: 1_000, erredMs: 5_000, failedMs: 30_000 };

const STOPPED = 'a node was stopped while it had the mail';

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
    readonly #times: QuietTimes;
    readonly #byMessageId = new Map<string, TrackedMail>();
    readonly #byDeliveryId = new Map<string, TrackedMail>();
    readonly #deliveries = new OpenDeliveries();
    readonly #listed = new WeakMap<SendEvent, Delivery>();
    readonly #quiet = new QuietDeliveries(delivery => this.#close(delivery));
    /** Why the node whose handler is running has just failed a message, by node id. */
    readonly #failing = new Map<string, string>();
    readonly #errors = new ErrorSigns(this.#deliveries, (delivery, text) => this.#blame(delivery, text));
    #deploying = false;

    constructor(view: RuntimeView, times: Partial<QuietTimes> = {}) {
        this.#view = view;
        this.#times = { ...QUIET_TIMES, ...times };
    }

    /** True while nothing is followed, so that the hooks can be taken away. */
    get idle(): boolean {
        return this.#byDeliveryId.size === 0;
    }

    /**
     * Follows the message that `send` emits.
     *
     * @param send returns false when nothing is wired, so that no hook will ever tell of it.
     * @returns a function that stops following it before it has finished.
     */
    follow(message: FlowMessage, send: () => boolean, finish: (outcome: Outcome) => void): () => void {
        const deliveryId = String(message.mail?.delivery?.id);
        const mail = new TrackedMail(outcome => {
            this.#forget(mail, deliveryId);
            finish(outcome);
        });
        this.#byDeliveryId.set(deliveryId, mail);
        this.#learn(mail, message._msgid);
        mail.hold(send);
        return () => {
            mail.end();
            mail.deliveries.forEach(delivery => this.#close(delivery));
            this.#forget(mail, deliveryId);
        };
    }

    onSend(events: readonly SendEvent[]): void {
        let moved: Set<TrackedMail> | undefined;
        for (const event of events) {
            const mail = this.#mailOf(event.msg);
            if (mail) {
                this.#list(event, mail);
                moved = (moved ?? new Set()).add(mail);
            }
        }
        // the receivers are counted now, so a sender that never completes can be released
        moved?.forEach(mail => {
            this.#quiet.sent((events[0] as SendEvent).source.id, mail);
            mail.announce();
        });
    }

    preDeliver(event: SendEvent): void {
        const listed = this.#listed.get(event);
        if (listed?.open) {
            this.#deliveries.bind(event.msg, listed);
        }
    }

    onReceive(event: ReceiveEvent): void {
        const { id, node } = event.destination;
        const delivery = this.#deliveries.find(event.msg, id, false) ?? this.#openUnsent(event);
        if (!delivery) {
            return;
        }
        if (this.#view.liveNode(id) !== node) {
            // it was in the event loop when the node was closed, and nothing will complete it
            delivery.mail.drop('a node was stopped before it received the mail');
            this.#close(delivery);
            return;
        }
        delivery.received = true;
        delivery.handling = true;
        delivery.messageId = event.msg._msgid;
        if (isCatch(node)) {
            this.#noteCaught(event.msg, delivery.mail);
        }
        if (hasNoHandler(node)) {
            delivery.mail.fail(id, `the node "${nameOf(node)}" takes no messages; is it set up?`, this.#times.failedMs);
            this.#close(delivery);
        } else if (neverCompletes(node)) {
            this.#quiet.watch(delivery, this.#times.silentMs, true);
        }
    }

    postReceive(event: ReceiveEvent): void {
        this.#failing.delete(event.destination.id);
        const delivery = this.#deliveries.find(event.msg, event.destination.id, true);
        if (delivery) {
            delivery.handling = false;
        }
    }

    onComplete(event: CompleteEvent): void {
        const { id, node } = event.node;
        const delivery = this.#deliveries.find(event.msg, id, true);
        if (event.error && !this.idle) {
            // also for messages of others: their log line must not be taken for an error of a mail at the same node
            this.#errors.reported(id);
        }
        if (!delivery) {
            return;
        }
        const error = event.error ? describe(event.error) : (this.#errors.claim(id) ?? this.#droppedWith(delivery));
        if (event.error && this.#deliveries.receivedAt(id).some(({ handling }) => handling)) {
            this.#failing.set(id, describe(event.error));
        }
        if (this.#view.liveNode(id) !== node) {
            delivery.mail.drop(STOPPED);
        } else if (error !== undefined && !delivery.caught) {
            delivery.mail.fail(id, error, this.#times.failedMs);
        }
        this.#close(delivery);
    }

    /** An error line in the log: the sign of an error that no Catch node took, also of one followed by `done()`. */
    onErrorLog(nodeId: string, text: string): void {
        this.#errors.logged(nodeId, text);
    }

    /** Until `deployed`, a receiver that does not exist may be one that is being replaced, and not one that is disabled. */
    deploying(): void {
        this.#deploying = true;
    }

    /** Flows were stopped or a deploy is over: what nodes of the past still hold will never be completed. */
    sweep(): void {
        for (const delivery of this.#deliveries.all()) {
            if (this.#view.liveNode(delivery.nodeId) !== delivery.node) {
                delivery.mail.drop(STOPPED);
                this.#close(delivery);
            }
        }
    }

    deployed(): void {
        this.#deploying = false;
        this.sweep();
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
            this.#learn(mail, msg._msgid);
        }
        return mail;
    }

    #learn(mail: TrackedMail, messageId: unknown): void {
        if (typeof messageId === 'string' && messageId !== '') {
            this.#byMessageId.set(messageId, mail);
            mail.messageIds.add(messageId);
        }
    }

    #forget(mail: TrackedMail, deliveryId: string): void {
        this.#byDeliveryId.delete(deliveryId);
        mail.messageIds.forEach(messageId => this.#byMessageId.delete(messageId));
    }

    #list(event: SendEvent, mail: TrackedMail): void {
        const { id } = event.destination;
        const node = this.#view.liveNode(id);
        if (node) {
            this.#listed.set(event, this.#deliveries.open(mail, id, node));
        } else if (this.#deploying) {
            mail.drop('it was sent to a node that was being deployed');
        }
    }

    #openUnsent({ msg, destination }: ReceiveEvent): Delivery | undefined {
        const mail = this.#mailOf(msg);
        const delivery = mail && this.#deliveries.open(mail, destination.id, destination.node);
        if (delivery) {
            this.#deliveries.bind(msg, delivery);
        }
        return delivery;
    }

    #close(delivery: Delivery): void {
        this.#quiet.forget(delivery);
        this.#deliveries.close(delivery);
    }

    /**
     * A queue that overflows reports one message as failed and completes the others, which it drops, in the same stack:
     * what is completed while the handler of another message runs, and after that error, was not passed on.
     */
    #droppedWith({ nodeId, handling }: Delivery): string | undefined {
        return handling ? undefined : this.#failing.get(nodeId);
    }

    /** A Catch node's message names the node that failed. */
    #noteCaught(msg: FlowMessage, mail: TrackedMail): void {
        const source = msg.error?.source?.id;
        if (typeof source !== 'string') {
            return;
        }
        mail.caught(source);
        if (!this.#errors.wasReported(source)) {
            const open = this.#deliveries.receivedAt(source).filter(delivery => delivery.mail === mail);
            const culprit =
                open.find(delivery => delivery.handling) ??
                open.find(delivery => delivery.messageId === msg._msgid) ??
                open[0];
            if (culprit) {
                culprit.caught = true;
                this.#awaitCompletion(culprit);
            }
        }
    }

    #blame(delivery: Delivery, text: string): void {
        delivery.erred = true;
        delivery.mail.fail(delivery.nodeId, text, this.#times.failedMs);
        this.#awaitCompletion(delivery);
    }

    /** After `node.error` most nodes complete. A handler that threw does not, nor does a link call after its time-out. */
    #awaitCompletion(delivery: Delivery): void {
        this.#quiet.watch(delivery, this.#times.erredMs, false);
    }
}

function isCatch(node: object): boolean {
    return (node as { type?: unknown }).type === 'catch';
}

/** Undocumented, and the same in both versions: how many handlers have the parameter `done`. */
function neverCompletes(node: object): boolean {
    return (node as { _expectedDoneCount?: unknown })._expectedDoneCount === 0;
}

/** A node that could not be set up, such as mqtt out without its broker, is there and ignores what it gets. */
function hasNoHandler(node: object): boolean {
    const { _inputCallback: one, _inputCallbacks: several } = node as Record<string, unknown>;
    return one === null && (several === null || (Array.isArray(several) && several.length === 0));
}

function nameOf(node: object): string {
    const { name, type } = node as { name?: unknown; type?: unknown };
    return String(name || type);
}

function describe(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
