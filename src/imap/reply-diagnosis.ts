import { MailErrorCode } from '../message/mail-error';
import { responseCodeOf, wordsOf, type Diagnosis, type ForeignError } from './diagnosis';

/** imapflow (2.10) asks the server for nothing when it offers neither XOAUTH2 nor OAUTHBEARER. */
const NO_MECHANISM = 'Unsupported authentication mechanism';
/**
 * Microsoft 365 accepts the login of a user who has no mailbox, or no right to the one that was named, and refuses every
 * command after it; imapflow then calls it a failed login.
 */
const NO_MAILBOX = /authenticated but not connected/i;
/** Gmail, Dovecot and Exchange each say it in their own words. */
const CONNECTION_LIMIT = /too many (simultaneous )?connections|maximum number of connections|connection limit/i;
/** RFC 5530: the server is at fault for now, whatever the command was. */
const TEMPORARY_CODES = new Set(['UNAVAILABLE', 'INUSE', 'SERVERBUG']);
/** The command may be given again later. SERVERBUG is not among them: it may be this mail that the server stumbles over. */
const BUSY_CODES = new Set(['UNAVAILABLE', 'INUSE']);
/** Gmail's and Yahoo's. */
const THROTTLED = 'THROTTLED';
/** RFC 5530, in answer to a login: too many of them. Elsewhere it is a limit that stays, such as the size of a mail. */
const LIMIT = 'LIMIT';
/** Gmail, which gives it the code OVERQUOTA, also in answer to a login. */
const BANDWIDTH = /command or bandwidth limits/i;
/** When the server names no time: longer than a watcher's first pauses, short enough for a bad minute. */
const BUSY_PAUSE_MS = 30_000;
/** The server names the time: more milliseconds than a timer can hold would make it fire at once and for ever. */
const MAX_THROTTLE_MS = 60 * 60_000;
/** imapflow refuses to send what IMAP cannot express. */
const INVALID_COMMAND = /^Invalid(StringValue|TokenValue|TextValue|SequenceSet|SearchQuery|MessageContent)$/;

/** Explains what the server answered, or why the library did not ask it. Returns null when there was no answer. */
export function diagnoseReply(error: ForeignError, code: string, message: string): Diagnosis | null {
    const words = wordsOf(error);
    if (CONNECTION_LIMIT.test(words)) {
        return {
            code: MailErrorCode.TooManyConnections,
            kind: 'temporary',
            problem: 'the server allows no more connections to this account',
            remedy: 'Lower "connections" in the account, or close other mail programs.'
        };
    }
    if (NO_MAILBOX.test(words)) {
        return noMailbox();
    }
    const throttling = diagnoseThrottling(error, code, words);
    if (throttling) {
        return throttling;
    }
    if (error.authenticationFailed) {
        return diagnoseLogin(error, message);
    }
    // TRYCREATE is the answer to a copy or move into a folder that is missing
    if (error.mailboxMissing || ['NONEXISTENT', 'TRYCREATE'].includes(error.serverResponseCode ?? '')) {
        return {
            code: MailErrorCode.FolderMissing,
            kind: 'configuration',
            problem: 'the folder does not exist',
            remedy: 'Check the folder name.'
        };
    }
    const space = diagnoseSpace(error, message);
    if (space) {
        return space;
    }
    return diagnoseRefusal(error) ?? diagnoseCommand(code, message);
}

/** Microsoft 365 names the time, which imapflow reads; others do not. */
function diagnoseThrottling(error: ForeignError, code: string, words: string): Diagnosis | null {
    const isNamed = code === 'ETHROTTLE';
    const isLogin = error.authenticationFailed === true;
    if (!isNamed && !BANDWIDTH.test(words) && !(responseCodeOf(error) === THROTTLED && !isLogin)) {
        return null;
    }
    const retryAfterMs = isNamed ? Math.min(error.throttleReset ?? 0, MAX_THROTTLE_MS) : BUSY_PAUSE_MS;
    const time = isNamed ? ` for ${Math.ceil(retryAfterMs / 1000)} s` : '';
    return {
        code: MailErrorCode.Throttled,
        kind: 'temporary',
        ...(isLogin ? { step: 'login' } : {}),
        problem: `the server throttles this account${time}`,
        remedy: isNamed ? 'It is tried again after that pause.' : 'It is tried again after a pause.',
        retryAfterMs
    };
}

