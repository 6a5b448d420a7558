import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage, MailRef } from '../message/types';
import { snapshot } from './mail-reader';

/** How a mail's way through the flow ended. Given back is neither: a stop made nodes drop it, and it comes again. */
export type Outcome = { kind: 'done' } | { kind: 'failed'; reason: string } | { kind: 'given-back'; reason: string };

/** What the intake needs to go on with a mail that an earlier instance of its node has emitted. */
export interface InFlightMail {
    readonly message: MailMessage;
    readonly fingerprint: string;
    readonly outcome: Promise<Outcome>;
}

interface Entry extends InFlightMail {
    readonly settle: (outcome: Outcome) => void;
}

/** Names one mail for one node over restarts of the node: the delivery id changes with every attempt. */
export function mailKey(node: string, { account, folder, uidValidity, uid }: MailRef): string {
    return JSON.stringify([node, account, folder, uidValidity, uid]);
}

/**
 * The mails that flows are working on, in one runtime. It lives longer than the nodes: when an imap-in is deployed
 * anew while a mail is still in another flow, the new instance adopts the mail instead of emitting it again.
 */
export class InFlightMails {
    readonly #byKey = new Map<string, Entry>();
    /** Entries that wait for an ack-mail node; those that follow the flow settle by themselves. */
    readonly #waiting = new Map<string, Entry>();

    get size(): number {
        return this.#byKey.size;
    }

    /**
     * Enters a mail. It leaves by `settle`, or failed when `timeoutMs` is over, whatever became of its node.
     *
     * @param awaitsAck true when `acknowledge` may settle it.
     * @returns the entry and the function that settles it; only the first settlement counts.
     */
    enter(
        key: string,
        message: MailMessage,
        fingerprint: string,
        timeoutMs: number,
        awaitsAck: boolean
    ): { mail: InFlightMail; settle: (outcome: Outcome) => void } {
        // the flow may change the message it gets
        const untouched = snapshot(message);
        const deliveryId = message.mail.delivery.id;
        let settle: (outcome: Outcome) => void = () => undefined;
        const outcome = new Promise<Outcome>(resolve => {
            const timer = setTimeout(
                () =>
                    settle({
                        kind: 'failed',
                        reason: `the flow did not finish with the mail in ${timeoutMs / 1000} s`
                    }),
                timeoutMs
            );
            settle = result => {
                clearTimeout(timer);
                this.#waiting.delete(deliveryId);
                if (this.#byKey.get(key) === entry) {
                    this.#byKey.delete(key);
                }
                resolve(result);
            };
        });
        const entry: Entry = { message: untouched, fingerprint, outcome, settle };
        this.#byKey.set(key, entry);
        if (awaitsAck) {
            this.#waiting.set(deliveryId, entry);
        }
        return { mail: entry, settle };
    }

    /** The mail if a flow still works on it. */
    find(key: string): InFlightMail | null {
        return this.#byKey.get(key) ?? null;
    }

    /** Settles by the id that travels in `msg.mail.delivery.id`; false when nothing waits under it. */
    acknowledge(deliveryId: string, outcome: Outcome): boolean {
        const entry = this.#waiting.get(deliveryId);
        entry?.settle(outcome);
        return entry !== undefined;
    }
}

/** A mail that the flow did not finish, for whom it is told to. */
export function flowError(folder: string, reason: string): MailError {
    return new MailError({
        code: MailErrorCode.FlowFailed,
        kind: 'temporary',
        step: 'flow',
        account: folder,
        problem: `the flow did not finish with the mail: ${reason}`
    });
}
