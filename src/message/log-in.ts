import { MailError } from './mail-error';
import type { GivenLogin, Login } from './server-settings';

/**
 * Logs in with what an account has. A token that the server rejects is renewed once, because it may have been revoked
 * before its time; a second rejection is final, and the token source remembers it.
 *
 * @param attempt makes one connection with the login it is given.
 * @throws MailError of the attempt, or of the token source.
 */
export async function logIn<T>(login: Login | null, attempt: (given: GivenLogin | null) => Promise<T>): Promise<T> {
    if (!login || !('tokens' in login)) {
        return attempt(login);
    }
    const { user, tokens } = login;
    const accessToken = await tokens.token();
    try {
        return await attempt({ user, accessToken });
    } catch (error) {
        if (!isRejection(error)) {
            throw error;
        }
    }
    const renewed = await tokens.renew(accessToken);
    try {
        return await attempt({ user, accessToken: renewed });
    } catch (error) {
        throw isRejection(error) ? tokens.refused(error) : error;
    }
}

function isRejection(error: unknown): error is MailError {
    return error instanceof MailError && error.kind === 'credentials';
}
