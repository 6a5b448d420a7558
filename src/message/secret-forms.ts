import type { ServerSettings } from './server-settings';

/**
 * The texts in which a server may give a login's secret back: as it is, in a quoted string (RFC 9051 section 4.3), in
 * the base64 of AUTH PLAIN and AUTH LOGIN, and each of them with its UTF-8 read byte by byte. For `redact`.
 */
export function secretForms(login: ServerSettings['login']): string[] {
    if (login === null) {
        return [];
    }
    const { user, password } = login;
    const encoded = [`\0${user}\0${password}`, password].map(text => Buffer.from(text).toString('base64'));
    const plain = [password, password.replace(/["\\]/g, '\\$&')];
    const bytewise = plain.map(text => Buffer.from(text).toString('latin1'));
    return [...new Set([...encoded, ...plain, ...bytewise])].filter(form => form !== '');
}
