import { bytesOf } from '../message/bytes-of';
import { headerObject, readDisplayFields } from '../message/display-header';
import { oneLine } from '../message/header-text';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { Address, MailMessage } from '../message/types';
import type { Mailbox } from '../sender/mailbox-parser';
import { readMailboxes } from '../smtp/mailboxes';

/** The mail that is answered or passed on. Any node before may have written anything into it, so all of it is checked. */
export interface Original {
    /** Where it lies, as text that is the same for every delivery of this mail; empty when it is not known. */
    source: string;
    /** Names this attempt of the flow; another attempt has another one. */
    deliveryId: string;
    messageId: string;
    inReplyTo: string;
    references: string[];
    /** null when the mail does not name exactly one plain mailbox. */
    author: Mailbox | null;
    replyTo: Mailbox[];
    to: Mailbox[];
    cc: Mailbox[];
    subject: string;
    /** ISO 8601, or empty. */
    date: string;
    /** What filter-automatic has found; empty when nobody asked. */
    kind: string;
    /** The values of a field; the name in lower case. */
    header(name: string): string[];
    /** The names of all fields, in lower case. */
    headerNames: readonly string[];
    /** The exact bytes when the message brings them. */
    bytes: Buffer | null;
}

type Fields = Record<string, unknown>;

/**
 * Reads the received mail of a message; null when there is none (`msg.mail` is missing).
 *
 * @throws MailError NO_MAIL_REFERENCE when its header fields are missing: without them nobody can tell a loop.
 */
export function readOriginal(message: object): Original | null {
    const { mail, header, original } = message as { mail?: unknown; header?: unknown; original?: unknown };
    if (typeof mail !== 'object' || mail === null) {
        return null;
    }
    const info = mail as Fields;
    const given = bytesOf(original);
    const bytes = given && given.length > 0 ? given : null;
    const fields = headerOf(bytes, header);
    return {
        source: sourceOf(info['ref']),
        deliveryId: text((info['delivery'] as Fields | null | undefined)?.['id']),
        messageId: text(info['messageId']),
        inReplyTo: text(info['inReplyTo']),
        references: list(info['references']).map(text),
        author: mailboxOf(info['from']),
        replyTo: mailboxesOf(info['replyTo']),
        to: mailboxesOf(info['to']),
        cc: mailboxesOf(info['cc']),
        subject: oneLine(text(info['subject'])),
        date: text(info['date']),
        kind: oneLine(text((info['automatic'] as Fields | null | undefined)?.['kind'])).slice(0, 40),
        header: name => (Object.hasOwn(fields, name) ? list([fields[name]].flat()).map(text) : []),
        headerNames: Object.keys(fields),
        bytes
    };
}

/** The bytes say it for certain; `msg.header` is what most flows have. */
function headerOf(bytes: Buffer | null, header: unknown): Partial<MailMessage['header']> | Fields {
    if (bytes) {
        const end = bytes.indexOf('\r\n\r\n');
        return headerObject(readDisplayFields(end < 0 ? bytes : bytes.subarray(0, end + 2)).fields);
    }
    if (typeof header !== 'object' || header === null || Object.keys(header).length === 0) {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'compose',
            problem: 'the message has msg.mail but no msg.header, so it cannot be told whether it may be answered',
            remedy: 'Keep msg.header in functions on the way.'
        });
    }
    return header as Fields;
}

function sourceOf(ref: unknown): string {
    if (typeof ref !== 'object' || ref === null) {
        return '';
    }
    const { account, folder, uidValidity, uid } = ref as Fields;
    return JSON.stringify([account, folder, uidValidity, uid].map(part => String(part ?? '')));
}

function mailboxesOf(value: unknown): Mailbox[] {
    return list(value).flatMap(entry => mailboxOf(entry) ?? []);
}

/** What cannot be a plain recipient of ours is left out: it was read leniently from somebody else's header. */
function mailboxOf(value: unknown): Mailbox | null {
    const { name, address } = (value ?? {}) as Partial<Record<keyof Address, unknown>>;
    try {
        const [mailbox] = readMailboxes('msg.mail', { name: oneLine(text(name)), address: text(address) });
        return mailbox ?? null;
    } catch {
        return null;
    }
}

function list(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}
