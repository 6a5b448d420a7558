import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailRef } from '../message/types';

/** RFC 9051 section 2.3.1.1: a UID has 32 bits. */
const MAX_UID = 0xffffffff;

/**
 * Reads `msg.mail.ref`, which may have been through JSON, a queue or a function node.
 *
 * @throws MailError NO_MAIL_REFERENCE when it does not name a mail.
 */
export function readMailRef(message: object): MailRef {
    const ref = (message as { mail?: { ref?: Partial<Record<keyof MailRef, unknown>> | null } | null }).mail?.ref;
    const account = text(ref?.account);
    const folder = text(ref?.folder);
    const uidValidity = digits(ref?.uidValidity);
    const uid = Number(digits(ref?.uid));
    if (folder !== '' && ref?.uid === 0 && ref.uidValidity === '') {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'configure',
            problem: `the server moved the mail to "${folder}" without telling its new number, so it is not known which mail is meant`,
            remedy: 'Do what changes the mail before it is moved.'
        });
    }
    if (account === '' || folder === '' || uidValidity === '' || uid < 1 || uid > MAX_UID) {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'configure',
            problem: 'the message has no msg.mail.ref, so it is not known which mail is meant',
            remedy: 'Use it behind imap-in, and keep msg.mail in functions on the way.'
        });
    }
    return { account, folder, uidValidity, uid };
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}

/** Number() alone would make a UID of `true`, of a list and of "1e3", and so mean another mail. */
function digits(value: unknown): string {
    return (typeof value === 'string' || typeof value === 'number') && /^\d+$/.test(String(value)) ? String(value) : '';
}
