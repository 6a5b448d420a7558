import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Provider from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Browser } from './scripted-browser';

export interface IdentityProviderOptions {
    /** Where browsers may be sent back to. */
    redirectUris?: readonly string[];
    /** Life of an access token, an hour unless given. */
    accessTokenSeconds?: number;
}

/** Answers in place of the provider; false lets the provider answer. */
export type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Starts a real OpenID provider on loopback. The caller must `stop()` it. */
export async function startIdentityProvider(options: IdentityProviderOptions = {}): Promise<IdentityProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const identity = new IdentityProvider(server, `http://127.0.0.1:${port}`);
    await identity.open(options);
    return identity;
}

/** An authorisation server with people who agree to everything, and a count of what is asked of it. */
export class IdentityProvider {
    readonly url: string;
    readonly clientId = 'mailflow';
    readonly clientSecret = `client-${randomBytes(12).toString('hex')}`;
    /** For mail servers that ask whether a token is worth something. */
    readonly inspectorSecret = `inspector-${randomBytes(12).toString('hex')}`;
    /** `grant_type` of each request to the token endpoint. */
    readonly tokenRequests: string[] = [];
    /** Bodies of those requests and every token given: what must be found nowhere else. */
    readonly secrets = new Set<string>();
    interfere: Interference = () => false;
    readonly #server: Server;
    readonly #grants = new Set<string>();
    #provider: Provider | undefined;

    /** Use startIdentityProvider. */
    constructor(server: Server, url: string) {
        this.#server = server;
        this.url = url;
        this.secrets.add(this.clientSecret);
    }

    get tokenUrl(): string {
        return `${this.url}/token`;
    }

    /** Where a mail server asks what a token is worth, with the login for it. */
    get introspectionUrl(): string {
        return `${this.url.replace('://', `://inspector:${this.inspectorSecret}@`)}/token/introspection`;
    }

    /** Properties of a mail-oauth node. */
    get properties(): Record<string, string> {
        return {
            provider: 'custom',
            flow: 'code',
            clientId: this.clientId,
            authorizeUrl: `${this.url}/auth`,
            tokenUrl: this.tokenUrl,
            deviceUrl: `${this.url}/device/auth`,
            scopes: 'openid email offline_access'
        };
    }

