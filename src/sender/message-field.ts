import { MailError, MailErrorCode } from '../message/mail-error';
import type { SenderField } from './from-header';
import { type MailboxResult, parseAddress } from './mailbox-parser';
import { refuse, SenderProblem } from './problems';

/** `msg.mail` as a flow hands it over: any node before may have written anything into it. */
export type UncheckedMail = Record<string, unknown>;

/** Where in `msg.mail` a field is kept, and where the reason goes when it names nobody for certain. */
const PROPERTIES: Record<SenderField, { value: string; problem: string }> = {
    from: { value: 'from', problem: 'fromProblem' },
    sender: { value: 'sender', problem: 'senderProblem' },
    'reply-to': { value: 'replyTo', problem: 'replyToProblem' },
    'return-path': { value: 'returnPath', problem: 'returnPathProblem' }
};

/**
 * Finds `msg.mail`.
 *
 * @throws MailError NO_MAIL_REFERENCE when the message has none.
 */
export function mailOfMessage(message: object): UncheckedMail {
    const { mail } = message as { mail?: unknown };
    if (typeof mail !== 'object' || mail === null || Array.isArray(mail)) {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'parse',
            problem: 'the message has no msg.mail, so nothing is known of the mail',
            remedy: 'Use it behind imap-in, and keep msg.mail in functions on the way.'
        });
    }
    return mail as UncheckedMail;
}

/**
 * Reads the one plain mailbox of a field of `msg.mail`, as strictly as from the header. A field that is absent, null,
 * of another shape or more than one mailbox is refused; nothing is changed.
 */
export function readMessageField(mail: UncheckedMail, field: SenderField): MailboxResult {
    const value = mail[PROPERTIES[field].value];
    switch (field) {
        case 'from':
        case 'sender':
            return readAddressOf(value);
        case 'reply-to':
            if (Array.isArray(value) && value.length > 1) {
                return refuse(SenderProblem.List);
            }
            return readAddressOf(Array.isArray(value) ? value[0] : undefined);
        case 'return-path':
            return typeof value === 'string' ? parseAddress(value) : refuse(SenderProblem.FieldMissing);
    }
}

/** Notes in `msg.mail` why the field names nobody; what the input found in the raw header says more and stays. */
export function flagMessageField(mail: UncheckedMail, field: SenderField, problem: SenderProblem): void {
    const { problem: property } = PROPERTIES[field];
    if (typeof mail[property] !== 'string' || mail[property] === '') {
        mail[property] = problem;
    }
}

function readAddressOf(value: unknown): MailboxResult {
    const address = (value as { address?: unknown } | null | undefined)?.address;
    return typeof address === 'string' ? parseAddress(address) : refuse(SenderProblem.FieldMissing);
}
