import { MailError } from '../../src/message/mail-error';
import type { TokenSource } from '../../src/message/server-settings';

/** Hands out "token-1", "token-2" and so on: the next one for each that was rejected. */
export class FakeTokens implements TokenSource {
    number = 1;
    /** Rejections of renewed tokens. */
    readonly refusals: MailError[] = [];
    /** What `token` fails with. */
    failure: MailError | null = null;

    token(): Promise<string> {
        return this.failure ? Promise.reject(this.failure) : Promise.resolve(this.#current());
    }

    renew(rejected: string): Promise<string> {
        if (rejected === this.#current()) {
            this.number++;
        }
        return Promise.resolve(this.#current());
    }

    refused(rejection: MailError): MailError {
        this.refusals.push(rejection);
        const { account, response } = rejection;
        const parts = { code: 'TOKEN_REJECTED', kind: 'credentials', step: 'login', problem: 'refused' } as const;
        return new MailError({ ...parts, account, response });
    }

    #current(): string {
        return `token-${this.number}-of-anna`;
    }
}
