import type { DayQuota } from './day-quota';
import type { SendingLimits } from './sending-settings';

/** What an account sent today, beside what it may send; 0 = no limit. */
export interface SendCount {
    messages: number;
    recipients: number;
    messagesPerDay: number;
    recipientsPerDay: number;
}

/**
 * What an account has sent since midnight UTC. With a daily limit the quota's own count is told, which outlives a
 * restart; without one, what was sent since the start.
 */
export class SendCounter {
    readonly #limits: SendingLimits;
    readonly #quota: DayQuota | null;
    readonly #now: () => Date;
    #day = '';
    #messages = 0;
    #recipients = 0;

    constructor(limits: SendingLimits, quota: DayQuota | null, now: () => Date = () => new Date()) {
        this.#limits = limits;
        this.#quota = quota;
        this.#now = now;
    }

    add(recipients: number): void {
        this.#turnDay();
        this.#messages++;
        this.#recipients += recipients;
    }

    report(): SendCount {
        this.#turnDay();
        const { messages, recipients } = this.#quota?.used() ?? {
            messages: this.#messages,
            recipients: this.#recipients
        };
        const { messagesPerDay, recipientsPerDay } = this.#limits;
        return { messages, recipients, messagesPerDay, recipientsPerDay };
    }

    #turnDay(): void {
        const day = this.#now().toISOString().slice(0, 10);
        if (day !== this.#day) {
            this.#day = day;
            this.#messages = 0;
            this.#recipients = 0;
        }
    }
}
