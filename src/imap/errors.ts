import { cleanResponse, leafCause, MailError, MailErrorCode, redact, type ErrorStep } from '../message/mail-error';
import { wordsOf, type Diagnosis, type ForeignError } from './diagnosis';
import { diagnoseReply } from './reply-diagnosis';
import { diagnoseTransport } from './transport-diagnosis';

/** What an error says about where it happened; `secrets` never leave in a text. */
export interface ErrorContext {
    account: string;
    step: ErrorStep;
    secrets: readonly string[];
}

/** True when a command failed because there is no connection any more, so that it may be tried again on a new one. */
export function isConnectionProblem(error: unknown): boolean {
    return (
        error instanceof MailError &&
        error.kind === 'temporary' &&
        error.code !== MailErrorCode.ServerRefused &&
        error.code !== MailErrorCode.Throttled &&
        error.code !== MailErrorCode.LedgerFailed
    );
}

/** True when the server did not carry a command out because it wants to be asked later, whatever the command was. */
export function isBusy(error: unknown): boolean {
    return error instanceof MailError && error.kind === 'temporary' && error.retryAfterMs > 0;
}

/**
 * Turns whatever imapflow, TLS or the network threw into a MailError. A MailError passes unchanged, so that the inner
 * step wins. The foreign error does not become its cause: imapflow's hold the command, and so the password.
 */
export function imapError(error: unknown, context: ErrorContext): MailError {
    if (error instanceof MailError) {
        return error;
    }
    const foreign = (error ?? {}) as ForeignError;
    const diagnosis = diagnose(foreign, (leafCause(error) ?? {}) as ForeignError, context.secrets);
    return new MailError({
        ...diagnosis,
        step: diagnosis.step ?? context.step,
        account: context.account,
        response: redact(wordsOf(foreign), context.secrets)
    });
}

function diagnose(error: ForeignError, leaf: ForeignError, secrets: readonly string[]): Diagnosis {
    const code = [error.code, leaf.code].find(candidate => typeof candidate === 'string') ?? '';
    const message = cleanResponse(redact(leaf.message ?? error.message ?? 'unknown error', secrets));
    return diagnoseReply(error, code, message) ?? diagnoseTransport(error, code, message);
}
