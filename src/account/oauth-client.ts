import type { AuthorizationServer, Client, TokenEndpointResponse } from 'oauth4webapi' with {
    'resolution-mode': 'import'
};
import { MailError } from '../message/mail-error';
import { reasonOf, refusedByProvider, tokenServerFailed } from './oauth-errors';
import { fetchFromTokenServer, TOKEN_SERVER_LIMITS, type Asking, type FetchLimits } from './oauth-fetch';
import { isLoopback, type OAuthSettings } from './oauth-settings';

type Library = typeof import('oauth4webapi', { with: { 'resolution-mode': 'import' } });

/** What a token server gives. */
export interface TokenAnswer {
    accessToken: string;
    /** Empty when the one that was asked with stays. */
    refreshToken: string;
    /** Milliseconds since 1970. */
    expiresAt: number;
    /** Separated by blanks. */
    scopes: string;
    /** Address of who signed in, as far as the provider tells it; else empty. */
    user: string;
}

/** What one code flow keeps for its end. */
export interface CodeFlowSecrets {
    state: string;
    verifier: string;
    redirectUri: string;
}

export interface DeviceCode {
    /** Secret: whoever has it gets the tokens. */
    deviceCode: string;
    userCode: string;
    verificationUri: string;
    /** Milliseconds since 1970. */
    expiresAt: number;
    intervalMs: number;
}

/** RFC 6749 section 5.1 recommends `expires_in` and does not demand it; an hour is what most say. */
const USUAL_LIFE_S = 60 * 60;
/** A token that is dead on arrival would be asked for anew by every connection. */
const MIN_LIFE_S = 60;
const MAX_LIFE_S = 30 * 24 * 60 * 60;
/** RFC 8628 section 3.2. */
const USUAL_INTERVAL_S = 5;
const MAX_INTERVAL_S = 60;
const MAX_DEVICE_CODE_LIFE_S = 30 * 60;
/** Microsoft's reach some kilobytes. What is no printable ASCII can be part of no login (RFC 6750 section 2.1). */
const TOKEN = /^[\x21-\x7e]{1,32768}$/;
const USER_CODE = /^[\x21-\x7e ]{1,64}$/;

/** Talks with one authorisation server as RFC 6749, 7636, 7009 and 8628 say. Everything rejects with MailError. */
export class OAuthClient {
    readonly #settings: OAuthSettings;
    readonly #limits: FetchLimits;

    constructor(settings: OAuthSettings, limits: FetchLimits = TOKEN_SERVER_LIMITS) {
        this.#settings = settings;
        this.#limits = limits;
    }

    /** The page on which the user agrees, and what its answer is checked with (PKCE with S256, RFC 7636). */
    async beginCodeFlow(redirectUri: string): Promise<CodeFlowSecrets & { authorizationUrl: string }> {
        const library = await loadLibrary();
        const state = library.generateRandomState();
        const verifier = library.generateRandomCodeVerifier();
        const { authorizeUrl, authorizeParameters, clientId, scopes, user } = this.#settings;
        const url = new URL(authorizeUrl);
        const parameters = {
            ...authorizeParameters,
            response_type: 'code',
            client_id: clientId,
            redirect_uri: redirectUri,
            ...(scopes ? { scope: scopes } : {}),
            ...(user ? { login_hint: user } : {}),
            state,
            code_challenge: await library.calculatePKCECodeChallenge(verifier),
            code_challenge_method: 'S256'
        };
        for (const [name, value] of Object.entries(parameters)) {
            url.searchParams.set(name, value);
        }
        return { state, verifier, redirectUri, authorizationUrl: url.href };
    }

    /** Turns the parameters with which the browser came back into tokens. */
    redeemCode(answer: URLSearchParams, flow: CodeFlowSecrets): Promise<TokenAnswer> {
        const { state, verifier, redirectUri } = flow;
        const known = ['code', 'state', 'error', 'error_description', ...(this.#settings.issuer ? ['iss'] : [])];
        const parameters = new URLSearchParams([...answer].filter(([name]) => known.includes(name)));
        const secrets = [parameters.get('code') ?? '', verifier, state];
        return this.#tokens(secrets, async (library, call) => {
            const checked = library.validateAuthResponse(call.server, call.client, parameters, state);
            const response = await library.authorizationCodeGrantRequest(
                call.server,
                call.client,
                call.authentication,
                checked,
                redirectUri,
                verifier,
                call.options
            );
            return library.processAuthorizationCodeResponse(call.server, call.client, response);
        });
    }

