import type { ImapAccount } from '../account/imap-account';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readMailboxes } from '../smtp/mailboxes';
import { buildMime } from '../smtp/mime';
import { composeMail, type MessageFields } from '../smtp/outgoing';
import { refusal } from '../smtp/refusal';
import type { SendingSettings } from '../smtp/sending-settings';
import type { MailBytes } from './save-mail';

const MESSAGE_ID = /^<[^<>\s]+>$/;

/**
 * Writes the mail that smtp-out would make of a message, as a draft or a record: with Bcc, and without recipients too.
 * Behind smtp-out it gets the Message-ID and the time of the mail that was sent.
 *
 * @throws MailError as composeMail and buildMime do; HEADER_INVALID for a redirect; NOT_CONFIGURED when the account's own address is not known.
 */
export async function composeCopy(msg: MessageFields, account: ImapAccount): Promise<MailBytes> {
    refuseRedirect(msg['composed']);
    const options = { to: null, subject: null, signature: false, attachmentsDir: '', isDraft: true };
    const mail = composeMail(msg, options, settingsOf(account));
    const { messageId, at } = (msg['sent'] ?? {}) as { messageId?: unknown; at?: unknown };
    const sentAt = new Date(typeof at === 'string' ? at : NaN);
    const built = await buildMime(
        {
            ...mail,
            messageId: typeof messageId === 'string' && MESSAGE_ID.test(messageId) ? messageId : mail.messageId,
            date: Number.isNaN(sentAt.getTime()) ? mail.date : sentAt
        },
        0,
        true
    );
    return { bytes: withCrlf(built.bytes), flags: [], receivedAt: null };
}

/** It is the author's mail, which lies in a folder already; stored from here it would pass for one of the account. */
function refuseRedirect(composed: unknown): void {
    if ((composed as { action?: unknown } | null | undefined)?.action === 'redirect') {
        throw refusal(
            MailErrorCode.HeaderInvalid,
            'a redirect is the mail of its author and not a new one',
            'Choose "original" as the source: that stores the mail byte for byte.',
            'append'
        );
    }
}

/** SMTP makes CRLF of bare line feeds on its way; what APPEND stores has to have them (RFC 9051 section 6.3.12). */
function withCrlf(bytes: Buffer): Buffer {
    return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** Nothing is sent here, so the message may name any address of its sender, and there are no limits of a provider. */
function settingsOf(account: ImapAccount): SendingSettings {
    const [address = ''] = account.settings.addresses ?? [];
    const [sender] = address === '' ? [] : readMailboxes('address of the account', address);
    if (!sender) {
        throw new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'configure',
            account: account.label,
            problem: 'the account has no address, so it is not known from whom the mail is',
            remedy: 'Enter the address in the account and deploy.'
        });
    }
    return {
        sender,
        sendAs: { isEmpty: false, matches: () => true, mayMatch: () => true },
        signature: null,
        limits: { messagesPerMinute: 0, messagesPerDay: 0, recipientsPerDay: 0, recipientsPerMessage: 0, maxBytes: 0 },
        connections: 1
    };
}
