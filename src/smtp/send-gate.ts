import { MailError, MailErrorCode } from '../message/mail-error';
import { stopped } from './refusal';

const MINUTE_MS = 60_000;
/** Longer than this a flow had better know that its mail does not go out; imap-in gives up on a mail after 10 min too. */
const MAX_WAIT_MINUTES = 10;

interface Waiter {
    admit(): void;
}

export interface SendGateOptions {
    /** Messages on their way at the same time; one connection each. */
    slots: number;
    /** 0 = no limit. */
    perMinute: number;
    /** Milliseconds of a clock that never jumps. */
    now?: () => number;
}

/** Lets messages through first come, first served: at most `slots` at a time and `perMinute` in any 60 seconds. */
export class SendGate {
    readonly #slots: number;
    readonly #perMinute: number;
    readonly #now: () => number;
    readonly #waiting: Waiter[] = [];
    /** Times of the last admissions, oldest first; at most `perMinute` of them. */
    readonly #admitted: number[] = [];
    #busy = 0;
    #timer: NodeJS.Timeout | undefined;

    constructor(options: SendGateOptions) {
        this.#slots = options.slots;
        this.#perMinute = options.perMinute;
        this.#now = options.now ?? (() => performance.now());
    }

    /**
     * Resolves when the message may go, with the function to call when it has gone.
     *
     * @throws MailError CLOSED when `signal` aborts first, THROTTLED when it would wait longer than ten minutes.
     */
    enter(signal: AbortSignal): Promise<() => void> {
        if (signal.aborted) {
            return Promise.reject(stopped());
        }
        if (this.#perMinute > 0 && this.#waiting.length >= this.#perMinute * MAX_WAIT_MINUTES) {
            return Promise.reject(this.#tooManyWaiting());
        }
        return new Promise((resolve, reject) => {
            const waiter: Waiter = {
                admit: () => {
                    signal.removeEventListener('abort', leaveQueue);
                    resolve(this.#takeSlot());
                }
            };
            const leaveQueue = (): void => {
                this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
                this.#admitNext();
                reject(stopped());
            };
            signal.addEventListener('abort', leaveQueue, { once: true });
            this.#waiting.push(waiter);
            this.#admitNext();
        });
    }

    #takeSlot(): () => void {
        let free = false;
        this.#busy++;
        return () => {
            if (!free) {
                free = true;
                this.#busy--;
                this.#admitNext();
            }
        };
    }

    #admitNext(): void {
        clearTimeout(this.#timer);
        while (this.#waiting.length > 0 && this.#busy < this.#slots) {
            const pause = this.#pauseMs();
            if (pause > 0) {
                this.#timer = setTimeout(() => this.#admitNext(), pause);
                return;
            }
            if (this.#perMinute > 0) {
                this.#admitted.push(this.#now());
            }
            this.#waiting.shift()?.admit();
        }
    }

    /** Milliseconds until one more message fits into the last 60 seconds. */
    #pauseMs(): number {
        const horizon = this.#now() - MINUTE_MS;
        while (this.#admitted.length > 0 && (this.#admitted[0] ?? 0) <= horizon) {
            this.#admitted.shift();
        }
        if (this.#perMinute === 0 || this.#admitted.length < this.#perMinute) {
            return 0;
        }
        return Math.max((this.#admitted[0] ?? 0) - horizon, 1);
    }

    #tooManyWaiting(): MailError {
        return new MailError({
            code: MailErrorCode.Throttled,
            kind: 'temporary',
            step: 'send',
            problem: `more messages wait than "messagesPerMinute" (${this.#perMinute}) lets out in ${MAX_WAIT_MINUTES} minutes`,
            remedy: 'Send more slowly, or raise the limit of the account if the provider allows it.'
        });
    }
}