    async requestDeviceCode(): Promise<DeviceCode> {
        const parameters = { ...(this.#settings.scopes ? { scope: this.#settings.scopes } : {}) };
        const answer = await this.#ask([], async (library, { server, client, authentication, options }) =>
            library.processDeviceAuthorizationResponse(
                server,
                client,
                await library.deviceAuthorizationRequest(server, client, authentication, parameters, options)
            )
        );
        const { device_code: deviceCode, user_code: userCode, verification_uri: verificationUri } = answer;
        // the address becomes a link in the editor
        if (!TOKEN.test(deviceCode) || !USER_CODE.test(userCode) || !isSafeLink(verificationUri)) {
            throw this.#unusable('its device code cannot be used');
        }
        return {
            deviceCode,
            userCode,
            verificationUri,
            expiresAt: Date.now() + Math.min(answer.expires_in, MAX_DEVICE_CODE_LIFE_S) * 1000,
            intervalMs: Math.min(answer.interval ?? USUAL_INTERVAL_S, MAX_INTERVAL_S) * 1000
        };
    }

    /** Asks once whether the user has entered the code (RFC 8628 section 3.5). */
    async pollDevice(deviceCode: string): Promise<TokenAnswer | 'pending' | 'slow-down'> {
        let wait: 'pending' | 'slow-down' | null = null;
        const answer = this.#tokens([deviceCode], async (library, { server, client, authentication, options }) => {
            const response = await library.deviceCodeGrantRequest(server, client, authentication, deviceCode, options);
            return library.processDeviceCodeResponse(server, client, response).catch((error: unknown) => {
                const { error: reason } = error as { error?: unknown };
                wait = reason === 'authorization_pending' ? 'pending' : reason === 'slow_down' ? 'slow-down' : null;
                throw error;
            });
        });
        return answer.catch((error: unknown) => {
            if (wait) {
                return wait;
            }
            throw error;
        });
    }

    /** Without `scope` and `redirect_uri`, as the providers want it. */
    refresh(refreshToken: string): Promise<TokenAnswer> {
        return this.#tokens([refreshToken], async (library, { server, client, authentication, options }) =>
            library.processRefreshTokenResponse(
                server,
                client,
                await library.refreshTokenGrantRequest(server, client, authentication, refreshToken, options)
            )
        );
    }

    clientCredentials(): Promise<TokenAnswer> {
        const parameters = { ...(this.#settings.scopes ? { scope: this.#settings.scopes } : {}) };
        return this.#tokens([], async (library, { server, client, authentication, options }) =>
            library.processClientCredentialsResponse(
                server,
                client,
                await library.clientCredentialsGrantRequest(server, client, authentication, parameters, options)
            )
        );
    }

    /** Ends a sign-in at the provider where it offers that (RFC 7009). */
    async revoke(token: string): Promise<void> {
        if (this.#settings.revokeUrl === '') {
            return;
        }
        const { clientId: client_id, clientSecret, revokeUrl, label } = this.#settings;
        const secret = clientSecret ? { client_secret: clientSecret } : {};
        const body = new URLSearchParams({ token, client_id, ...secret });
        await fetchFromTokenServer(
            revokeUrl,
            { method: 'POST', body },
            { account: label, secrets: [token, clientSecret] },
            this.#limits
        );
    }

    async #tokens(
        secrets: readonly string[],
        run: (library: Library, call: Call) => Promise<TokenEndpointResponse>
    ): Promise<TokenAnswer> {
        let user = '';
        const answer = await this.#ask(secrets, run, signedInAs => (user = signedInAs));
        const { access_token: accessToken, refresh_token: refreshToken = '', scope, expires_in: life } = answer;
        if (!TOKEN.test(accessToken) || (refreshToken !== '' && !TOKEN.test(refreshToken))) {
            throw this.#unusable('its token holds characters that no token has');
        }
        if (answer.token_type !== 'bearer') {
            throw this.#unusable('its token is of a kind that no mail server takes');
        }
        const seconds = Math.min(Math.max(life ?? USUAL_LIFE_S, MIN_LIFE_S), MAX_LIFE_S);
        return {
            accessToken,
            refreshToken,
            expiresAt: Date.now() + seconds * 1000,
            scopes: (scope ?? this.#settings.scopes).slice(0, 4_000),
            user
        };
    }

    async #ask<T>(
        secrets: readonly string[],
        run: (library: Library, call: Call) => Promise<T>,
        signedInAs?: (user: string) => void
    ): Promise<T> {
        const { label: account, clientSecret } = this.#settings;
        const hidden = [...secrets, clientSecret, encodeURIComponent(clientSecret)];
        const library = await loadLibrary();
        try {
            const asking = { account, secrets: hidden, ...(signedInAs ? { signedInAs } : {}) };
            return await run(library, this.#call(library, asking));
        } catch (error) {
            throw this.#error(error, hidden);
        }
    }

    #call(library: Library, asking: Asking): Call {
        const { issuer, tokenUrl, deviceUrl, clientId, clientSecret } = this.#settings;
        return {
            server: {
                issuer: issuer || new URL(tokenUrl).origin,
                token_endpoint: tokenUrl,
                ...(deviceUrl ? { device_authorization_endpoint: deviceUrl } : {})
            },
            client: { client_id: clientId },
            // in the body: every provider of mail takes it there, and not every one in a header
            authentication: clientSecret ? library.ClientSecretPost(clientSecret) : library.None(),
            options: {
                // whether the address may do without TLS was checked when the settings were read
                [library.allowInsecureRequests]: true,
                [library.customFetch]: (url, request) =>
                    fetchFromTokenServer(url, request as RequestInit, asking, this.#limits)
            }
        };
    }

    /** The library's errors hold the whole answer, tokens included: only their words go on. */
    #error(error: unknown, secrets: readonly string[]): MailError {
        if (error instanceof MailError) {
            return error;
        }
        const { error: code, error_description: description } = error as Record<string, unknown>;
        if (typeof code === 'string') {
            const refusal = { error: code, description: typeof description === 'string' ? description : '' };
            return refusedByProvider(refusal, this.#settings.label, secrets);
        }
        const reason = error instanceof Error ? new Error(error.message) : error;
        return this.#unusable(reasonOf(reason, secrets));
    }

    #unusable(reason: string): MailError {
        return tokenServerFailed(`the token server gave an unusable answer: ${reason}`, this.#settings.label);
    }
}

interface Call {
    server: AuthorizationServer;
    client: Client;
    authentication: ReturnType<Library['None']>;
    options: NonNullable<Parameters<Library['refreshTokenGrantRequest']>[4]>;
}

/** An ES module; loaded only where OAuth2 is used. */
function loadLibrary(): Promise<Library> {
    return import('oauth4webapi');
}

function isSafeLink(text: string): boolean {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
}
