import { cleanResponse, leafCause, MailError, MailErrorCode, redact, type MailErrorParts } from '../message/mail-error';

/** A refusal in the words of RFC 6749 section 5.2, or of section 4.1.2.1 in an address. */
export interface OAuthRefusal {
    error: string;
    description: string;
}

type Explanation = Pick<MailErrorParts, 'code' | 'kind' | 'problem' | 'remedy'>;

const SIGN_IN = 'Open the sign-in (mail-oauth) and sign in again.';

/** learn.microsoft.com/entra/identity-platform/reference-error-codes; these say more than the OAuth2 code beside them. */
const MICROSOFT_CODES: Readonly<Record<string, [problem: string, remedy: string]>> = {
    AADSTS7000222: [
        'the client secret has expired',
        'Make a new client secret in the app registration, enter its value in the sign-in, and deploy.'
    ],
    AADSTS7000215: [
        'the client secret is wrong',
        'Enter the value of the client secret, not its id, in the sign-in, and deploy.'
    ],
    AADSTS700016: [
        'the tenant does not know this app',
        'Check client id and tenant in the sign-in; an app made for one tenant needs that tenant.'
    ],
    AADSTS7000218: [
        'the app wants a client secret',
        'Enter one in the sign-in, or allow public client flows in the app registration.'
    ],
    AADSTS50011: [
        'the app registration does not list the return address',
        'Add the address that the sign-in shows to the app registration, exactly as it stands there.'
    ],
    AADSTS53003: ['a policy of the organisation forbids this sign-in', 'Ask its administrator, or use another flow.']
};

/** The user has to act: consent was withdrawn, the password changed, a refresh token was unused for too long. */
const NEEDS_USER = new Set(['invalid_grant', 'interaction_required', 'login_required', 'consent_required']);
const NEEDS_APP = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type']);
const MAY_PASS = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** What a provider's refusal means for the one named `account`; `secrets` never leave in a text. */
export function refusedByProvider(refusal: OAuthRefusal, account: string, secrets: readonly string[]): MailError {
    const words = [refusal.error, refusal.description].filter(Boolean).join(': ');
    return new MailError({
        ...explain(refusal),
        step: 'sign-in',
        account,
        response: redact(words, secrets)
    });
}

function explain({ error, description }: OAuthRefusal): Explanation {
    const code = /\bAADSTS\d+\b/.exec(description)?.[0] ?? '';
    const known = MICROSOFT_CODES[code];
    if (known) {
        const [problem, remedy] = known;
        return { code: MailErrorCode.ClientRejected, kind: 'credentials', problem, remedy };
    }
    if (MAY_PASS.has(error)) {
        return {
            code: MailErrorCode.TokenServerFailed,
            kind: 'temporary',
            problem: 'the token server cannot answer at the moment',
            remedy: 'It is tried again.'
        };
    }
    if (NEEDS_APP.has(error)) {
        return {
            code: MailErrorCode.ClientRejected,
            kind: 'credentials',
            problem: 'the provider does not accept the app',
            remedy: 'Check client id, client secret and flow in the sign-in against the app registration, and deploy.'
        };
    }
    if (NEEDS_USER.has(error)) {
        return {
            code: MailErrorCode.SignInRequired,
            kind: 'credentials',
            problem: 'the sign-in is not valid any more: it was revoked, has expired, or the password was changed',
            remedy: SIGN_IN
        };
    }
    if (error === 'access_denied') {
        return {
            code: MailErrorCode.SignInRequired,
            kind: 'credentials',
            problem: 'the sign-in was refused or cancelled on the page of the provider',
            remedy: 'Sign in again and agree; an organisation may want its administrator to agree first.'
        };
    }
    if (error === 'expired_token') {
        return {
            code: MailErrorCode.SignInRequired,
            kind: 'credentials',
            problem: 'nobody entered the code in time',
            remedy: 'Start the sign-in again.'
        };
    }
    return {
        code: MailErrorCode.ClientRejected,
        kind: 'credentials',
        problem: 'the provider refused the request',
        remedy: 'Check scopes and addresses in the sign-in; the reason is in the words of the provider.'
    };
}

/** The token server is unreachable, or answers with what no token server may answer. */
export function tokenServerFailed(problem: string, account: string, retryAfterMs = 0): MailError {
    return new MailError({
        code: MailErrorCode.TokenServerFailed,
        kind: 'temporary',
        step: 'sign-in',
        account,
        problem,
        remedy: 'It is tried again; if it stays, check the network and the token address of the sign-in.',
        retryAfterMs
    });
}

/** Nothing of a foreign error but the words of its innermost cause, such as "connect ECONNREFUSED 127.0.0.1:443". */
export function reasonOf(error: unknown, secrets: readonly string[]): string {
    const leaf = leafCause(error);
    return cleanResponse(redact(leaf instanceof Error ? leaf.message : 'unknown reason', secrets));
}

export function signInRequired(account: string, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.SignInRequired,
        kind: 'credentials',
        step: 'sign-in',
        account,
        problem,
        remedy: SIGN_IN
    });
}

/** SMTP AUTH is switched off for the tenant or the mailbox, whatever the token is worth. */
const SMTP_AUTH_OFF = /\b5\.7\.139\b|SmtpClientAuthentication is disabled/i;

/**
 * A mail server that does not accept a fresh token: what can be wrong, in the order in which it is worth looking.
 *
 * @param rejection what the server's answer alone was taken for.
 */
export function explainTokenRejection(rejection: MailError): MailError {
    const isSwitchedOff = SMTP_AUTH_OFF.test(rejection.response);
    return new MailError({
        code: MailErrorCode.TokenRejected,
        kind: 'credentials',
        step: 'login',
        account: rejection.account,
        response: rejection.response,
        problem: isSwitchedOff
            ? 'the server takes no SMTP login from this mailbox, although the token is fresh'
            : 'the server rejected the login, although the token is fresh',
        remedy: isSwitchedOff
            ? 'Have SMTP AUTH switched on for the mailbox and the organisation (SmtpClientAuthenticationDisabled), ' +
              'and check for security defaults; then sign in again.'
            : 'Check in this order: the token (was it given for mail, do the scopes fit the server), the rights ' +
              '(IMAP and SMTP allowed, access to a shared mailbox), the account (the user name is the address of ' +
              'the mailbox). Then sign in again.'
    });
}
