import { randomUUID } from 'node:crypto';
import { isSealed } from '../compose/redirect-seal';
import { bytesOf } from '../message/bytes-of';
import { readDisplayFields, textsOf } from '../message/display-header';
import { MailErrorCode } from '../message/mail-error';
import { readMessageId } from '../message/message-ids';
import type { Mailbox } from '../sender/mailbox-parser';
import type { InstanceKey } from '../state/instance-key';
import type { HeaderField } from './header-fields';
import { refusal } from './refusal';

/** A mail that goes on unchanged, with the fields that say who has sent it on. */
export interface Resent {
    date: Date;
    /** Who sends it on: the account. */
    from: Mailbox;
    to: readonly Mailbox[];
    cc: readonly Mailbox[];
    /** Further fields to put in front, such as the mark of the loop guard. */
    headers: readonly HeaderField[];
    original: Buffer;
}

/**
 * What must not go out: Bcc names people whom the others are not to know, Return-Path is written by the last server,
 * and both are part of no signature that a sender can rely on.
 */
const REMOVED = ['bcc', 'return-path', 'resent-bcc'];
/** RFC 5322 section 2.1.1 allows 998 characters a line, the name included. */
const PLAIN_VALUE = /^[\t -~]{0,900}$/;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads the bytes of a redirect from `msg.composed`; null when the message is an ordinary one.
 *
 * @param recipients everybody who would get the mail, wherever smtp-out has found them.
 * @throws MailError HEADER_INVALID unless compose-mail of this runtime has made it of exactly these bytes and for
 * exactly these recipients.
 */
export function readRedirect(composed: unknown, recipients: readonly string[], key: InstanceKey | null): Buffer | null {
    const { action, original, seal } = (composed ?? {}) as Record<string, unknown>;
    if (action !== 'redirect') {
        return null;
    }
    const bytes = bytesOf(original);
    if (!bytes || typeof seal !== 'string' || !key || !isSealed(key, seal, bytes, recipients)) {
        throw refusal(
            MailErrorCode.HeaderInvalid,
            'msg.composed is not a redirect that compose-mail of this runtime has made for these recipients',
            'Let compose-mail name the recipients, leave To of this node at msg.to, and change neither behind it.'
        );
    }
    return bytes;
}

/**
 * Puts a Resent block (RFC 5322 section 3.6.6) in front of the original and takes out Bcc and Return-Path. Every other
 * byte stays, in its order, because the author's DKIM signature covers the body and many fields.
 */
export function resentBytes(resent: Resent): Buffer {
    const { date, from, to, cc, headers, original } = resent;
    const lines = [
        `Resent-Date: ${date.toUTCString().replace('GMT', '+0000')}`,
        `Resent-From: <${from.address}>`,
        ...addressLine('Resent-To', to),
        ...addressLine('Resent-Cc', cc),
        `Resent-Message-ID: <${randomUUID()}@${from.domain}>`,
        ...headers.map(fieldLine)
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), ...keptFields(original)]);
}

/** The Message-ID that the mail has; empty when it has none. */
export function messageIdIn(original: Buffer): string {
    return readMessageId(textsOf(readDisplayFields(original.subarray(0, headerEnd(original))).fields, 'message-id'));
}

/** Addresses without names, one a line: nothing to encode, and no line becomes too long. */
function addressLine(name: string, mailboxes: readonly Mailbox[]): string[] {
    return mailboxes.length === 0 ? [] : [`${name}: ${mailboxes.map(({ address }) => `<${address}>`).join(',\r\n ')}`];
}

/** Written by hand, because nothing encodes or folds it: so only what needs neither. */
function fieldLine({ key, value }: HeaderField): string {
    if (!PLAIN_VALUE.test(value)) {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.headers["${key}"] of a redirect must be short and plain ASCII`);
    }
    return `${key}: ${value}`;
}

/** The original in pieces, without the fields that must not go out. */
function keptFields(original: Buffer): Buffer[] {
    const end = headerEnd(original);
    const kept: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < end;) {
        const next = endOfField(original, at, end);
        if (isRemoved(original.subarray(at, next))) {
            kept.push(original.subarray(from, at));
            from = next;
        }
        at = next;
    }
    return [...kept, original.subarray(from)];
}

function isRemoved(field: Buffer): boolean {
    const colon = field.indexOf(':');
    const name = field.subarray(0, Math.max(colon, 0)).toString('latin1').trim().toLowerCase();
    return REMOVED.includes(name);
}

/** Where the empty line begins; the whole length when there is none. */
function headerEnd(original: Buffer): number {
    for (let at = 0; at < original.length;) {
        const byte = original[at];
        if (byte === LF || (byte === CR && original[at + 1] === LF)) {
            return at;
        }
        const lf = original.indexOf(LF, at);
        if (lf < 0) {
            break;
        }
        at = lf + 1;
    }
    return original.length;
}

/** Behind the first line end that no continuation line follows. */
function endOfField(original: Buffer, start: number, end: number): number {
    for (let at = start; ;) {
        const lf = original.indexOf(LF, at);
        if (lf < 0 || lf + 1 >= end) {
            return end;
        }
        at = lf + 1;
        const next = original[at];
        if (next !== 0x20 && next !== 0x09) {
            return at;
        }
    }
}
