import { MailError } from '../message/mail-error';
import { OAuthClient, type TokenAnswer } from './oauth-client';
import { signInRequired } from './oauth-errors';
import type { OAuthSettings } from './oauth-settings';
import { bindingOf, type StoredSignIn, type TokenStore } from './oauth-store';
import { errorReport, type ErrorReport } from './probe-report';

/** How a sign-in is; plain JSON without any secret, as it is served. */
export interface SignInStatus {
    /** `rejected`: the provider does not accept it any more, and nobody asks again until a person acts. */
    state: 'signed-in' | 'signed-out' | 'rejected';
    /** Who signed in; empty when it is not known. */
    user: string;
    /** When the access token ends, which is renewed by itself; ISO 8601, null when there is none yet. */
    expiresAt: string | null;
    /** Separated by blanks. */
    scopes: string;
    error: ErrorReport | null;
}

/** What is told to those who use a sign-in. None of these may throw. */
export interface SignInListener {
    /** A person has signed in: what was refused before is worth another try. */
    signedIn?(): void;
    /** It cannot be used until a person acts. */
    failed?(error: MailError): void;
    /** A device is waited for. */
    waiting?(code: { userCode: string; verificationUri: string }): void;
}

/** A token is renewed so long before its end, or at half of its life when that is shorter. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** While the token server cannot be reached, a token that is still so long from its end is used. */
const USABLE_MS = 30_000;
/** All accounts and folders of a sign-in share one failure for so long. */
const FAILURE_PAUSE_MS = 5_000;

export interface OAuthTokensParts {
    /** Of the mail-oauth node. */
    id: string;
    settings: OAuthSettings;
    store: TokenStore;
    listener?: SignInListener;
    client?: OAuthClient;
    now?: () => number;
}

/**
 * The tokens of one sign-in, for all accounts that use it. Renews them once at a time; stores a new refresh token before
 * the access token that came with it is used, because the old one may be void by then. A provider that refuses is not
 * asked again until `signIn` or `redeploy`.
 */
export class OAuthTokens {
    readonly id: string;
    readonly binding: string;
    readonly #store: TokenStore;
    readonly #listener: SignInListener;
    readonly #now: () => number;
    #settings: OAuthSettings;
    #client: OAuthClient;
    #held: StoredSignIn | null = null;
    /** Of the held token; 0 for one that was read from the disk. */
    #issuedAt = 0;
    #loading: Promise<void> | null = null;
    #renewal: Promise<string> | null = null;
    /** True while what is held is not on the disk yet. */
    #unsaved = false;
    #problem: MailError | null = null;
    #failure: { error: MailError; until: number } | null = null;
    #beginnings = 0;
    /** Whose tokens are held; an answer to a request of an earlier one is of no use. */
    #signIn = {};

    constructor(parts: OAuthTokensParts) {
        this.id = parts.id;
        this.binding = bindingOf(parts.settings);
        this.#settings = parts.settings;
        this.#client = parts.client ?? new OAuthClient(parts.settings);
        this.#store = parts.store;
        this.#listener = parts.listener ?? {};
        this.#now = parts.now ?? Date.now;
    }

    get settings(): OAuthSettings {
        return this.#settings;
    }

    get client(): OAuthClient {
        return this.#client;
    }

    /** Grows with every sign-in and deploy: what was final before is not final any more. */
    get beginnings(): number {
        return this.#beginnings;
    }

    /** The same sign-in with other secrets, scopes or names. */
    redeploy(settings: OAuthSettings, client = new OAuthClient(settings)): void {
        this.#settings = settings;
        this.#client = client;
        this.#startOver();
    }

    /** A token for some minutes. Rejects with MailError; after a refusal at once, without asking anybody. */
    async token(): Promise<string> {
        await this.#prepare();
        const held = this.#held;
        const now = this.#now();
        if (held && now < held.expiresAt - this.#renewBefore(held)) {
            return held.accessToken;
        }
        try {
            return await this.#renew();
        } catch (error) {
            const isTemporary = error instanceof MailError && error.kind === 'temporary';
            if (isTemporary && held && this.#held === held && now < held.expiresAt - USABLE_MS) {
                return held.accessToken;
            }
            throw error;
        }
    }

    /** Another token than the one that a mail server has rejected; all who were rejected with it share one renewal. */
    async renew(rejected: string): Promise<string> {
        await this.#prepare();
        return this.#held && this.#held.accessToken !== rejected ? this.token() : this.#renew();
    }

    /** A person has signed in, or the app itself did. */
    async signIn(answer: TokenAnswer): Promise<void> {
        await this.#load().catch(() => undefined);
        this.#startOver();
        this.#signIn = {};
        await this.#keep(answer, '');
        this.#listener.signedIn?.();
    }

