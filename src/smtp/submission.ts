import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { MailError, MailErrorCode } from '../message/mail-error';
import { atMost } from '../message/at-most';
import type { OutgoingMail } from './outgoing';
import { stopped } from './refusal';
import type { MailSender } from './smtp-account';
import type { Acceptance } from './transport';

/** `msg.sent`: plain JSON. */
export interface SentInfo extends Acceptance {
    messageId: string;
    /** ISO 8601. */
    at: string;
}

export interface RetryPauses {
    firstMs: number;
    factor: number;
    maxMs: number;
}

/**
 * 10, 30, 90, 270 s: five attempts pass the five minutes for which greylisting usually turns a sender away, and end
 * before an imap-in gives up waiting for its flow (10 min).
 */
export const RETRY_PAUSES: Readonly<RetryPauses> = { firstMs: 10_000, factor: 3, maxMs: 5 * 60_000 };

/** The account cuts deliveries after half of it; the rest is for a file that does not come. Node-RED waits 15 s. */
const CLOSE_MS = 6_000;
/** Each holds its message in memory; a burst beyond this is refused at once instead of ending the runtime later. */
const MAX_UNFINISHED = 1_000;

export interface SubmissionsOptions {
    /** Called before each pause. */
    onRetry: (error: MailError, pauseMs: number) => void;
    maxUnfinished?: number | undefined;
    pauses?: Readonly<RetryPauses> | undefined;
    random?: () => number;
}

/** The mails of one node that are not finished: on their way, waiting for their turn, or pausing after a failure. */
export class Submissions {
    readonly #options: SubmissionsOptions;
    readonly #stop = new AbortController();
    readonly #running = new Set<Promise<unknown>>();

    constructor(options: SubmissionsOptions) {
        this.#options = options;
        // one listener per unfinished mail, whose number is bounded; Node warns of a leak from the eleventh on
        setMaxListeners(0, this.#stop.signal);
    }

    /**
     * Sends a mail, again after a growing pause when the failure is a passing one, `attempts` times at most.
     *
     * @throws MailError of the last attempt; CLOSED when the node stopped before the mail was sent.
     */
    async submit(sender: MailSender, mail: OutgoingMail, attempts: number): Promise<SentInfo> {
        const limit = this.#options.maxUnfinished ?? MAX_UNFINISHED;
        if (this.#running.size >= limit) {
            throw new MailError({
                code: MailErrorCode.Throttled,
                kind: 'temporary',
                step: 'send',
                problem: `${limit} messages are already waiting to be sent`,
                remedy: 'Send more slowly; a delay node in front limits the rate.'
            });
        }
        const run = this.#attempt(sender, mail, attempts);
        this.#running.add(run);
        try {
            const acceptance = await run;
            return { messageId: mail.messageId, ...acceptance, at: new Date().toISOString() };
        } finally {
            this.#running.delete(run);
        }
    }

    /** Gives waiting mails back and lets those on their way end; bounded. */
    async close(): Promise<void> {
        this.#stop.abort();
        await atMost(CLOSE_MS, Promise.allSettled(this.#running));
    }

    async #attempt(sender: MailSender, mail: OutgoingMail, attempts: number): Promise<Acceptance> {
        for (let attempt = 1; ; attempt++) {
            try {
                return await sender.send(mail, this.#stop.signal);
            } catch (error) {
                if (!this.#isWorthRepeating(error) || attempt >= attempts) {
                    throw error;
                }
                await this.#pause(error, attempt);
            }
        }
    }

    #isWorthRepeating(error: unknown): error is MailError {
        return error instanceof MailError && error.kind === 'temporary' && error.code !== MailErrorCode.Closed;
    }

    async #pause(error: MailError, attempt: number): Promise<void> {
        const { firstMs, factor, maxMs } = this.#options.pauses ?? RETRY_PAUSES;
        const full = Math.min(firstMs * factor ** (attempt - 1), maxMs);
        // a fifth up or down: what failed together must not come back together
        const pauseMs = full * (0.8 + 0.4 * (this.#options.random ?? Math.random)());
        this.#options.onRetry(error, pauseMs);
        try {
            await pause(pauseMs, undefined, { signal: this.#stop.signal });
        } catch {
            // the only way a pause rejects: the node stops
            throw stopped(error.account);
        }
    }
}
