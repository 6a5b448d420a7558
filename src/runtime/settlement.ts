import type { NodeAPI } from 'node-red';
import {
    FlowTracker,
    type CompleteEvent,
    type FlowMessage,
    type QuietTimes,
    type ReceiveEvent,
    type SendEvent
} from '../delivery/flow-tracker';
import { InFlightMails, type Acknowledged, type KeptMail, type Outcome } from '../delivery/in-flight';
import { notConfigured } from '../message/mail-error';
import type { MailMessage } from '../message/types';

const LABEL = 'mailflow';
/** Level of an error line in Node-RED's log. */
const ERROR_LEVEL = 20;

interface LogEntry {
    level?: number;
    id?: string;
    msg?: unknown;
}

/** The parts of the runtime that the typings do not have, or have in another form. */
interface Runtime {
    hooks?: {
        // every callback has exactly one parameter: with any other number, all messages of the runtime would stop
        add(name: string, callback: (event: never) => void): void;
        remove(name: string): void;
    };
    events?: { on(name: string, listener: () => void): void; off(name: string, listener: () => void): void };
    log: {
        addHandler(handler: LogHandler): void;
        removeHandler(handler: LogHandler): void;
        error(text: string): void;
    };
    nodes: { getNode(id: string): object | null };
}

/** Node-RED emits `log` on a handler for every line. */
interface LogHandler {
    emit(name: string, entry: LogEntry): boolean;
}

/** One per runtime; hooks, unlike nodes, live as long as the process. Keyed by what all nodes of a runtime share. */
const settlements = new WeakMap<object, Settlement>();

/** The settlement of this runtime, shared by all its nodes. */
export function settlementOf(RED: NodeAPI): Settlement {
    const runtime = RED as unknown as Runtime;
    const shared = runtime.hooks ?? runtime.log;
    const settlement = settlements.get(shared) ?? new Settlement(runtime);
    settlements.set(shared, settlement);
    return settlement;
}

/**
 * Finds out when flows have finished with mails. Hooks are in place only while an imap-in needs them or a mail is
 * still being followed.
 */
export class Settlement {
    readonly inFlight = new InFlightMails();
    readonly #runtime: Runtime;
    readonly #tracker: FlowTracker;
    readonly #users = new Set<string>();
    #remove: (() => void) | null = null;

    constructor(runtime: Runtime, times: Partial<QuietTimes> = {}) {
        this.#runtime = runtime;
        this.#tracker = new FlowTracker({ liveNode: id => runtime.nodes.getNode(id) }, times);
    }

    /** A node begins to use `ack: flow`. Throws MailError when the runtime has no messaging hooks. */
    acquire(nodeId: string): void {
        if (!this.#runtime.hooks) {
            throw notConfigured(
                'this runtime has no messaging hooks, so it cannot be seen when a flow has finished',
                'Choose another way to settle in the node.'
            );
        }
        this.#users.add(nodeId);
        this.#install();
    }

    release(nodeId: string): void {
        this.#users.delete(nodeId);
        this.#removeIfUnused();
    }

    /**
     * Emits a mail and resolves when the flow has finished with it, or `timeoutMs` is over.
     *
     * @param send emits it; returns false when nothing is wired.
     */
    async followFlow(
        key: string,
        message: MailMessage,
        kept: KeptMail,
        timeoutMs: number,
        send: () => boolean
    ): Promise<Outcome> {
        const { mail, settle } = this.inFlight.enter(key, kept, timeoutMs, false);
        const emit = (): boolean => settleIfThrown(send, settle);
        const stop = this.#tracker.follow(message as unknown as FlowMessage, emit, settle);
        const outcome = await mail.outcome;
        stop();
        this.#removeIfUnused();
        return outcome;
    }

    /** Emits a mail and resolves when an ack-mail node settles it, or `timeoutMs` is over. */
    async awaitAck(key: string, kept: KeptMail, timeoutMs: number, send: () => boolean): Promise<Outcome> {
        const { mail, settle } = this.inFlight.enter(key, kept, timeoutMs, true);
        if (!settleIfThrown(send, settle)) {
            settle({ kind: 'given-back', reason: 'nothing is wired' });
        }
        return mail.outcome;
    }

    /** An ack-mail node speaks. */
    acknowledge(deliveryId: string, outcome: Outcome): Acknowledged {
        return this.inFlight.acknowledge(deliveryId, outcome);
    }

    #install(): void {
        const { hooks, events, log } = this.#runtime;
        if (this.#remove || !hooks) {
            return;
        }
        const tracker = this.#tracker;
        const guarded = <T>(work: (event: T) => void) => {
            // a throwing hook would stop the message of somebody else
            return (event: T): void => {
                try {
                    work(event);
                } catch (error) {
                    log.error(`mailflow: following a mail failed: ${(error as Error).stack}`);
                }
            };
        };
        hooks.add(
            `onSend.${LABEL}`,
            guarded<SendEvent[]>(events => tracker.onSend(events))
        );
        hooks.add(
            `preDeliver.${LABEL}`,
            guarded<SendEvent>(event => tracker.preDeliver(event))
        );
        hooks.add(
            `onReceive.${LABEL}`,
            guarded<ReceiveEvent>(event => tracker.onReceive(event))
        );
        hooks.add(
            `postReceive.${LABEL}`,
            guarded<ReceiveEvent>(event => tracker.postReceive(event))
        );
        hooks.add(
            `onComplete.${LABEL}`,
            guarded<CompleteEvent>(event => tracker.onComplete(event))
        );
        const handler: LogHandler = {
            emit: (_name, entry) => {
                if (entry.level === ERROR_LEVEL && typeof entry.id === 'string') {
                    tracker.onErrorLog(entry.id, textOf(entry.msg));
                }
                return true;
            }
        };
        log.addHandler(handler);
        const phases = {
            'flows:stopping': () => tracker.deploying(),
            'flows:stopped': () => tracker.sweep(),
            'flows:started': () => tracker.deployed()
        };
        for (const [phase, listener] of Object.entries(phases)) {
            events?.on(phase, listener);
        }
        // whoever installs the hooks is being constructed, so flows are just starting
        tracker.deploying();
        this.#remove = () => {
            hooks.remove(`*.${LABEL}`);
            log.removeHandler(handler);
            for (const [phase, listener] of Object.entries(phases)) {
                events?.off(phase, listener);
            }
        };
    }

    #removeIfUnused(): void {
        if (this.#users.size === 0 && this.#tracker.idle) {
            this.#remove?.();
            this.#remove = null;
        }
    }
}

/** `send` throws when a message cannot be cloned for a second receiver; that must not keep the mail open. */
function settleIfThrown(send: () => boolean, settle: (outcome: Outcome) => void): boolean {
    try {
        return send();
    } catch (error) {
        settle({ kind: 'failed', reason: `the message could not be sent: ${String(error)}` });
        return true;
    }
}

/** The text may be an Error, or an object that the debug sidebar has already encoded. */
function textOf(msg: unknown): string {
    const text = typeof msg === 'object' && msg !== null && 'message' in msg ? msg.message : msg;
    return typeof text === 'string' ? text : JSON.stringify(text ?? 'error');
}
