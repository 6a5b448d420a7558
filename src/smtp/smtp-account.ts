import { setMaxListeners } from 'node:events';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';
import { atMost } from '../message/at-most';
import { parseAddress } from '../sender/mailbox-parser';
import type { DayQuota } from './day-quota';
import { composeMail, type ComposeOptions, type MessageFields, type OutgoingMail } from './outgoing';
import { readyMail, type ReadyMail } from './ready-mail';
import { stopped } from './refusal';
import { SendGate } from './send-gate';
import type { SendingSettings } from './sending-settings';
import { SMTP_TIMEOUTS, SmtpTransport, type Acceptance, type SmtpTimeouts } from './transport';

/** What the flow nodes see of an account, usable or not. */
export interface MailSender {
    /** Why the account cannot send; null when it can. */
    readonly problem: Error | null;
    /** The addresses that are its own without doubt: its sender, and its user name when that is an address. */
    readonly addresses: readonly string[];
    /** Makes a checked mail of a message. Throws MailError. */
    compose(msg: MessageFields, options: ComposeOptions): OutgoingMail;
    /**
     * Tries once to send, when it is this mail's turn. Rejects with MailError. After `signal` aborts a waiting mail is
     * given back at once, one on its way gets a few seconds to end.
     */
    send(mail: OutgoingMail, signal: AbortSignal): Promise<Acceptance>;
    /** Ends within a few seconds whatever the server does; mails still waiting are given back. */
    close(): Promise<void>;
}

/** Providers lock an account after a handful of wrong passwords, and a burst would use them up in a second. */
const LOGIN_PAUSE_MS = 5 * 60_000;
/** Beyond the time a delivery gets: for a file that is being read, or a count that is being saved. */
const CLOSE_MARGIN_MS = 2_000;

export interface SmtpAccountParts {
    server: ServerSettings;
    settings: SendingSettings;
    /** null when the account has no daily limit. */
    quota: DayQuota | null;
    timeouts?: SmtpTimeouts;
}

/** An account that can send: its connections, its limits, and the memory of a rejected login. */
export class SmtpAccount implements MailSender {
    readonly problem = null;
    readonly addresses: readonly string[];
    readonly #label: string;
    readonly #settings: SendingSettings;
    readonly #timeouts: SmtpTimeouts;
    readonly #quota: DayQuota | null;
    readonly #transport: SmtpTransport;
    readonly #gate: SendGate;
    /** One place for each connection, so that a mail does not wait for its turn inside of nodemailer. */
    readonly #line: SendGate;
    readonly #running = new Set<Promise<unknown>>();
    readonly #closing = new AbortController();
    readonly #signals = new WeakMap<AbortSignal, AbortSignal>();
    /** Of a password; a token source remembers by itself, until somebody signs in again. */
    #rejection: { error: MailError; at: number } | null = null;
    readonly #hasPassword: boolean;

    constructor(parts: SmtpAccountParts) {
        const { connections, limits } = parts.settings;
        const user = parts.server.login?.user ?? '';
        this.addresses = [parts.settings.sender.address, ...(parseAddress(user).ok ? [user] : [])];
        this.#label = parts.server.label;
        this.#hasPassword = parts.server.login !== null && 'password' in parts.server.login;
        this.#settings = parts.settings;
        this.#timeouts = parts.timeouts ?? SMTP_TIMEOUTS;
        this.#quota = parts.quota;
        this.#transport = new SmtpTransport(parts.server, connections, this.#timeouts);
        // for each mail on its way one more is made ready meanwhile; else a connection is idle for so long
        this.#gate = new SendGate({ slots: 2 * connections, perMinute: limits.messagesPerMinute });
        this.#line = new SendGate({ slots: connections, perMinute: 0 });
    }

    compose(msg: MessageFields, options: ComposeOptions): OutgoingMail {
        return composeMail(msg, options, this.#settings);
    }

    async send(mail: OutgoingMail, signal: AbortSignal): Promise<Acceptance> {
        if (this.#closing.signal.aborted || signal.aborted) {
            throw stopped(this.#label);
        }
        const run = this.#sendInTurn(mail, this.#orClosed(signal));
        this.#running.add(run);
        try {
            return await run;
        } finally {
            this.#running.delete(run);
        }
    }

    /** Aborts with the given one of a node, or when the account closes. */
    #orClosed(signal: AbortSignal): AbortSignal {
        let either = this.#signals.get(signal);
        if (!either) {
            either = AbortSignal.any([signal, this.#closing.signal]);
            // each mail listens that waits or is on its way, and their number is bounded
            setMaxListeners(0, either);
            this.#signals.set(signal, either);
        }
        return either;
    }

    async close(): Promise<void> {
        const runs = [...this.#running];
        this.#closing.abort();
        await atMost(
            this.#timeouts.closeMs + CLOSE_MARGIN_MS,
            Promise.allSettled(runs).then(() => this.#quota?.close())
        );
        this.#transport.close();
    }

    async #sendInTurn(mail: OutgoingMail, signal: AbortSignal): Promise<Acceptance> {
        this.#refuseAfterRejection();
        const leave = await this.#gate.enter(signal);
        try {
            // the mail before this one may have found the password wrong
            this.#refuseAfterRejection();
            // made only now, so that a thousand waiting mails do not hold a thousand encoded attachments
            const ready = await readyMail(mail, this.#settings.limits.maxBytes);
            return await this.#sendReady(mail, ready, signal);
        } finally {
            leave();
        }
    }

    async #sendReady(mail: OutgoingMail, ready: ReadyMail, signal: AbortSignal): Promise<Acceptance> {
        const leave = await this.#line.enter(signal);
        try {
            this.#refuseAfterRejection();
            const giveBack = await this.#quota?.take(mail.recipients.length);
            try {
                return await this.#transport.send(ready, signal);
            } catch (error) {
                this.#afterFailure(error, giveBack);
                throw error;
            }
        } finally {
            leave();
        }
    }

    #afterFailure(error: unknown, giveBack: (() => void) | undefined): void {
        if (!(error instanceof MailError) || error.code === MailErrorCode.OutcomeUnknown) {
            return;
        }
        giveBack?.();
        if (error.kind === 'credentials' && this.#hasPassword) {
            this.#rejection = { error, at: performance.now() };
        }
    }

    #refuseAfterRejection(): void {
        if (!this.#rejection || performance.now() - this.#rejection.at > LOGIN_PAUSE_MS) {
            return;
        }
        const { error } = this.#rejection;
        throw new MailError({
            code: error.code,
            kind: error.kind,
            step: error.step,
            account: this.#label,
            problem:
                'the server rejected user name or password a moment ago, so it is not asked again for some minutes',
            response: error.response,
            remedy: 'Correct the account and deploy.'
        });
    }
}

/** Stands in for an account whose settings are unusable: the whole interface, and one clear answer. */
export class UnusableAccount implements MailSender {
    readonly problem: Error;
    readonly addresses = [];

    constructor(problem: Error) {
        this.problem = problem;
    }

    compose(): never {
        throw this.problem;
    }

    send(): Promise<never> {
        return Promise.reject(this.problem);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}