    /** Forgets the tokens here, and ends them at the provider where that is offered. */
    async forget(): Promise<void> {
        await this.#load().catch(() => undefined);
        const token = this.#held?.refreshToken || this.#held?.accessToken;
        this.#startOver();
        this.#signIn = {};
        this.#held = null;
        this.#unsaved = false;
        await this.#store.forget(this.id);
        if (token) {
            // a provider that is not reached must not keep anybody from forgetting here
            await this.#client.revoke(token).catch(() => undefined);
        }
    }

    async status(): Promise<SignInStatus> {
        let error = this.#problem;
        await this.#load().catch((reason: unknown) => (error ??= reason as MailError));
        const held = this.#held;
        const isSignedIn = held !== null || this.#settings.refreshToken !== '';
        return {
            state: this.#problem ? 'rejected' : isSignedIn ? 'signed-in' : 'signed-out',
            user: held?.user ?? '',
            expiresAt: held ? new Date(held.expiresAt).toISOString() : null,
            scopes: held?.scopes ?? '',
            error: error ? errorReport(error) : null
        };
    }

    waiting(code: { userCode: string; verificationUri: string }): void {
        this.#listener.waiting?.(code);
    }

    #startOver(): void {
        this.#beginnings++;
        this.#problem = null;
        this.#failure = null;
    }

    async #prepare(): Promise<void> {
        if (this.#problem) {
            throw this.#problem;
        }
        await this.#load();
        if (this.#unsaved) {
            await this.#save();
        }
    }

    async #load(): Promise<void> {
        this.#loading ??= this.#store.load(this.id, this.binding).then(stored => {
            this.#held ??= stored;
        });
        try {
            await this.#loading;
        } catch (error) {
            this.#loading = null;
            throw error;
        }
    }

    #renew(): Promise<string> {
        this.#renewal ??= this.#ask().finally(() => (this.#renewal = null));
        return this.#renewal;
    }

    async #ask(): Promise<string> {
        if (this.#failure && this.#now() < this.#failure.until) {
            throw this.#failure.error;
        }
        const signIn = this.#signIn;
        const client = this.#client;
        const refreshToken = this.#held?.refreshToken || this.#settings.refreshToken;
        try {
            const answer = await this.#request(refreshToken);
            if (this.#signIn === signIn) {
                await this.#keep(answer, refreshToken);
            }
        } catch (error) {
            if (this.#signIn === signIn) {
                // a refusal of settings that are not deployed any more says nothing about those that are
                if (this.#client === client) {
                    this.#failed(error as MailError);
                }
                throw error;
            }
        }
        // somebody may have signed in meanwhile: then what that brought counts
        if (!this.#held) {
            throw this.#signedOut();
        }
        return this.#held.accessToken;
    }

    #request(refreshToken: string): Promise<TokenAnswer> {
        if (this.#settings.flow === 'client') {
            return this.#client.clientCredentials();
        }
        if (refreshToken === '') {
            return Promise.reject(this.#signedOut());
        }
        return this.#client.refresh(refreshToken);
    }

    #failed(error: MailError): void {
        if (error.kind === 'temporary') {
            const pauseMs = Math.max(FAILURE_PAUSE_MS, error.retryAfterMs);
            this.#failure = { error, until: this.#now() + pauseMs };
            return;
        }
        this.#problem = this.#held || this.#settings.refreshToken || this.#settings.flow === 'client' ? error : null;
        this.#listener.failed?.(error);
    }

    #signedOut(): MailError {
        const problem = this.#held
            ? 'the token has ended, and the provider gave none to renew it with (does it want the scope offline_access?)'
            : 'nobody has signed in yet, or what was stored cannot be read any more';
        return signInRequired(this.#settings.label, problem);
    }

    async #keep(answer: TokenAnswer, refreshToken: string): Promise<void> {
        this.#failure = null;
        this.#held = {
            accessToken: answer.accessToken,
            refreshToken: answer.refreshToken || refreshToken,
            expiresAt: answer.expiresAt,
            scopes: answer.scopes,
            user: answer.user || (refreshToken ? (this.#held?.user ?? '') : '')
        };
        this.#issuedAt = this.#now();
        this.#unsaved = true;
        await this.#save();
    }

    async #save(): Promise<void> {
        const held = this.#held;
        if (held) {
            await this.#store.save(this.id, this.binding, held);
        }
        // another one may have come while this one was written
        this.#unsaved = this.#held !== held;
    }

    /** For a token whose age is not known the usual time is long enough. */
    #renewBefore({ expiresAt }: StoredSignIn): number {
        return Math.min(RENEW_BEFORE_MS, (expiresAt - this.#issuedAt) / 2);
    }
}
