import { MailError } from '../message/mail-error';
import type { TokenSource } from '../message/server-settings';
import { explainTokenRejection } from './oauth-errors';
import type { OAuthTokens } from './oauth-tokens';

/** What an account needs of the sign-in that it names. */
export interface SignInSource {
    /** The mailbox of accounts that name none. */
    user: string;
    /** Throws MailError when there is no usable sign-in. Asked each time, because it may be deployed alone. */
    find(): OAuthTokens;
}

/**
 * The tokens of one account. A rejection by its mail server is remembered here and not with the sign-in: another
 * account may have the rights that this one lacks.
 */
export class AccountTokens implements TokenSource {
    readonly #account: string;
    readonly #source: SignInSource;
    #refusal: { error: MailError; tokens: OAuthTokens; beginnings: number } | null = null;

    constructor(account: string, source: SignInSource) {
        this.#account = account;
        this.#source = source;
    }

    async token(): Promise<string> {
        const tokens = this.#source.find();
        const refusal = this.#refusal;
        if (refusal?.tokens === tokens && refusal.beginnings === tokens.beginnings) {
            throw refusal.error;
        }
        this.#refusal = null;
        return this.#named(tokens, () => tokens.token());
    }

    async renew(rejected: string): Promise<string> {
        const tokens = this.#source.find();
        return this.#named(tokens, () => tokens.renew(rejected));
    }

    refused(rejection: MailError): MailError {
        const tokens = this.#source.find();
        const error = explainTokenRejection(rejection);
        this.#refusal = { error, tokens, beginnings: tokens.beginnings };
        return error;
    }

    /** The error says which account is concerned, and by which sign-in. */
    async #named(tokens: OAuthTokens, work: () => Promise<string>): Promise<string> {
        try {
            return await work();
        } catch (error) {
            if (!(error instanceof MailError)) {
                throw error;
            }
            const { code, kind, step, problem, remedy, response, retryAfterMs } = error;
            const account = `${this.#account} (sign-in "${tokens.settings.label}")`;
            throw new MailError({ code, kind, step, problem, remedy, response, retryAfterMs, account });
        }
    }
}
