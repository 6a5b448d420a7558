import { randomUUID } from 'node:crypto';
import { MailErrorCode } from '../message/mail-error';
import type { Mailbox } from '../sender/mailbox-parser';
import type { InstanceKey } from '../state/instance-key';
import { readAttachments, type OutgoingAttachment } from './attachments';
import { readBody } from './body';
import { readHeaders, readMessageIds, readPriority, readSubject, type HeaderField } from './header-fields';
import { readMailboxes, uniqueAddresses } from './mailboxes';
import { messageIdIn, readRedirect } from './redirect';
import { refusal } from './refusal';
import type { SendingSettings } from './sending-settings';

/** A checked mail that only has to be built and sent. Holds no bytes of files that a message names by path. */
export interface OutgoingMail {
    messageId: string;
    date: Date;
    from: Mailbox;
    /** The account's own mailbox when the mail goes out as another address. */
    sender: Mailbox | null;
    /** Return path: always the account's own address. */
    envelopeFrom: string;
    /** Every address once. */
    recipients: string[];
    to: Mailbox[];
    cc: Mailbox[];
    /** Only in a copy that is kept; never in the bytes that are sent. */
    bcc: Mailbox[];
    replyTo: Mailbox[];
    subject: string;
    inReplyTo: string;
    references: string[];
    text: string | null;
    html: string | null;
    attachments: OutgoingAttachment[];
    headers: HeaderField[];
    /** The one folder from which attachments given by path may be read; empty = none. */
    attachmentsDir: string;
    /** Only for a redirect: this goes out, byte for byte, and nothing of subject, body and attachments above. */
    original?: Buffer;
}

/** A value and what the user calls the place it comes from. */
export interface NamedValue {
    field: string;
    value: unknown;
}

/** What the smtp-out node adds to the message. */
export interface ComposeOptions {
    /** null: `msg.to` decides. */
    to: NamedValue | null;
    /** null: `msg.topic` decides. */
    subject: NamedValue | null;
    signature: boolean;
    attachmentsDir: string;
    /** The mail is kept and not sent: it may have no recipient yet. */
    isDraft?: boolean;
    /** By which a redirect of compose-mail is known; without it none is sent. */
    key?: InstanceKey | null;
}

/** Anything may stand in a message: every field is read with suspicion. */
export type MessageFields = Readonly<Record<string, unknown>>;

/** A redirect has subject, text and thread of the mail that is sent on. */
const NOTHING_OF_ITS_OWN = {
    replyTo: [],
    subject: '',
    inReplyTo: '',
    references: [],
    text: null,
    html: null,
    attachments: []
};

/** nodemailer would read these from a message as orders; here they are an error, not a surprise in the mail. */
const REFUSED = ['envelope', 'raw', 'alternatives', 'icalEvent', 'amp', 'watchHtml'] as const;

/**
 * Makes a mail of a message, the node's own fields and the account. Touches neither files nor network.
 *
 * @throws MailError naming the field: ADDRESS_INVALID, RECIPIENT_MISSING, RECIPIENTS_REFUSED (more than the account
 * allows), HEADER_INVALID, SENDER_NOT_ALLOWED, ATTACHMENT_INVALID.
 */
export function composeMail(msg: MessageFields, options: ComposeOptions, settings: SendingSettings): OutgoingMail {
    refusePowers(msg);
    const toField = options.to ?? { field: 'msg.to', value: msg['to'] };
    const to = readMailboxes(toField.field, toField.value);
    const cc = readMailboxes('msg.cc', msg['cc']);
    const bcc = readMailboxes('msg.bcc', msg['bcc']);
    const recipients = uniqueAddresses([...to, ...cc, ...bcc]);
    if (!options.isDraft) {
        checkRecipients(recipients, msg, settings.limits.recipientsPerMessage);
    }
    const original = readRedirect(msg['composed'], recipients, options.key ?? null);
    const sendAs = readSendAs(msg['sendAs'], settings);
    const newMessageId = `<${randomUUID()}@${settings.sender.domain}>`;
    const head = {
        messageId: (original && messageIdIn(original)) || newMessageId,
        date: new Date(),
        from: sendAs ?? settings.sender,
        sender: sendAs ? settings.sender : null,
        envelopeFrom: settings.sender.address,
        recipients,
        to,
        cc,
        bcc,
        headers: [...readHeaders(msg['headers']), ...readPriority(msg['priority'])],
        attachmentsDir: options.attachmentsDir
    };
    if (original) {
        return { ...head, ...NOTHING_OF_ITS_OWN, original };
    }
    const body = readBody(msg, options.signature ? settings.signature : null);
    const subject = options.subject ?? { field: 'msg.topic', value: msg['topic'] };
    return {
        ...head,
        replyTo: readMailboxes('msg.replyTo', msg['replyTo']),
        subject: readSubject(subject.field, subject.value),
        inReplyTo: readMessageIds('msg.inReplyTo', msg['inReplyTo']).join(' '),
        references: readMessageIds('msg.references', msg['references']),
        text: body.text,
        html: body.html,
        attachments: [...(body.attachment ? [body.attachment] : []), ...readAttachments(msg['attachments'])]
    };
}

function refusePowers(msg: MessageFields): void {
    const refused = REFUSED.find(name => msg[name] !== undefined);
    if (refused) {
        throw refusal(
            MailErrorCode.HeaderInvalid,
            `msg.${refused} is not supported`,
            'Use msg.to, msg.payload, msg.html and msg.attachments, and take this field out.'
        );
    }
}

function checkRecipients(recipients: readonly string[], msg: MessageFields, limit: number): void {
    if (recipients.length === 0) {
        throw refusal(
            MailErrorCode.RecipientMissing,
            'neither the node nor msg.to, msg.cc or msg.bcc names a recipient',
            isReceived(msg)
                ? 'The message is a received mail: put a compose-mail or function node before this one that says to whom it goes.'
                : 'Set To in the node, or msg.to.'
        );
    }
    if (limit > 0 && recipients.length > limit) {
        throw refusal(
            MailErrorCode.RecipientsRefused,
            `${recipients.length} recipients are more than the account allows in one message (${limit})`,
            'Send several messages, or raise "recipientsPerMessage" if the provider allows it.'
        );
    }
}

function isReceived(msg: MessageFields): boolean {
    const mail = msg['mail'];
    return typeof mail === 'object' && mail !== null && 'ref' in mail;
}

function readSendAs(value: unknown, settings: SendingSettings): Mailbox | null {
    const [mailbox, ...more] = readMailboxes('msg.sendAs', value);
    if (!mailbox) {
        return null;
    }
    if (more.length > 0) {
        throw refusal(MailErrorCode.AddressInvalid, 'msg.sendAs must name exactly one address');
    }
    if (mailbox.address === settings.sender.address) {
        return null;
    }
    if (!settings.sendAs.matches(mailbox)) {
        throw refusal(
            MailErrorCode.SenderNotAllowed,
            `the account does not send as ${mailbox.address}`,
            'Add the address to "sendAs" of the account if the server lets it send so.'
        );
    }
    return mailbox;
}
