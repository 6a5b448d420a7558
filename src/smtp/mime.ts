import { isAscii } from 'node:buffer';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import MailComposer, { type MailComposerAttachment } from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { MailErrorCode } from '../message/mail-error';
import type { Mailbox } from '../sender/mailbox-parser';
import { readAttachmentFile } from './attachment-file';
import type { OutgoingAttachment } from './attachments';
import { mimeBytes } from './mime-bytes';
import type { OutgoingMail } from './outgoing';
import { resentBytes } from './redirect';
import { refusal } from './refusal';

/** A mail as it goes over the wire. The same bytes serve every attempt. */
export interface BuiltMail {
    messageId: string;
    envelope: { from: string; to: string[] };
    bytes: Buffer;
    /** Some byte is above 127: only mail that is passed on (message/rfc822, redirect) is, everything else is encoded. */
    isEightBit: boolean;
}

/** Largest mail of an account without a limit of its own: what the most generous providers take. */
const MAX_BYTES = 100 * 1024 * 1024;

/**
 * Writes the MIME form of a mail, reading the files it names.
 *
 * @param maxBytes the account's limit, 0 = the pack's own.
 * @param keepBcc writes Bcc too, for a copy that is kept; the bytes must then never be sent.
 * @throws MailError TOO_LARGE, ATTACHMENT_FOLDER, ATTACHMENT_INVALID.
 */
export async function buildMime(mail: OutgoingMail, maxBytes: number, keepBcc = false): Promise<BuiltMail> {
    const limit = limitOf(maxBytes);
    if (mail.original) {
        return builtMail(mail, resentBytes({ ...mail, original: mail.original }), limit);
    }
    const attachments: MailComposerAttachment[] = [];
    let size = 0;
    for (const attachment of mail.attachments) {
        const content =
            'content' in attachment
                ? attachment.content
                : await readAttachmentFile(attachment.path, mail.attachmentsDir, limit - size);
        size += content.length;
        // before base64 makes a third more of it, so that the limit also bounds memory
        checkSize(size, limit);
        attachments.push(mimePart(attachment, content));
    }
    return builtMail(mail, await mimeBytes(mimeTree(mail, attachments, keepBcc)), limit);
}

/** The tree of parts that nodemailer writes a mail from. */
export function mimeTree(mail: OutgoingMail, attachments: MailComposerAttachment[], keepBcc = false): MimeNode {
    const node = new MailComposer({
        messageId: mail.messageId,
        date: mail.date,
        from: address(mail.from),
        ...(mail.sender ? { sender: address(mail.sender) } : {}),
        to: mail.to.map(address),
        cc: mail.cc.map(address),
        ...(keepBcc ? { bcc: mail.bcc.map(address) } : {}),
        replyTo: mail.replyTo.map(address),
        subject: mail.subject,
        ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo } : {}),
        ...(mail.references.length > 0 ? { references: mail.references } : {}),
        ...(mail.text === null ? {} : { text: mail.text }),
        ...(mail.html === null ? {} : { html: mail.html }),
        attachments,
        headers: mail.headers,
        disableFileAccess: true,
        disableUrlAccess: true
    }).compile();
    node.keepBcc = keepBcc;
    return node;
}

function builtMail(mail: OutgoingMail, bytes: Buffer, limit: number): BuiltMail {
    checkSize(bytes.length, limit);
    return {
        messageId: mail.messageId,
        envelope: { from: mail.envelopeFrom, to: mail.recipients },
        bytes,
        isEightBit: !isAscii(bytes)
    };
}

/** An attachment as nodemailer takes it, with its content in place of a path. */
export function mimePart(attachment: OutgoingAttachment, content: Buffer | Readable): MailComposerAttachment {
    const filename = attachment.filename || ('path' in attachment ? basename(attachment.path) : '');
    return {
        content,
        // nodemailer invents a name ("attachment-1.pdf") for a part without one; an image inside the HTML needs none
        ...(filename ? { filename } : attachment.contentId ? { filename: false } : {}),
        ...(attachment.contentType ? { contentType: attachment.contentType } : {}),
        ...(attachment.contentId ? { cid: attachment.contentId } : {}),
        // said for every part, because nodemailer shows a forwarded mail inline (RFC 2183 section 2.1)
        contentDisposition: attachment.inline ? 'inline' : 'attachment'
        // no contentTransferEncoding: nodemailer takes 7bit or 8bit for message/* (RFC 2046 section 5.2.1), base64 else
    };
}

function address(mailbox: Mailbox): { name: string; address: string } {
    return { name: mailbox.name, address: mailbox.address };
}

/** The account's limit, 0 = the pack's own. */
export function limitOf(maxBytes: number): number {
    return maxBytes > 0 ? Math.min(maxBytes, MAX_BYTES) : MAX_BYTES;
}

/** @throws MailError TOO_LARGE. */
export function checkSize(bytes: number, limit: number): void {
    if (bytes > limit) {
        throw refusal(
            MailErrorCode.TooLarge,
            `the mail has ${megabytes(bytes)} MB, the account allows ${megabytes(limit)}`,
            'Send fewer or smaller attachments, or raise "maxSizeMB" of the account if the provider allows it.'
        );
    }
}

function megabytes(bytes: number): string {
    return (bytes / 1024 / 1024).toFixed(1);
}
