import type { ConnectionOptions } from 'node:tls';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { Login, Security, ServerSettings } from '../message/server-settings';
import {
    readBoolean,
    readChoice,
    readSecret,
    readText,
    readWholeNumber,
    type SavedProperties
} from '../runtime/settings';
import { AccountTokens, type SignInSource } from './oauth-login';

/** Core's tls-config node; version 5 adds PFX and certificates from the environment behind the same call. */
export interface TlsConfigNode {
    addTLSOptions(options: ConnectionOptions): ConnectionOptions;
}

/** Throws MailError when the sign-in cannot be used; null for an empty id. */
export type SignInFinder = (id: string) => SignInSource | null;

/**
 * Reads host, port, security and login of a saved account.
 *
 * @param ports default port for each security.
 * @param tlsNode the core tls-config node chosen in the account, null when there is none.
 * @param signIn finds the sign-in chosen in the account; asked only by an account that uses OAuth2.
 * @throws MailError NOT_CONFIGURED, ENV_MISSING or INVALID_PROPERTY; never names a secret.
 */
export function readServerSettings(
    saved: SavedProperties,
    credentials: SavedProperties,
    ports: Record<Security, number>,
    tlsNode: TlsConfigNode | null,
    signIn: SignInFinder = () => null
): ServerSettings {
    const host = readText(saved, 'host');
    const auth = readChoice(saved, 'auth', ['password', 'oauth2', 'none']);
    const source = auth === 'oauth2' ? signIn(readText(saved, 'oauth')) : null;
    const user = readText(credentials, 'user') || (source?.user ?? '');
    const label = readText(saved, 'name') || [user, host].filter(Boolean).join(' at ');
    if (host === '') {
        throw notConfigured(label, 'no host is set');
    }
    const security = readChoice<Security>(saved, 'security', ['tls', 'starttls', 'none']);
    const login = readLogin(auth, user, credentials, source, label);
    const tls: ConnectionOptions = tlsNode ? tlsNode.addTLSOptions({}) : {};
    if (!readBoolean(saved, 'verify', true)) {
        tls.rejectUnauthorized = false;
    }
    return {
        label,
        host,
        port: readWholeNumber(saved, 'port', { fallback: ports[security], min: 1, max: 65535 }),
        security,
        tls,
        login
    };
}

function readLogin(
    auth: 'password' | 'oauth2' | 'none',
    user: string,
    credentials: SavedProperties,
    source: SignInSource | null,
    label: string
): Login | null {
    if (auth === 'none') {
        return null;
    }
    if (user === '') {
        throw notConfigured(label, 'the user name is missing');
    }
    if (auth === 'password') {
        const password = readSecret(credentials, 'password');
        if (password === '') {
            throw notConfigured(label, 'the password is missing');
        }
        return { user, password };
    }
    if (!source) {
        throw notConfigured(label, 'no sign-in is chosen');
    }
    return { user, tokens: new AccountTokens(label, source) };
}

function notConfigured(label: string, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.NotConfigured,
        kind: 'configuration',
        step: 'configure',
        account: label,
        problem,
        remedy: 'Open the account, complete it and deploy.'
    });
}