    async open(options: IdentityProviderOptions): Promise<void> {
        const { warn, info } = console;
        // its advice for production is no news in a test
        Object.assign(console, { warn: () => undefined, info: () => undefined });
        try {
            const { default: OidcProvider } = await import('oidc-provider');
            this.#provider = new OidcProvider(this.url, configuration(this, options));
        } finally {
            Object.assign(console, { warn, info });
        }
        this.#provider.on('grant.success', (context: { oidc: { entities: Record<string, { grantId?: string }> } }) => {
            for (const { grantId } of Object.values(context.oidc.entities)) {
                if (grantId) {
                    this.#grants.add(grantId);
                }
            }
        });
        const answer = this.#provider.callback();
        this.#server.on('request', (request, response) => {
            if (request.url === '/token') {
                void this.#count(request);
                this.#watch(response);
            }
            if (!this.interfere(request, response)) {
                answer(request, response);
            }
        });
    }

    /** Follows a sign-in as a browser does; resolves with the address to which it is sent in the end. */
    signIn(authorizationUrl: string, user = 'anna'): Promise<string> {
        return new Browser(this.url).visit(authorizationUrl, { login: user, password: 'any' });
    }

    /** Enters the code of a device. */
    async enterCode(verificationUri: string, userCode: string, user = 'anna'): Promise<void> {
        await new Browser(this.url).visit(verificationUri, { login: user, password: 'any', user_code: userCode });
    }

    /** A refresh token as an administrator would hand it out, with a sign-in of its own. */
    async refreshToken(redirectUri: string): Promise<string> {
        const verifier = randomBytes(32).toString('base64url');
        const url = new URL(`${this.url}/auth`);
        const parameters = {
            client_id: this.clientId,
            response_type: 'code',
            redirect_uri: redirectUri,
            scope: 'openid email offline_access',
            prompt: 'consent',
            code_challenge: verifier,
            code_challenge_method: 'plain'
        };
        url.search = new URLSearchParams({ ...parameters, ...(await challenge(verifier)) }).toString();
        const code = new URL(await this.signIn(url.href)).searchParams.get('code') ?? '';
        const { refresh_token: token } = await this.#post({
            grant_type: 'authorization_code',
            code,
            code_verifier: verifier,
            redirect_uri: redirectUri
        });
        this.tokenRequests.length = 0;
        return String(token);
    }

    /** Whose token it is; null for one that is worth nothing. */
    async inspect(token: string): Promise<string | null> {
        const answer = await fetch(`${this.url}/token/introspection`, {
            method: 'POST',
            headers: { authorization: `Basic ${Buffer.from(`inspector:${this.inspectorSecret}`).toString('base64')}` },
            body: new URLSearchParams({ token })
        });
        const { active, sub } = (await answer.json()) as { active: boolean; sub?: string };
        return active ? (sub ?? '') : null;
    }

    /** This access token ends before its time; the refresh token lives on. */
    async revoke(accessToken: string): Promise<void> {
        await (await this.#provider?.AccessToken.find(accessToken))?.destroy();
    }

    /** Every consent is withdrawn: no token that was given is worth anything from now on. */
    async revokeAll(): Promise<void> {
        for (const id of this.#grants) {
            await (await this.#provider?.Grant.find(id))?.destroy();
        }
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        this.#server.close();
        await once(this.#server, 'close');
    }

    async #post(parameters: Record<string, string>): Promise<Record<string, unknown>> {
        const client = { client_id: this.clientId, client_secret: this.clientSecret };
        const body = new URLSearchParams({ ...parameters, ...client });
        const answer = await fetch(this.tokenUrl, { method: 'POST', body });
        return (await answer.json()) as Record<string, unknown>;
    }

    async #count(request: IncomingMessage): Promise<void> {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        await once(request, 'end');
        const body = new URLSearchParams(Buffer.concat(chunks).toString());
        this.tokenRequests.push(body.get('grant_type') ?? '');
        for (const name of ['refresh_token', 'code', 'code_verifier', 'device_code']) {
            this.#hide(body.get(name));
        }
    }

    /** Keeps the tokens of an answer. */
    #watch(response: ServerResponse): void {
        const end = response.end.bind(response) as (...values: unknown[]) => ServerResponse;
        response.end = ((...values: unknown[]) => {
            try {
                const answer = JSON.parse(String(values[0])) as Record<string, unknown>;
                ['access_token', 'refresh_token', 'id_token'].forEach(name => this.#hide(answer[name]));
            } catch {
                // not every answer is JSON
            }
            return end(...values);
        }) as typeof response.end;
    }

    #hide(secret: unknown): void {
        if (typeof secret === 'string' && secret !== '') {
            this.secrets.add(secret);
        }
    }
}

async function challenge(verifier: string): Promise<Record<string, string>> {
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(verifier));
    return { code_challenge: Buffer.from(digest).toString('base64url'), code_challenge_method: 'S256' };
}

function configuration(identity: IdentityProvider, options: IdentityProviderOptions): object {
    const grantTypes = [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code'
    ];
    return {
        clients: [
            {
                client_id: identity.clientId,
                client_secret: identity.clientSecret,
                grant_types: grantTypes,
                redirect_uris: options.redirectUris ?? [],
                token_endpoint_auth_method: 'client_secret_post'
            },
            {
                client_id: 'inspector',
                client_secret: identity.inspectorSecret,
                grant_types: [],
                response_types: [],
                redirect_uris: []
            }
        ],
        cookies: { keys: [randomBytes(16).toString('hex')] },
        findAccount: (_context: unknown, id: string) => ({
            accountId: id,
            claims: () => ({ sub: id, email: `${id}@shop.example` })
        }),
        claims: { openid: ['sub'], email: ['email'] },
        // what Google and Microsoft do; the specification leaves the claims to the user info endpoint
        conformIdTokenClaims: false,
        features: {
            clientCredentials: { enabled: true },
            deviceFlow: {
                enabled: true,
                userCodeInputSource: showForm,
                userCodeConfirmSource: showForm,
                successSource: (context: { body: string }) => (context.body = 'done')
            },
            devInteractions: { enabled: true },
            introspection: { enabled: true, allowedPolicy: () => true },
            revocation: { enabled: true, allowedPolicy: () => true }
        },
        rotateRefreshToken: true,
        ttl: {
            AccessToken: options.accessTokenSeconds ?? 3600,
            ClientCredentials: options.accessTokenSeconds ?? 3600,
            DeviceCode: 600,
            Grant: 86_400,
            IdToken: 3600,
            Interaction: 600,
            RefreshToken: 86_400,
            Session: 86_400
        }
    };
}

function showForm(context: { body: string }, form: string): void {
    context.body = form;
}
