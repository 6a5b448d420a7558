/** Whose fault a failure is, and so whether trying again can help. */
export type ErrorKind = 'temporary' | 'permanent' | 'credentials' | 'configuration';

/** Where in the life of a mail or a connection the failure happened. */
export type ErrorStep =
    | 'configure'
    | 'sign-in'
    | 'look-up'
    | 'connect'
    | 'greeting'
    | 'tls'
    | 'login'
    | 'list'
    | 'create'
    | 'select'
    | 'search'
    | 'fetch'
    | 'parse'
    | 'attachment'
    | 'store'
    | 'move'
    | 'copy'
    | 'delete'
    | 'append'
    | 'ledger'
    | 'flow'
    | 'compose'
    | 'send';

/** Code decides by these, people read the message; a code never changes its meaning. */
export const MailErrorCode = {
    // settings
    NotConfigured: 'NOT_CONFIGURED',
    EnvMissing: 'ENV_MISSING',
    InvalidProperty: 'INVALID_PROPERTY',
    InvalidPattern: 'INVALID_PATTERN',
    InvalidSearch: 'INVALID_SEARCH',
    RightMissing: 'RIGHT_MISSING',
    // connection
    HostUnknown: 'HOST_UNKNOWN',
    ConnectionRefused: 'CONNECTION_REFUSED',
    ConnectionLost: 'CONNECTION_LOST',
    TimedOut: 'TIMED_OUT',
    Certificate: 'CERTIFICATE',
    TlsFailed: 'TLS_FAILED',
    StarttlsMissing: 'STARTTLS_MISSING',
    CredentialsRejected: 'CREDENTIALS_REJECTED',
    // OAuth2: nobody has signed in, or the provider wants it again
    SignInRequired: 'SIGN_IN_REQUIRED',
    // OAuth2: the provider does not accept the app
    ClientRejected: 'CLIENT_REJECTED',
    // OAuth2: the provider's token server cannot be used at the moment
    TokenServerFailed: 'TOKEN_SERVER_FAILED',
    // OAuth2: the tokens on this machine cannot be read or written
    TokenStoreFailed: 'TOKEN_STORE_FAILED',
    // OAuth2: the mail server does not accept a fresh token
    TokenRejected: 'TOKEN_REJECTED',
    TooManyConnections: 'TOO_MANY_CONNECTIONS',
    Throttled: 'THROTTLED',
    ProtocolBroken: 'PROTOCOL_BROKEN',
    Closed: 'CLOSED',
    // folders and mails
    FolderMissing: 'FOLDER_MISSING',
    FolderNotSelectable: 'FOLDER_NOT_SELECTABLE',
    FolderReadOnly: 'FOLDER_READ_ONLY',
    MailGone: 'MAIL_GONE',
    FlagNotPermitted: 'FLAG_NOT_PERMITTED',
    ServerRefused: 'SERVER_REFUSED',
    NoMailReference: 'NO_MAIL_REFERENCE',
    AuthenticationUndecided: 'AUTHENTICATION_UNDECIDED',
    // content
    Unreadable: 'UNREADABLE',
    AttachmentFolder: 'ATTACHMENT_FOLDER',
    LedgerFailed: 'LEDGER_FAILED',
    FlowFailed: 'FLOW_FAILED',
    AckRefused: 'ACK_REFUSED',
    // sending
    RecipientMissing: 'RECIPIENT_MISSING',
    AddressInvalid: 'ADDRESS_INVALID',
    HeaderInvalid: 'HEADER_INVALID',
    SenderNotAllowed: 'SENDER_NOT_ALLOWED',
    AttachmentInvalid: 'ATTACHMENT_INVALID',
    TooLarge: 'TOO_LARGE',
    RecipientsRefused: 'RECIPIENTS_REFUSED',
    OutcomeUnknown: 'OUTCOME_UNKNOWN',
    // composing
    LoopGuard: 'LOOP_GUARD'
} as const;
export type MailErrorCode = (typeof MailErrorCode)[keyof typeof MailErrorCode];

export interface MailErrorParts {
    code: MailErrorCode;
    kind: ErrorKind;
    step: ErrorStep;
    /** What went wrong, as half a sentence without a final full stop. */
    problem: string;
    /** What the reader can do about it, as a whole sentence. */
    remedy?: string | undefined;
    /** The account's name as the user knows it. */
    account?: string | undefined;
    /** The server's own words; cleaned and cut here. */
    response?: string | undefined;
    /** How long the server asked to be left alone, in milliseconds. */
    retryAfterMs?: number | undefined;
    cause?: unknown;
}

/** A server may answer with a megabyte, and the words end up in a log line and in the editor. */
const MAX_RESPONSE_CHARS = 300;

/**
 * The one error of this pack: says which account, which step, the server's own words and what to do.
 * Built where a library is called; nothing above that border looks at foreign errors.
 */
export class MailError extends Error {
    readonly code: MailErrorCode;
    readonly kind: ErrorKind;
    readonly step: ErrorStep;
    readonly account: string;
    readonly response: string;
    /** Half a sentence, printable; empty remedy when nobody can say what to do. */
    readonly problem: string;
    readonly remedy: string;
    readonly retryAfterMs: number;

    constructor(parts: MailErrorParts) {
        const response = cleanResponse(parts.response ?? '');
        const sentences = [
            `${parts.account ? `${parts.account}: ` : ''}${parts.step} failed: ${parts.problem}.`,
            response && `The server said: "${response}".`,
            parts.remedy
        ];
        // names of folders and values from a flow stand in the problem: they must not forge further log lines either
        super(
            printable(sentences.filter(Boolean).join(' ')),
            parts.cause === undefined ? undefined : { cause: parts.cause }
        );
        this.name = 'MailError';
        this.code = parts.code;
        this.kind = parts.kind;
        this.step = parts.step;
        this.account = parts.account ?? '';
        this.response = response;
        this.problem = printable(parts.problem);
        this.remedy = printable(parts.remedy ?? '');
        this.retryAfterMs = parts.retryAfterMs ?? 0;
    }
}

/** The error of a setting that is missing, or of settings that do not go together. */
export function notConfigured(problem: string, remedy: string): MailError {
    const code = MailErrorCode.NotConfigured;
    return new MailError({ code, kind: 'configuration', step: 'configure', problem, remedy });
}

function printable(text: string): string {
    return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Control characters would let a server forge further log lines; returns one printable line of bounded length. */
export function cleanResponse(text: string): string {
    const line = text
        .slice(0, MAX_RESPONSE_CHARS * 4)
        .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
        .trim();
    return line.length > MAX_RESPONSE_CHARS ? `${line.slice(0, MAX_RESPONSE_CHARS)}…` : line;
}

/**
 * Replaces every occurrence of a known secret, because libraries and servers repeat what they were given. The longest
 * first: one that is part of another must not leave the rest of it behind.
 */
export function redact(text: string, secrets: readonly string[]): string {
    return secrets
        .filter(secret => secret.length > 0)
        .sort((a, b) => b.length - a.length)
        .reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}

/** The innermost error of a chain: "connect ECONNREFUSED 127.0.0.1:993" helps an operator, its wrappers do not. */
export function leafCause(error: unknown): unknown {
    let leaf = error;
    for (let depth = 0; depth < 10; depth++) {
        const next =
            leaf instanceof AggregateError && leaf.errors.length > 0
                ? leaf.errors[0]
                : leaf instanceof Error
                  ? leaf.cause
                  : undefined;
        if (!(next instanceof Error)) {
            return leaf;
        }
        leaf = next;
    }
    return leaf;
}
