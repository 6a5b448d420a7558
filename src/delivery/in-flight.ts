import type { MailMessage, MailRef } from '../message/types';
import { TransientMap } from './transient-map';

/** How a mail's way through the flow ended. Given back is neither: a stop made nodes drop it, and it comes again. */
export type Outcome = { kind: 'done' } | { kind: 'failed'; reason: string } | { kind: 'given-back'; reason: string };

/** What is needed of a mail after it was emitted: the flow may change the message it got. */
export interface KeptMail {
    readonly message: MailMessage;
    readonly fingerprint: string;
}

/** What the intake needs to go on with a mail that an earlier instance of its node has emitted. */
export interface InFlightMail extends KeptMail {
    readonly outcome: Promise<Outcome>;
}

interface Entry extends InFlightMail {
    readonly deliveryId: string;
    readonly awaitsAck: boolean;
    readonly settle: (outcome: Outcome, acknowledged?: boolean) => void;
}

/** What became of an acknowledgement; only `settled` and `repeated` are what the sender wanted. */
export type Acknowledged =
    | 'settled'
    /** The same was said before: queues deliver an answer more than once. */
    | 'repeated'
    /** The opposite was said before. */
    | 'contradicts'
    /** The mail's time was over, so it counts as failed. */
    | 'late'
    /** The mail is followed through the flow, and nobody waits for an acknowledgement. */
    | 'not-awaited'
    | 'unknown';

/** How mails ended under their last delivery ids; what is older is unknown to an acknowledgement. */
const MAX_REMEMBERED = 10_000;
/** Outcomes that no node has taken over, because it was deleted or is still connecting. */
const MAX_UNCLAIMED = 500;

/** Names one mail for one node over restarts of the node: the delivery id changes with every attempt. */
export function mailKey(node: string, { account, folder, uidValidity, uid }: MailRef): string {
    // only a folder's name may hold a line end, and it cannot be taken for the numbers behind it
    return `${node}\n${account}\n${folder}\n${uidValidity}\n${uid}`;
}

/**
 * The mails that flows are working on, in one runtime. It lives longer than the nodes: when an imap-in is deployed
 * anew while a mail is still in another flow or outside the runtime, the new instance adopts the mail, or the outcome
 * that came while no instance was there, instead of emitting it again.
 */
export class InFlightMails {
    readonly #byKey = new TransientMap<string, Entry>();
    readonly #byDeliveryId = new TransientMap<string, Entry>();
    /** Keys of mails whose outcome no node has taken over yet, oldest first. */
    readonly #unclaimed = new Set<string>();
    /** Delivery ids of the past, oldest first: what was said of them, or that their time was over. */
    readonly #past = new Map<string, Outcome['kind'] | 'late'>();

    /** Mails without an outcome. */
    get size(): number {
        return this.#byDeliveryId.size;
    }

    /**
     * Enters a mail. It gets its outcome by `settle`, or failed when `timeoutMs` is over, whatever became of its node.
     * It can be found until somebody has claimed the outcome.
     *
     * @param awaitsAck true when `acknowledge` may settle it.
     * @returns the entry and the function that settles it; only the first settlement counts.
     */
    enter(
        key: string,
        kept: KeptMail,
        timeoutMs: number,
        awaitsAck: boolean
    ): { mail: InFlightMail; settle: (outcome: Outcome) => void } {
        const deliveryId = kept.message.mail.delivery.id;
        let settle: Entry['settle'] = () => undefined;
        const outcome = new Promise<Outcome>(resolve => {
            const reason = `the flow did not finish with the mail in ${timeoutMs / 1000} s`;
            const timer = setTimeout(() => settle({ kind: 'failed', reason }), timeoutMs);
            // a mail that outlives its flow must not keep a process alive that has nothing else to do
            timer.unref();
            settle = (result, acknowledged = false) => {
                clearTimeout(timer);
                if (this.#byDeliveryId.get(deliveryId) === entry) {
                    this.#byDeliveryId.delete(deliveryId);
                    this.#remember(deliveryId, acknowledged ? result.kind : 'late', awaitsAck);
                    this.#leaveUnclaimed(key, entry);
                }
                resolve(result);
            };
        });
        const entry: Entry = { ...kept, outcome, deliveryId, awaitsAck, settle };
        this.#unclaimed.delete(key);
        this.#byKey.set(key, entry);
        this.#byDeliveryId.set(deliveryId, entry);
        return { mail: entry, settle: result => settle(result) };
    }

    /** The mail, if a flow still works on it or nobody has claimed its outcome yet. */
    find(key: string): InFlightMail | null {
        return this.#byKey.get(key) ?? null;
    }

    /** A node has taken the outcome of the mail over; until then a later instance of it would have to. */
    claim(key: string): void {
        if (this.#unclaimed.delete(key)) {
            this.#byKey.delete(key);
        }
    }

    /** Settles by the id that travels in `msg.mail.delivery.id`. */
    acknowledge(deliveryId: string, outcome: Outcome): Acknowledged {
        const entry = this.#byDeliveryId.get(deliveryId);
        if (entry) {
            if (!entry.awaitsAck) {
                return 'not-awaited';
            }
            entry.settle(outcome, true);
            return 'settled';
        }
        const past = this.#past.get(deliveryId);
        if (past === undefined || past === 'late') {
            return past ?? 'unknown';
        }
        return past === outcome.kind ? 'repeated' : 'contradicts';
    }

    #remember(deliveryId: string, what: Outcome['kind'] | 'late', awaitsAck: boolean): void {
        if (awaitsAck) {
            this.#past.set(deliveryId, what);
            dropOldest(this.#past, MAX_REMEMBERED, () => undefined);
        }
    }

    #leaveUnclaimed(key: string, entry: Entry): void {
        if (this.#byKey.get(key) === entry) {
            this.#unclaimed.add(key);
            dropOldest(this.#unclaimed, MAX_UNCLAIMED, oldest => this.#byKey.delete(oldest));
        }
    }
}

/** Maps and Sets keep the order of insertion. */
function dropOldest(
    kept: { size: number; keys(): IterableIterator<string>; delete(key: string): boolean },
    most: number,
    dropped: (key: string) => void
): void {
    if (kept.size > most) {
        const [oldest = ''] = kept.keys();
        kept.delete(oldest);
        dropped(oldest);
    }
}
