import { cleanResponse, MailErrorCode, type ErrorKind, type ErrorStep } from '../message/mail-error';

/** The properties that nodemailer and Node put on their errors; every one may be missing. */
export interface ForeignError {
    message?: string;
    code?: string;
    /** Node's own code where nodemailer replaced it. */
    originalCode?: string;
    command?: string;
    response?: string;
    responseCode?: number;
    timeoutType?: string;
    rejectedErrors?: ReadonlyArray<{ recipient?: string; response?: string }>;
}

/** What went wrong, in the words of this pack. */
export interface Diagnosis {
    code: MailErrorCode;
    kind: ErrorKind;
    step: ErrorStep;
    problem: string;
    remedy: string;
}

/** Said by the server in a reply, or by nodemailer from what the server announced. */
export function tooLarge(): Diagnosis {
    return {
        code: MailErrorCode.TooLarge,
        kind: 'permanent',
        step: 'send',
        problem: 'the message is larger than the server allows',
        remedy: 'Send fewer or smaller attachments.'
    };
}

/** nodemailer appends the server's words to its message, so they are cleaned here as well. */
export function detail(error: ForeignError): string {
    return cleanResponse(error.message || error.code || 'no reason given');
}
