import type { ConnectionOptions } from 'node:tls';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { Security, ServerSettings } from '../message/server-settings';
import {
    readBoolean,
    readChoice,
    readSecret,
    readText,
    readWholeNumber,
    type SavedProperties
} from '../runtime/settings';

/** Core's tls-config node; version 5 adds PFX and certificates from the environment behind the same call. */
export interface TlsConfigNode {
    addTLSOptions(options: ConnectionOptions): ConnectionOptions;
}

/**
 * Reads host, port, security and login of a saved account.
 *
 * @param ports default port for each security.
 * @param tlsNode the core tls-config node chosen in the account, null when there is none.
 * @throws MailError NOT_CONFIGURED, ENV_MISSING or INVALID_PROPERTY; never names a secret.
 */
export function readServerSettings(
    saved: SavedProperties,
    credentials: SavedProperties,
    ports: Record<Security, number>,
    tlsNode: TlsConfigNode | null
): ServerSettings {
    const host = readText(saved, 'host');
    const user = readText(credentials, 'user');
    const label = readText(saved, 'name') || [user, host].filter(Boolean).join(' at ');
    if (host === '') {
        throw notConfigured(label, 'no host is set');
    }
    const security = readChoice<Security>(saved, 'security', ['tls', 'starttls', 'none']);
    const auth = readChoice(saved, 'auth', ['password', 'none']);
    const password = readSecret(credentials, 'password');
    if (auth === 'password' && (user === '' || password === '')) {
        throw notConfigured(label, `the ${user === '' ? 'user name' : 'password'} is missing`);
    }
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
        login: auth === 'password' ? { user, password } : null
    };
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
