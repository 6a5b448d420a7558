import { MailErrorCode } from '../message/mail-error';
import { parseAddress, parseMailbox, type Mailbox, type MailboxResult } from '../sender/mailbox-parser';
import { kindOf, printable } from './header-fields';
import { refusal } from './refusal';

/** Beyond this a local part needs quotation marks, or a server with SMTPUTF8; two programs may read it differently. */
const PLAIN_LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * Reads the mailboxes of one field: text with commas, `{name, address}`, or a list of either. Empty means nobody.
 *
 * @param field how the user calls it ("msg.cc"), for errors.
 * @throws MailError ADDRESS_INVALID when an entry is not exactly one plain mailbox: a general parser makes *something*
 * of a broken list, and the mail goes to somebody else.
 */
export function readMailboxes(field: string, value: unknown): Mailbox[] {
    if (value === undefined || value === null) {
        return [];
    }
    if (typeof value === 'string') {
        const items = value.trim() === '' ? [] : splitList(value);
        return items.map((item, index) => readText(items.length > 1 ? `${field}[${index}]` : field, item));
    }
    if (Array.isArray(value)) {
        return value.map((item: unknown, index) => readOne(`${field}[${index}]`, item));
    }
    return [readOne(field, value)];
}

/** Every address once, in order of appearance: who stands in To and Cc gets one copy. */
export function uniqueAddresses(mailboxes: readonly Mailbox[]): string[] {
    return [...new Set(mailboxes.map(mailbox => mailbox.address))];
}

function readOne(field: string, item: unknown): Mailbox {
    if (typeof item === 'string') {
        return readText(field, item);
    }
    const { name, address } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
    if (typeof address !== 'string') {
        throw invalid(field, `expected text or {name, address}, not ${kindOf(item)}`);
    }
    if (name !== undefined && name !== null && typeof name !== 'string') {
        throw invalid(field, `the name must be text, not ${kindOf(name)}`);
    }
    refuseControl(field, `${name ?? ''}${address}`);
    return { ...plain(field, address, parseAddress(address)), name: name?.trim() ?? '' };
}

function readText(field: string, text: string): Mailbox {
    refuseControl(field, text);
    return plain(field, text, parseMailbox(text));
}

/** The parser knows folded header lines; in a message a line break is an attempt to write a second header field. */
function refuseControl(field: string, text: string): void {
    if (CONTROL.test(text)) {
        throw invalid(field, 'it holds a line break or a control character');
    }
}

function plain(field: string, text: string, result: MailboxResult): Mailbox {
    if (!result.ok) {
        throw invalid(
            field,
            `"${printable(text.trim())}" is not one plain address. ${result.problem}`.replace(/\.$/, '')
        );
    }
    if (!PLAIN_LOCAL.test(result.mailbox.local)) {
        throw invalid(
            field,
            `"${printable(text.trim())}": the part before the @ may hold ASCII without blanks and quotes`
        );
    }
    return result.mailbox;
}

/** Cuts at commas outside quotation marks, comments and angle brackets. One pass; what does not balance stays together. */
function splitList(text: string): string[] {
    const items: string[] = [];
    let start = 0;
    let quoted = false;
    let depth = 0;
    for (let at = 0; at < text.length; at++) {
        const char = text.charAt(at);
        if (char === '\\') {
            at++;
        } else if (char === '"' && depth === 0) {
            quoted = !quoted;
        } else if (!quoted && (char === '(' || char === '<')) {
            depth++;
        } else if (!quoted && (char === ')' || char === '>')) {
            depth--;
        } else if (char === ',' && !quoted && depth <= 0) {
            items.push(text.slice(start, at));
            start = at + 1;
        }
    }
    items.push(text.slice(start));
    return items;
}

function invalid(field: string, problem: string): Error {
    return refusal(MailErrorCode.AddressInvalid, `${field}: ${problem}`, 'Correct the address; nothing was sent.');
}
