import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { SignInSource } from '../account/oauth-login';
import { isLoopback, isMailServerOf, type OAuthSettings } from '../account/oauth-settings';
import { SignIns } from '../account/oauth-sign-in';
import { bindingOf, TokenStore } from '../account/oauth-store';
import { OAuthTokens, type SignInListener } from '../account/oauth-tokens';
import { MailError, notConfigured } from '../message/mail-error';
import { credentialSecret } from './credential-secret';
import { readBoolean } from './settings';

/** Sign-ins that are not deployed, or not any more: what a dialog has tried out. */
const MAX_UNUSED = 50;

/** One per runtime, keyed by what all nodes of a runtime share; it lives as long as the runtime. */
const registries = new WeakMap<object, OAuthRegistry>();

/** The sign-ins of this runtime. */
export function signInsOf(RED: NodeAPI): OAuthRegistry {
    const folder = join(RED.settings.userDir ?? process.cwd(), 'mailflow', 'tokens');
    const registry =
        registries.get(RED.httpAdmin) ?? new OAuthRegistry(new TokenStore(folder, () => credentialSecret(RED)));
    registries.set(RED.httpAdmin, registry);
    return registry;
}

/**
 * Which sign-in stands behind a node id. Outlives deploys, so that a renewal that is under way when a node is deployed
 * anew is not asked for a second time with a refresh token that is void by then.
 */
export class OAuthRegistry {
    readonly store: TokenStore;
    readonly signIns = new SignIns();
    /** By node and binding, the latest used last. */
    readonly #known = new Map<string, OAuthTokens>();
    readonly #deployed = new Map<string, OAuthTokens | MailError>();
    /** What was signed in to by a dialog since the node was deployed. */
    readonly #tried = new Map<string, OAuthTokens>();
    readonly #listeners = new Map<string, Set<SignInListener>>();

    constructor(store: TokenStore) {
        this.store = store;
    }

    /** A mail-oauth node has started, or cannot be used for the reason given. */
    enter(id: string, settings: OAuthSettings | MailError): void {
        this.#tried.delete(id);
        if (settings instanceof MailError) {
            this.#deployed.set(id, settings);
            return;
        }
        const tokens = this.of(id, settings);
        tokens.redeploy(settings);
        this.#deployed.set(id, tokens);
    }

    leave(id: string): void {
        this.#deployed.delete(id);
    }

    /** The sign-in of a node with these settings, deployed or not. */
    of(id: string, settings: OAuthSettings): OAuthTokens {
        const key = `${id} ${bindingOf(settings)}`;
        const tokens = this.#known.get(key) ?? this.#make(id, settings);
        this.#known.delete(key);
        this.#known.set(key, tokens);
        const used = new Set<unknown>([...this.#deployed.values(), ...this.#tried.values(), tokens]);
        const unused = [...this.#known].filter(([, other]) => !used.has(other));
        unused.slice(0, Math.max(0, unused.length - MAX_UNUSED)).forEach(([old]) => this.#known.delete(old));
        return tokens;
    }

    /** A dialog tries these settings: until the node is deployed, tests of accounts use what comes of it. */
    tryOut(id: string, settings: OAuthSettings): OAuthTokens {
        const tokens = this.of(id, settings);
        if (tokens !== this.#deployed.get(id)) {
            tokens.redeploy(settings);
        }
        this.#tried.delete(id);
        this.#tried.set(id, tokens);
        [...this.#tried.keys()].slice(0, -MAX_UNUSED).forEach(old => this.#tried.delete(old));
        return tokens;
    }

    /** The deployed sign-in. Throws MailError when there is none, or it is unusable. */
    find(id: string): OAuthTokens {
        const found = this.#deployed.get(id);
        if (found instanceof MailError) {
            throw found;
        }
        if (!found) {
            throw notConfigured(
                'no sign-in is chosen, or it is missing or disabled',
                'Choose a sign-in (mail-oauth) in the account and deploy.'
            );
        }
        return found;
    }

    /** What a dialog has signed in to, else the deployed sign-in. Throws like find. */
    findForTest(id: string): OAuthTokens {
        return this.#tried.get(id) ?? this.find(id);
    }

    /** Forgets whatever a node or its dialog has signed in to. Throws MailError TOKEN_STORE_FAILED. */
    async forget(id: string): Promise<void> {
        const known = [...this.#known.values()].filter(tokens => tokens.id === id);
        await Promise.all(known.map(tokens => tokens.forget()));
        await this.store.forget(id);
    }

    /** Tells of a deployed sign-in until the returned function is called. */
    watch(id: string, listener: SignInListener): () => void {
        this.#listeners.set(id, (this.#listeners.get(id) ?? new Set()).add(listener));
        return () => {
            const listeners = this.#listeners.get(id);
            listeners?.delete(listener);
            if (listeners?.size === 0) {
                this.#listeners.delete(id);
            }
        };
    }

    #make(id: string, settings: OAuthSettings): OAuthTokens {
        const tell = (run: (listener: SignInListener) => void): void => {
            if (this.#deployed.get(id) === tokens) {
                this.#listeners.get(id)?.forEach(run);
            }
        };
        const tokens: OAuthTokens = new OAuthTokens({
            id,
            settings,
            store: this.store,
            listener: {
                signedIn: () => tell(listener => listener.signedIn?.()),
                failed: error => tell(listener => listener.failed?.(error)),
                waiting: code => tell(listener => listener.waiting?.(code))
            }
        });
        return tokens;
    }
}

/** The sign-in that an account names; null when it names none. `isTest`: what a dialog has tried out counts as well. */
export function signInSource(RED: NodeAPI, id: unknown, isTest = false): SignInSource | null {
    if (typeof id !== 'string' || id === '') {
        return null;
    }
    const registry = signInsOf(RED);
    const find = (): OAuthTokens => (isTest ? registry.findForTest(id) : registry.find(id));
    return { user: find().settings.user, find };
}

/**
 * A token is a secret too: for a mail server that is not deployed with it, it leaves only for those of its provider,
 * and encrypted.
 *
 * @throws MailError NOT_CONFIGURED
 */
export function requireOwnMailServer(RED: NodeAPI, properties: Readonly<Record<string, unknown>>): void {
    const { settings } = signInsOf(RED).findForTest(String(properties['oauth'] ?? ''));
    const host = String(properties['host'] ?? '');
    const isEncrypted = properties['security'] !== 'none' && readBoolean(properties, 'verify', true);
    if (!isMailServerOf(settings, host) || !(isEncrypted || isLoopback(host))) {
        throw notConfigured(
            'the token of this sign-in is tried only with the mail servers of its provider, and encrypted',
            'Check server and security; for another server deploy the account, then test it.'
        );
    }
}