/** RFC 5530 OVERQUOTA; RFC 4469 TOOBIG; imapflow itself compares with APPENDLIMIT (RFC 7889) and sends nothing. */
function diagnoseSpace(error: ForeignError, message: string): Diagnosis | null {
    if (error.serverResponseCode === 'OVERQUOTA') {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'permanent',
            problem: 'the mailbox is full',
            remedy: 'Delete mail in it, or have its quota raised.'
        };
    }
    if (error.serverResponseCode === 'TOOBIG' || error.serverResponseCode === 'APPENDLIMIT') {
        return {
            code: MailErrorCode.TooLarge,
            kind: 'permanent',
            problem: `the mail is larger than the server takes: ${message}`,
            remedy: 'Store it without its attachments, or in another account.'
        };
    }
    return null;
}

/** Said only after the token or password was accepted, so what is left is the rights, then the account. */
function noMailbox(): Diagnosis {
    return {
        code: MailErrorCode.ServerRefused,
        kind: 'configuration',
        problem: 'the login is right but there is no mailbox behind it',
        remedy:
            'Check that the user has the right to this mailbox and may use IMAP; then that the user name is the ' +
            'address of the mailbox (of the shared one, where it is shared), and that there is one.'
    };
}

function diagnoseLogin(error: ForeignError, message: string): Diagnosis {
    const { serverResponseCode = '' } = error;
    // a bad minute of the server must not look like a wrong password, after which nobody tries again for an hour
    if (TEMPORARY_CODES.has(serverResponseCode) || [THROTTLED, LIMIT].includes(serverResponseCode)) {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'temporary',
            step: 'login',
            problem: 'the server takes no login at the moment',
            remedy: 'It is tried again.'
        };
    }
    // without an answer imapflow did not even try: LOGINDISABLED (RFC 9051 section 6.2.3), or no login is set
    if (error.responseStatus === undefined || serverResponseCode === 'PRIVACYREQUIRED') {
        return {
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'login',
            problem: `the server allows no login in this way: ${message}`,
            remedy: 'Choose TLS or STARTTLS under security, and a login, in the account.'
        };
    }
    return {
        code: MailErrorCode.CredentialsRejected,
        kind: 'credentials',
        step: 'login',
        problem: 'the server rejected user name or password',
        remedy: 'Check both; many providers want an app password and IMAP switched on in their settings.'
    };
}

function diagnoseRefusal(error: ForeignError): Diagnosis | null {
    if (error.responseStatus !== 'NO' && error.responseStatus !== 'BAD') {
        return null;
    }
    const code = responseCodeOf(error);
    return {
        code: MailErrorCode.ServerRefused,
        kind: TEMPORARY_CODES.has(code) ? 'temporary' : 'permanent',
        problem: 'the server refused the command',
        remedy: "The reason is in the server's words.",
        ...(BUSY_CODES.has(code) ? { retryAfterMs: BUSY_PAUSE_MS } : {})
    };
}

function diagnoseCommand(code: string, message: string): Diagnosis | null {
    if (message === NO_MECHANISM) {
        return {
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'login',
            problem: 'the server offers no login with this kind of secret',
            remedy: 'Choose another login in the account: password or OAuth2.'
        };
    }
    if (code === 'MissingServerExtension') {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'configuration',
            problem: `the server cannot do this: ${message}`,
            remedy: 'Do without it on this account.'
        };
    }
    if (INVALID_COMMAND.test(code)) {
        return {
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            problem: `this cannot be said in IMAP: ${message}`,
            remedy: 'Correct the value in the node.'
        };
    }
    if (code === 'DownloadIncomplete' || code === 'DownloadOverflow') {
        return {
            code: MailErrorCode.Unreadable,
            kind: 'permanent',
            problem: `the server did not give the mail as it announced it: ${message}`,
            remedy: 'Look at the mail in another program.'
        };
    }
    return null;
}
