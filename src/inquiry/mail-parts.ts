import type { MailAttachment } from '../message/types';
import type { Mailbox } from '../sender/mailbox-parser';
import { readMessageField, type UncheckedMail } from '../sender/message-field';
import type { Inquiry } from './types';

/** The message of a flow as it arrives: any node before may have written anything into it. */
export interface UncheckedMessage {
    payload?: unknown;
    html?: unknown;
    attachments?: unknown;
    header?: unknown;
}

/** A message, checked: what the formats read from. */
export interface MailParts {
    text: string;
    html: string;
    attachments: readonly MailAttachment[];
    /** A header field by its lower-case name; "" when there is none, the first of several. */
    header(name: string): string;
    subject: string;
    /** null when From names nobody for certain. */
    from: (Mailbox & { shownName: string }) | null;
    replyTo: Mailbox | null;
    /** Addresses that the mail went to, lower case. */
    recipients: ReadonlySet<string>;
    /** Only its header was loaded because of its size. */
    oversize: boolean;
    /** The `mail` of every inquiry. */
    mail: Inquiry['mail'];
}

/** Brings a message into the shape that the formats rely on. Never throws; what has the wrong type is absent. */
export function mailParts(message: UncheckedMessage, mail: UncheckedMail): MailParts {
    const from = readMessageField(mail, 'from');
    const replyTo = readMessageField(mail, 'reply-to');
    const ref = objectOf(mail['ref']);
    const header = objectOf(message.header);
    const fromName = text(objectOf(mail['from'])['name']);
    return {
        text: text(message.payload).replace(/\r\n?/g, '\n'),
        html: text(message.html),
        attachments: Array.isArray(message.attachments) ? message.attachments.filter(isAttachment) : [],
        header: name => text([Object.hasOwn(header, name) ? header[name] : ''].flat()[0]),
        subject: text(mail['subject']),
        from: from.ok ? { ...from.mailbox, shownName: fromName } : null,
        replyTo: replyTo.ok ? replyTo.mailbox : null,
        recipients: new Set([mail['to'], mail['cc']].flatMap(addressesOf)),
        oversize: mail['oversize'] === true,
        mail: {
            messageId: text(mail['messageId']),
            account: text(ref['account']),
            folder: text(ref['folder']),
            uidValidity: text(ref['uidValidity']),
            uid: typeof ref['uid'] === 'number' ? ref['uid'] : 0,
            date: text(mail['date']),
            from: from.ok ? from.mailbox.address : '',
            subject: text(mail['subject']),
            authentication: structuredClone(objectOf(mail['authentication']))
        }
    };
}

function addressesOf(list: unknown): string[] {
    const entries = Array.isArray(list) ? list : [];
    return entries.map(entry => text(objectOf(entry)['address']).toLowerCase()).filter(address => address !== '');
}

function isAttachment(value: unknown): value is MailAttachment {
    return typeof objectOf(value)['filename'] === 'string';
}

function objectOf(value: unknown): Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : {};
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}
