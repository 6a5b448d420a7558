import { isIP } from 'node:net';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readChoice, readSecret, readText, type SavedProperties } from '../runtime/settings';
import { sameSite } from '../sender/same-site';
import {
    OAUTH_FLOWS,
    OAUTH_PROVIDERS,
    oauthProviders,
    SHARED_TENANTS,
    type OAuthFlow,
    type OAuthProvider,
    type OAuthProviderId
} from './oauth-providers';

/** A mail-oauth node with its provider's part filled in. */
export interface OAuthSettings {
    /** As the user knows it, for errors. */
    label: string;
    flow: OAuthFlow;
    clientId: string;
    /** Empty for a public client. */
    clientSecret: string;
    /** Empty when somebody signs in with the editor. */
    refreshToken: string;
    authorizeUrl: string;
    tokenUrl: string;
    deviceUrl: string;
    revokeUrl: string;
    issuer: string;
    /** Separated by blanks (RFC 6749 section 3.3). */
    scopes: string;
    authorizeParameters: Readonly<Record<string, string>>;
    /** The mailbox to sign in as; may be empty. */
    user: string;
    mailDomains: readonly string[];
}

/**
 * Reads a saved mail-oauth.
 *
 * @throws MailError NOT_CONFIGURED, ENV_MISSING or INVALID_PROPERTY; never names a secret.
 */
export function readOAuthSettings(saved: SavedProperties, credentials: SavedProperties): OAuthSettings {
    const providerId = readChoice(saved, 'provider', OAUTH_PROVIDERS);
    const provider = oauthProviders[providerId];
    const label = readText(saved, 'name') || readText(saved, 'user') || `sign-in at ${providerId}`;
    const flow = readChoice(saved, 'flow', OAUTH_FLOWS);
    if (!provider.flows.includes(flow)) {
        const problem = `${providerId} gives access to mail by the flow ${provider.flows.join(', ')} alone`;
        throw notConfigured(label, problem, 'Choose that flow in the sign-in.');
    }
    const clientId = readText(saved, 'clientId');
    if (clientId === '') {
        throw notConfigured(label, 'no client id is set', 'Enter the client id of your app registration.');
    }
    const address = (name: 'authorizeUrl' | 'tokenUrl' | 'deviceUrl', isNeeded: boolean): string => {
        const known = provider[name];
        const text = known === '' ? readText(saved, name) : known.replace('{tenant}', readTenant(saved, label, flow));
        return text === '' && !isNeeded ? '' : checkedUrl(text, name, label);
    };
    const clientSecret = readSecret(credentials, 'clientSecret');
    if (flow === 'client' && clientSecret === '') {
        throw notConfigured(label, 'the client secret is missing', 'Enter the secret of your app registration.');
    }
    const scopes = readScopes(saved, provider, flow);
    return {
        label,
        flow,
        clientId,
        clientSecret,
        refreshToken: flow === 'client' ? '' : readSecret(credentials, 'refreshToken').trim(),
        authorizeUrl: address('authorizeUrl', flow === 'code'),
        tokenUrl: address('tokenUrl', true),
        deviceUrl: address('deviceUrl', flow === 'device'),
        revokeUrl: provider.revokeUrl,
        issuer: provider.issuer,
        scopes,
        authorizeParameters: { ...offlineConsent(providerId, scopes), ...provider.authorizeParameters },
        user: readText(saved, 'user'),
        mailDomains: provider.mailDomains
    };
}

/**
 * Whether a token may be sent to a mail server that is not deployed with it: to the provider's own, to one of the same
 * site as a token server of one's own, and to this machine.
 */
export function isMailServerOf(settings: OAuthSettings, host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    if (settings.mailDomains.length > 0) {
        return settings.mailDomains.some(domain => name === domain || name.endsWith(`.${domain}`));
    }
    const tokenServer = new URL(settings.tokenUrl).hostname;
    return sameSite(name, tokenServer) || (isLoopback(name) && isLoopback(tokenServer));
}

/** localhost and the addresses of this machine: the only places that secrets reach without TLS. */
export function isLoopback(hostname: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readTenant(saved: SavedProperties, label: string, flow: OAuthFlow): string {
    const tenant = readText(saved, 'tenant') || 'common';
    if (!/^[\w.-]{1,255}$/.test(tenant) || /^\.+$/.test(tenant)) {
        throw notConfigured(label, 'the tenant is neither an id nor a domain', 'Correct it in the sign-in.');
    }
    if (flow === 'client' && SHARED_TENANTS.includes(tenant)) {
        const problem = 'access without a user needs the tenant of the organisation';
        throw notConfigured(label, problem, "Enter the tenant's id or domain.");
    }
    return tenant;
}

function readScopes(saved: SavedProperties, provider: OAuthProvider, flow: OAuthFlow): string {
    const entered = readText(saved, 'scopes')
        .split(/[\s,]+/)
        .filter(Boolean);
    return entered.length > 0 ? entered.join(' ') : (provider.scopes[flow] ?? '');
}

/**
 * OpenID Connect Core section 11 gives offline access only to those who ask for consent. Not with Microsoft, which needs
 * none, and where many users may give none because an administrator has given it for all.
 */
function offlineConsent(provider: OAuthProviderId, scopes: string): Record<string, string> {
    return provider === 'custom' && scopes.split(' ').includes('offline_access') ? { prompt: 'consent' } : {};
}

function checkedUrl(text: string, name: string, label: string): string {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url) {
        throw notConfigured(label, `"${name}" is no address`, 'Enter it in full, with https://.');
    }
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
    if (!isSafe || url.username !== '' || url.password !== '' || url.hash !== '') {
        throw notConfigured(label, `"${name}" is no plain https address`, 'Enter one that begins with https://.');
    }
    return url.href;
}

function notConfigured(label: string, problem: string, remedy: string): MailError {
    return new MailError({
        code: MailErrorCode.NotConfigured,
        kind: 'configuration',
        step: 'configure',
        account: label,
        problem,
        remedy
    });
}
