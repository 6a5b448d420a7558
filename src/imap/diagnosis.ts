import type { ErrorKind, ErrorStep, MailErrorCode } from '../message/mail-error';

/** The properties that imapflow and Node put on their errors; every one may be missing. */
export interface ForeignError {
    name?: string;
    message?: string;
    /** Node's are text; a DOMException has a number. */
    code?: unknown;
    authenticationFailed?: boolean;
    responseStatus?: string;
    responseText?: string;
    /** The server's words where imapflow makes a failed login of a refused NAMESPACE. */
    response?: unknown;
    serverResponseCode?: string;
    tlsFailed?: boolean;
    throttleReset?: number;
    mailboxMissing?: boolean;
    /** The words of a BYE. */
    reason?: string;
}

/** What a foreign error means; without a step it is that of the caller. */
export interface Diagnosis {
    code: MailErrorCode;
    kind: ErrorKind;
    step?: ErrorStep;
    problem: string;
    remedy: string;
    retryAfterMs?: number;
}
