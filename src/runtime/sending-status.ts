import { MailError, MailErrorCode } from '../message/mail-error';
import type { SentInfo } from '../smtp/submission';
import type { StatusDisplay } from './status';

const FAILURE_KEYS: Partial<Record<MailErrorCode, string>> = {
    [MailErrorCode.NotConfigured]: 'smtp-out.status.not-configured',
    [MailErrorCode.EnvMissing]: 'smtp-out.status.not-configured',
    [MailErrorCode.InvalidProperty]: 'smtp-out.status.not-configured',
    [MailErrorCode.InvalidPattern]: 'smtp-out.status.not-configured',
    [MailErrorCode.CredentialsRejected]: 'smtp-out.status.wrong-credentials',
    [MailErrorCode.SignInRequired]: 'smtp-out.status.sign-in',
    [MailErrorCode.ClientRejected]: 'smtp-out.status.wrong-credentials',
    [MailErrorCode.TokenRejected]: 'smtp-out.status.wrong-credentials'
};

/** What an smtp-out node shows: the latest event, except that "sent" waits for the last mail of a burst. */
export class SendingStatus {
    readonly #display: StatusDisplay;
    #running = 0;

    constructor(display: StatusDisplay) {
        this.#display = display;
    }

    started(): void {
        this.#running++;
        this.#display.show({ fill: 'blue', shape: 'dot', text: 'smtp-out.status.sending' });
    }

    retrying(): void {
        this.#display.show({ fill: 'yellow', shape: 'ring', text: 'smtp-out.status.retrying' });
    }

    sent(sent: SentInfo): void {
        this.#running--;
        if (sent.rejected.length > 0) {
            this.#display.show({ fill: 'yellow', shape: 'dot', text: 'smtp-out.status.recipient-refused' });
        } else if (this.#running === 0) {
            this.#display.show({ fill: 'green', shape: 'dot', text: 'smtp-out.status.sent' });
        }
    }

    failed(error: unknown): void {
        this.#running--;
        this.problem(error);
    }

    /** Trouble that belongs to no running mail: the settings. */
    problem(error: unknown): void {
        const known = error instanceof MailError ? FAILURE_KEYS[error.code] : undefined;
        const shape = known === 'smtp-out.status.not-configured' ? 'ring' : 'dot';
        this.#display.show({ fill: 'red', shape, text: known ?? 'smtp-out.status.given-up' });
    }

    close(): void {
        this.#display.close();
    }
}
