import type { GivenLogin } from './server-settings';

/**
 * The texts in which a server may give a login's secret back: as it is, in a quoted string (RFC 9051 section 4.3), in
 * the base64 of AUTH PLAIN, AUTH LOGIN, XOAUTH2 and OAUTHBEARER, and each of them with its UTF-8 read byte by byte. For
 * `redact`.
 */
export function secretForms(login: GivenLogin | null): string[] {
    if (login === null) {
        return [];
    }
    if ('accessToken' in login) {
        return tokenForms(login.user, login.accessToken);
    }
    const { user, password } = login;
    const encoded = [`\0${user}\0${password}`, password].map(text => Buffer.from(text).toString('base64'));
    const plain = [password, password.replace(/["\\]/g, '\\$&')];
    const bytewise = plain.map(text => Buffer.from(text).toString('latin1'));
    return [...new Set([...encoded, ...plain, ...bytewise])].filter(form => form !== '');
}

/**
 * What stands before the token in OAUTHBEARER names host and port, so its base64 begins at any of three places: two
 * characters at each end of the token depend on their neighbours, the rest is found at one of these.
 */
function tokenForms(user: string, token: string): string[] {
    const whole = Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64');
    const inside = [0, 1, 2].map(shift =>
        Buffer.from(`${'x'.repeat(shift)}${token}`)
            .toString('base64')
            .replace(/=+$/, '')
            .slice(shift === 0 ? 0 : 4, -4)
    );
    return [...new Set([whole, token, ...inside])].filter(form => form.length >= 8 || form === token).filter(Boolean);
}
