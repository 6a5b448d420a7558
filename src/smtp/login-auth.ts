import type { SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { logIn } from '../message/log-in';
import { secretForms } from '../message/secret-forms';
import type { Login, ServerSettings, TokenLogin } from '../message/server-settings';
import { smtpError } from './errors';

/** A renewed token follows one that was rejected on the same connection; a server may repeat both of them. */
const MAX_REMEMBERED_TOKENS = 4;

interface AuthData {
    type?: string;
    method?: string;
    user: string;
    pass?: string;
}

/** What nodemailer is given for the login of one account, and which texts of it a server must not bring into an error. */
export class LoginAuth {
    readonly #server: ServerSettings;
    #tokens: string[] = [];

    constructor(server: ServerSettings) {
        this.#server = server;
    }

    get secrets(): string[] {
        const { login } = this.#server;
        if (!login || !('tokens' in login)) {
            return secretForms(login);
        }
        return this.#tokens.flatMap(accessToken => secretForms({ user: login.user, accessToken }));
    }

    /** `login` of a connection, `auth` of a transport; undefined for a server that is used without a login. */
    get data(): AuthData | undefined {
        const { login } = this.#server;
        if (!login) {
            return undefined;
        }
        return 'tokens' in login
            ? { type: 'custom', method: 'XOAUTH2', user: login.user }
            : { user: login.user, pass: login.password };
    }

    /**
     * The handler for XOAUTH2. nodemailer's own asks for a new token only after a challenge, and Microsoft refuses a
     * token without one.
     */
    get handlers(): Record<string, (context: SMTPConnectionCustomAuthContext) => Promise<void>> {
        const { login } = this.#server;
        return isTokenLogin(login) ? { XOAUTH2: context => this.#logIn(login, context) } : {};
    }

    async #logIn(login: TokenLogin, context: SMTPConnectionCustomAuthContext): Promise<void> {
        try {
            await logIn(login, async given => {
                const token = given && 'accessToken' in given ? given.accessToken : '';
                this.#tokens = [token, ...this.#tokens].slice(0, MAX_REMEMBERED_TOKENS);
                await this.#authenticate(login.user, token, context);
            });
        } catch (error) {
            // nodemailer writes into the error that it is given
            throw new Error('the login failed', { cause: error });
        }
    }

    /** One AUTH; rejects with MailError. */
    async #authenticate(user: string, token: string, context: SMTPConnectionCustomAuthContext): Promise<void> {
        const payload = Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString('base64');
        let { response } = await context.sendCommand(`AUTH XOAUTH2 ${payload}`);
        if (response.startsWith('334')) {
            // the reason as JSON in base64; an empty line ends the exchange (developers.google.com, XOAUTH2 protocol)
            ({ response } = await context.sendCommand(''));
        }
        if (!response.startsWith('2')) {
            // nodemailer's own status is 0 for a reply of several lines
            const refusal = { command: 'AUTH XOAUTH2', response, responseCode: Number.parseInt(response, 10) };
            const { label: account } = this.#server;
            throw smtpError(refusal, { account, secrets: this.secrets, handedOver: false, closed: false });
        }
    }
}

function isTokenLogin(login: Login | null): login is TokenLogin {
    return login !== null && 'tokens' in login;
}
