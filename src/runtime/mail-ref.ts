import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailRef } from '../message/types';

/**
 * Reads `msg.mail.ref`, which may have been through JSON, a queue or a function node.
 *
 * @throws MailError NO_MAIL_REFERENCE when it does not name a mail.
 */
export function readMailRef(message: object): MailRef {
    const ref = (message as { mail?: { ref?: Partial<MailRef> } | null }).mail?.ref;
    const uid = Number(ref?.uid);
    if (!ref?.account || !ref.folder || !ref.uidValidity || !Number.isSafeInteger(uid) || uid < 1) {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'configure',
            problem: 'the message has no msg.mail.ref, so it is not known which mail is meant',
            remedy: 'Use it behind imap-in, and keep msg.mail in functions on the way.'
        });
    }
    return { account: String(ref.account), folder: String(ref.folder), uidValidity: String(ref.uidValidity), uid };
}
