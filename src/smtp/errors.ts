import { MailError, MailErrorCode, redact } from '../message/mail-error';
import { detail, type Diagnosis, type ForeignError } from './diagnosis';
import { stopped } from './refusal';
import { diagnoseReply } from './reply-diagnosis';
import { diagnoseTransport } from './transport-diagnosis';

/** What the transport knows about a failed attempt; `secrets` never leave in a text. */
export interface SmtpErrorContext {
    account: string;
    secrets: readonly string[];
    /** True once the whole message was given to the connection, so that its final dot may have reached the server. */
    handedOver: boolean;
    /** True when this side ended the attempt. */
    closed: boolean;
}

/** A refused list may be long; the first lines say what is wrong. */
const MAX_REFUSALS_SHOWN = 3;

/**
 * Turns whatever nodemailer, TLS or the network gave into a MailError; a MailError passes unchanged, also as the cause of
 * another error. The server's reply decides first, because nodemailer uses one code (EENVELOPE) for greylisting and for
 * an unknown recipient.
 */
export function smtpError(error: unknown, context: SmtpErrorContext): MailError {
    const own = [error, (error as Error | undefined)?.cause].find(candidate => candidate instanceof MailError);
    if (own) {
        return own;
    }
    const foreign = withoutSecrets(asForeign(error), context.secrets);
    if (context.closed && !context.handedOver && !foreign.responseCode) {
        return stopped(context.account);
    }
    return new MailError({
        ...diagnose(foreign, context.handedOver),
        account: context.account,
        response: responseOf(foreign)
    });
}

function asForeign(error: unknown): ForeignError {
    return typeof error === 'object' && error !== null ? error : { message: String(error ?? '') };
}

/** Only what is read below is copied: the original, which may repeat a password, goes nowhere. */
function withoutSecrets(error: ForeignError, secrets: readonly string[]): ForeignError {
    return {
        ...pick(error, ['code', 'originalCode', 'command', 'responseCode', 'timeoutType']),
        message: redact(String(error.message ?? ''), secrets),
        response: redact(String(error.response ?? ''), secrets),
        rejectedErrors: (error.rejectedErrors ?? []).map(({ recipient, response }) => ({
            recipient: recipient ?? '',
            response: redact(String(response ?? ''), secrets)
        }))
    };
}

function pick<T extends object, K extends keyof T>(source: T, keys: readonly K[]): Pick<T, K> {
    return Object.fromEntries(keys.filter(key => key in source).map(key => [key, source[key]])) as Pick<T, K>;
}

function diagnose(error: ForeignError, handedOver: boolean): Diagnosis {
    const reply = error.responseCode ?? 0;
    if (reply >= 400 && reply < 600) {
        return diagnoseReply(error, reply);
    }
    if (handedOver) {
        return {
            code: MailErrorCode.OutcomeUnknown,
            kind: 'permanent',
            step: 'send',
            problem: `the whole message was transmitted, then no answer came (${detail(error)})`,
            remedy: 'It may have been delivered, so it is not sent again by itself: look before repeating it.'
        };
    }
    return diagnoseTransport(error);
}

function responseOf(error: ForeignError): string {
    const refusals = (error.rejectedErrors ?? []).filter(refusal => refusal.response);
    if (refusals.length <= 1) {
        return error.response ?? '';
    }
    const shown = refusals.slice(0, MAX_REFUSALS_SHOWN).map(refusal => `${refusal.recipient}: ${refusal.response}`);
    const more = refusals.length - shown.length;
    return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
