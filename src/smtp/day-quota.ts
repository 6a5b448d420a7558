import { MailError, MailErrorCode } from '../message/mail-error';
import type { StateStore } from '../state/store';

export interface DayQuotaOptions {
    account: string;
    /** 0 = no limit. */
    messages: number;
    /** 0 = no limit. */
    recipients: number;
    /** Where the count outlives a restart; null keeps it in memory alone. */
    store: StateStore | null;
    key: string;
    /** The count could not be read or saved; sending goes on, because the server's own limit still holds. */
    onProblem: (error: unknown) => void;
    now?: () => Date;
}

interface Count {
    /** UTC day as in "2026-11-24". */
    day: string;
    messages: number;
    recipients: number;
}

/**
 * Counts what an account sends per UTC day. Counted before a mail goes out, so that many at once do not pass the limit
 * together; given back when the server refused it.
 */
export class DayQuota {
    readonly #options: DayQuotaOptions;
    #count: Count = { day: '', messages: 0, recipients: 0 };
    #loaded: Promise<void> | undefined;
    #saving: Promise<void> | undefined;
    #unsaved = false;

    constructor(options: DayQuotaOptions) {
        this.#options = options;
    }

    /**
     * Takes one message with that many recipients off today's allowance; resolves with the way to give it back.
     *
     * @throws MailError THROTTLED when the allowance is used up. Trying again before midnight UTC cannot help.
     */
    async take(recipients: number): Promise<() => void> {
        this.#loaded ??= this.#load();
        await this.#loaded;
        const count = this.#today();
        this.#check('messagesPerDay', this.#options.messages, count.messages + 1);
        this.#check('recipientsPerDay', this.#options.recipients, count.recipients + recipients);
        this.#add(count, 1, recipients);
        return () => this.#add(count, -1, -recipients);
    }

    /** What has been sent since midnight UTC. A count from before a restart is there a moment after the first call. */
    used(): { messages: number; recipients: number } {
        this.#loaded ??= this.#load();
        const { messages, recipients } = this.#today();
        return { messages, recipients };
    }

    /** Resolves when the count is saved, or could not be. */
    async close(): Promise<void> {
        await this.#saving;
    }

    #today(): Count {
        const day = (this.#options.now?.() ?? new Date()).toISOString().slice(0, 10);
        if (this.#count.day !== day) {
            this.#count = { day, messages: 0, recipients: 0 };
        }
        return this.#count;
    }

    #check(property: string, limit: number, wanted: number): void {
        if (limit > 0 && wanted > limit) {
            throw new MailError({
                code: MailErrorCode.Throttled,
                kind: 'permanent',
                step: 'send',
                account: this.#options.account,
                problem: `"${property}" (${limit}) of the account is used up until midnight UTC`,
                remedy: 'Send the rest tomorrow, or raise the limit if the provider allows it.'
            });
        }
    }

    /** A count of yesterday that is still held is changed without effect. */
    #add(count: Count, messages: number, recipients: number): void {
        count.messages += messages;
        count.recipients += recipients;
        this.#unsaved = true;
        this.#saving ??= this.#save().finally(() => (this.#saving = undefined));
    }

    async #load(): Promise<void> {
        try {
            const loaded = await this.#options.store?.load(this.#options.key);
            if (loaded?.state === 'present' && isCount(loaded.value)) {
                this.#count = { ...loaded.value };
            }
        } catch (error) {
            this.#options.onProblem(error);
        }
    }

    /** Mails that are counted while a save runs share the next one. */
    async #save(): Promise<void> {
        while (this.#unsaved) {
            this.#unsaved = false;
            try {
                await this.#options.store?.save(this.#options.key, { ...this.#count });
            } catch (error) {
                this.#options.onProblem(error);
            }
        }
    }
}

function isCount(value: unknown): value is Count {
    const { day, messages, recipients } = (value ?? {}) as Record<string, unknown>;
    return typeof day === 'string' && Number.isSafeInteger(messages) && Number.isSafeInteger(recipients);
}
