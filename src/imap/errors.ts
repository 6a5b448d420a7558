import { leafCause, MailError, MailErrorCode, redact, type ErrorKind, type ErrorStep } from '../message/mail-error';

/** What an error says about where it happened; `secrets` never leave in a text. */
export interface ErrorContext {
    account: string;
    step: ErrorStep;
    secrets: readonly string[];
}

/** The properties that imapflow and Node put on their errors; every one may be missing. */
interface ForeignError {
    message?: string;
    code?: string;
    authenticationFailed?: boolean;
    responseStatus?: string;
    responseText?: string;
    serverResponseCode?: string;
    tlsFailed?: boolean;
    throttleReset?: number;
    mailboxMissing?: boolean;
    reason?: string;
}

interface Diagnosis {
    code: MailErrorCode;
    kind: ErrorKind;
    step?: ErrorStep;
    problem: string;
    remedy: string;
    retryAfterMs?: number;
}

const TIMEOUT_STEPS: Record<string, ErrorStep> = {
    CONNECT_TIMEOUT: 'connect',
    GREETING_TIMEOUT: 'greeting',
    UPGRADE_TIMEOUT: 'tls'
};
const TIMEOUT_CODES = new Set([...Object.keys(TIMEOUT_STEPS), 'ETIMEOUT', 'ETIMEDOUT', 'LockTimeout']);
const UNREACHABLE_CODES = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
/** Node's names for a certificate that does not prove the server's identity (node:tls, "X509 certificate error codes"). */
const CERTIFICATE_CODES =
    /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;
/** Gmail, Dovecot and Exchange each say it in their own words. */
const CONNECTION_LIMIT = /too many (simultaneous )?connections|maximum number of connections|connection limit/i;

/** True when a command failed because there is no connection any more, so that it may be tried again on a new one. */
export function isConnectionProblem(error: unknown): boolean {
    return (
        error instanceof MailError &&
        error.kind === 'temporary' &&
        error.code !== MailErrorCode.ServerRefused &&
        error.code !== MailErrorCode.LedgerFailed
    );
}

/**
 * Turns whatever imapflow, TLS or the network threw into a MailError. A MailError passes unchanged, so that the inner
 * step wins.
 */
export function imapError(error: unknown, context: ErrorContext): MailError {
    if (error instanceof MailError) {
        return error;
    }
    const foreign = (error ?? {}) as ForeignError;
    const leaf = (leafCause(error) ?? {}) as ForeignError;
    const diagnosis = diagnose(foreign, leaf);
    return new MailError({
        ...diagnosis,
        step: diagnosis.step ?? context.step,
        account: context.account,
        problem: redact(diagnosis.problem, context.secrets),
        response: redact(foreign.responseText ?? foreign.reason ?? '', context.secrets)
    });
}

function diagnose(error: ForeignError, leaf: ForeignError): Diagnosis {
    const code = error.code ?? leaf.code ?? '';
    const words = `${error.responseText ?? ''} ${error.reason ?? ''}`;
    if (CONNECTION_LIMIT.test(words)) {
        return {
            code: MailErrorCode.TooManyConnections,
            kind: 'temporary',
            problem: 'the server allows no more connections to this account',
            remedy: 'Lower "connections" in the account, or close other mail programs.'
        };
    }
    if (error.authenticationFailed) {
        return {
            code: MailErrorCode.CredentialsRejected,
            kind: 'credentials',
            step: 'login',
            problem: 'the server rejected user name or password',
            remedy: 'Check both; many providers want an app password and IMAP switched on in their settings.'
        };
    }
    if (error.mailboxMissing || error.serverResponseCode === 'NONEXISTENT') {
        return {
            code: MailErrorCode.FolderMissing,
            kind: 'configuration',
            problem: 'the folder does not exist',
            remedy: 'Check the folder name.'
        };
    }
    if (code === 'ETHROTTLE') {
        const seconds = Math.ceil((error.throttleReset ?? 0) / 1000);
        return {
            code: MailErrorCode.Throttled,
            kind: 'temporary',
            problem: `the server throttles this account for ${seconds} s`,
            remedy: 'It is tried again after that pause.',
            retryAfterMs: error.throttleReset ?? 0
        };
    }
    if (error.responseStatus === 'NO' || error.responseStatus === 'BAD') {
        return {
            code: MailErrorCode.ServerRefused,
            kind: error.serverResponseCode === 'UNAVAILABLE' ? 'temporary' : 'permanent',
            problem: 'the server refused the command',
            remedy: "The reason is in the server's words."
        };
    }
    return diagnoseTransport(error, code, leaf.message ?? error.message ?? 'unknown error');
}

function diagnoseTransport(error: ForeignError, code: string, message: string): Diagnosis {
    if (CERTIFICATE_CODES.test(code)) {
        return {
            code: MailErrorCode.Certificate,
            kind: 'configuration',
            step: 'tls',
            problem: `the certificate was not accepted: ${message}`,
            remedy: 'Check the host name; for an own certificate authority add a TLS configuration to the account.'
        };
    }
    if (error.tlsFailed && /not support STARTTLS|can not start TLS/i.test(message)) {
        return {
            code: MailErrorCode.StarttlsMissing,
            kind: 'configuration',
            step: 'tls',
            problem: 'the server does not offer STARTTLS, so nothing secret was sent',
            remedy: 'Choose TLS (port 993), or ask the provider.'
        };
    }
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
        return {
            code: MailErrorCode.HostUnknown,
            kind: 'temporary',
            step: 'look-up',
            problem: `the host name could not be resolved: ${message}`,
            remedy: 'Check the host name and the network.'
        };
    }
    if (UNREACHABLE_CODES.has(code)) {
        return {
            code: MailErrorCode.ConnectionRefused,
            kind: 'temporary',
            step: 'connect',
            problem: `no connection: ${message}`,
            remedy: 'Check host and port, and whether a firewall stands between.'
        };
    }
    if (TIMEOUT_CODES.has(code)) {
        return {
            code: MailErrorCode.TimedOut,
            kind: 'temporary',
            ...(TIMEOUT_STEPS[code] ? { step: TIMEOUT_STEPS[code] } : {}),
            problem: 'the server did not answer in time',
            remedy: 'It is tried again; if it stays, check host, port and security.'
        };
    }
    if (code === 'EPROTO' || code.startsWith('ERR_SSL') || error.tlsFailed) {
        return {
            code: MailErrorCode.TlsFailed,
            kind: 'temporary',
            step: 'tls',
            problem: `no TLS connection: ${message}`,
            remedy: 'Check that security and port belong together (TLS 993, STARTTLS 143).'
        };
    }
    if (code.startsWith('ParserError') || /TooLarge$|^TooMany|^InvalidResponse$|Tag$|^MAX_IMAP/.test(code)) {
        return {
            code: MailErrorCode.ProtocolBroken,
            kind: 'temporary',
            problem: `the server sent something that is not IMAP: ${message}`,
            remedy: 'Check that host and port belong to an IMAP server.'
        };
    }
    return {
        code: MailErrorCode.ConnectionLost,
        kind: 'temporary',
        problem: `the connection was lost: ${message}`,
        remedy: 'A new connection is made.'
    };
}
