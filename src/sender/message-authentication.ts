import { MailError, MailErrorCode } from '../message/mail-error';
import type { TraceEntry } from '../message/types';
import { type AuthenticationVerdict, judgeAuthentication } from './authentication';
import { readMessageField, type UncheckedMail } from './message-field';

/** `require`: only a pass. `prefer`: everything but a failure. `off`: not looked at. */
export type AuthenticationPolicy = 'off' | 'prefer' | 'require';

/** Judges the sender of a message that a flow hands over, from `msg.mail` and the names of the header fields. */
export function authenticateMessage(
    mail: UncheckedMail,
    header: unknown,
    authservIds: readonly string[]
): AuthenticationVerdict {
    const from = readMessageField(mail, 'from');
    const trace: unknown[] = Array.isArray(mail['trace']) ? mail['trace'] : [];
    return judgeAuthentication({
        trace: trace.filter(isTraceEntry),
        hasTenantMarks: Object.keys((header as object | undefined) ?? {}).some(isTenantMark),
        domain: from.ok ? from.mailbox.domain : null,
        authservIds
    });
}

/**
 * Whether mail with this verdict may pass.
 *
 * @throws MailError AUTHENTICATION_UNDECIDED, temporary, when a pass is required and the server could not decide: such a
 * mail is neither to be let through nor to be dropped.
 */
export function satisfies({ result, domain, via }: AuthenticationVerdict, policy: AuthenticationPolicy): boolean {
    if (policy === 'require' && result === 'temperror') {
        throw new MailError({
            code: MailErrorCode.AuthenticationUndecided,
            kind: 'temporary',
            step: 'parse',
            problem: `the mail server could not find out whether "${domain}" sent the mail (temperror by ${via})`,
            remedy:
                'What it wrote into the mail does not change any more, so after the last attempt the mail leaves by the ' +
                'second output of imap-in. Decide about it there.'
        });
    }
    return policy === 'off' || (policy === 'require' ? result === 'pass' : result !== 'fail');
}

/** Microsoft 365 removes these from what comes in from outside, and sets its own. */
function isTenantMark(name: string): boolean {
    return name === 'x-ms-exchange-organization-authsource' || name.startsWith('x-ms-exchange-crosstenant-');
}

function isTraceEntry(entry: unknown): entry is TraceEntry {
    const { by, results } = (entry ?? {}) as { by?: unknown; results?: unknown };
    return typeof by === 'string' || typeof results === 'string';
}
