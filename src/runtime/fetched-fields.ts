import type { MailInfo, MailMessage } from '../message/types';

/** A part number of IMAP, such as "2.1". */
const PART = /^[1-9]\d*(\.[1-9]\d*)*$/;

/**
 * Part numbers of the attachments that a message lists, because a flow may have left only those in the list that it
 * wants. Null when the list is empty or names none, which means all.
 */
export function listedParts(message: object): ReadonlySet<string> | null {
    const { attachments } = message as { attachments?: unknown };
    const listed = Array.isArray(attachments) ? (attachments as unknown[]) : [];
    const parts = listed.map(entry => (entry as { part?: unknown } | null)?.part);
    const known = parts.filter((part): part is string => typeof part === 'string' && PART.test(part));
    return known.length > 0 ? new Set(known) : null;
}

/**
 * Writes what was loaded into the message that asked for it and keeps everything else: what a flow has added to it and
 * to `msg.mail`, which delivery it belongs to, and what earlier nodes have found out about the mail.
 *
 * @param attachmentsAlone neither text nor header fields were asked for.
 */
export function takeFetched(message: object, fetched: MailMessage, attachmentsAlone: boolean): void {
    const before = (message as { mail: Partial<MailInfo> }).mail;
    const { delivery, authentication, automatic, ...fresh } = fetched.mail;
    const mail: Record<string, unknown> = { delivery, authentication, automatic, ...before, ...fresh };
    if (!attachmentsAlone) {
        for (const field of ['problem', 'fromProblem'] as const) {
            if (fresh[field] === undefined) {
                delete mail[field];
            }
        }
        Object.assign(message, fetched);
        if (fetched.html === undefined) {
            delete (message as Partial<MailMessage>).html;
        }
    } else if (before.problem === undefined) {
        delete mail['problem'];
    }
    Object.assign(message, { mail, attachments: fetched.attachments });
}
