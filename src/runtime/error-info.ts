import { MailError } from '../message/mail-error';

/** A failure as plain JSON, for `msg.error`. */
export interface ErrorInfo {
    message: string;
    code: string;
    kind: string;
    step: string;
    account: string;
    /** The server's own words; empty when it said nothing. */
    response: string;
}

/** Flows decide by `code` and `kind`; an error that is none of ours has neither. */
export function errorInfo(error: unknown): ErrorInfo {
    if (error instanceof MailError) {
        const { message, code, kind, step, account, response } = error;
        return { message, code, kind, step, account, response };
    }
    return { message: (error as Error).message, code: '', kind: '', step: '', account: '', response: '' };
}
