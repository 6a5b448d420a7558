import { hash } from 'node:crypto';
import type { MailInfo } from '../message/types';

/** 72 bits: among 5,000 mails two collide once in 10^14 mailboxes. */
const FINGERPRINT_CHARS = 12;

/**
 * Recognises a mail under another UID, after a UIDVALIDITY change or when it was moved away and back.
 *
 * Message-ID alone is not enough, because some programs use one for many mails; a mail without one is told apart by
 * its whole header, whose Received fields are written per delivery.
 */
export function fingerprint(info: MailInfo, header: Record<string, string | string[]>): string {
    const identity =
        info.messageId === ''
            ? ['header', String(info.size), JSON.stringify(Object.entries(header))]
            : ['id', info.messageId, String(header['date'] ?? ''), String(info.size), String(header['from'] ?? '')];
    let text = '';
    for (const part of identity) {
        // with its length, so that no part can borrow characters from its neighbour
        text += `${part.length}:${part}`;
    }
    return hash('sha256', text, 'base64url').slice(0, FINGERPRINT_CHARS);
}
