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
    serverResponseCode?: string;
    /** The parsed answer; the words alone where imapflow makes a failed login of a refused NAMESPACE. */
    response?: unknown;
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

/** What the server said, or "". */
export function wordsOf({ responseText, reason, response }: ForeignError): string {
    return responseText ?? reason ?? (typeof response === 'string' ? response : '');
}

/** The code in brackets, such as UNAVAILABLE; imapflow names that of a FETCH nowhere but in the answer. */
export function responseCodeOf({ serverResponseCode, response }: ForeignError): string {
    if (serverResponseCode !== undefined) {
        return serverResponseCode;
    }
    const { attributes } = (response ?? {}) as { attributes?: Array<{ section?: Array<{ value?: unknown }> }> };
    const value = attributes?.[0]?.section?.[0]?.value;
    return typeof value === 'string' ? value.toUpperCase().trim() : '';
}
