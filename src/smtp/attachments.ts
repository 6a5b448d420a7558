import { bytesOf } from '../message/bytes-of';
import { MailErrorCode } from '../message/mail-error';
import { headerText, kindOf, printable } from './header-fields';
import { refusal } from './refusal';

interface AttachmentParts {
    /** Empty: made from the path, or by nodemailer. */
    filename: string;
    /** Empty: found by the file name. */
    contentType: string;
    /** Without angle brackets; empty when no HTML refers to it. */
    contentId: string;
    inline: boolean;
}

/** An attachment with its bytes, or with the path of a file that is read when the mail is built. */
export type OutgoingAttachment = AttachmentParts & ({ content: Buffer } | { path: string });

/** What nodemailer would do with these goes beyond attaching given bytes: reading URLs, raw MIME, own part headers. */
const REFUSED = ['href', 'raw', 'encoding', 'contentTransferEncoding', 'httpHeaders', 'icalEvent'] as const;
/** RFC 6838 section 4.2 for the names, parameters as they come. */
const CONTENT_TYPE = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}(\s*;.*)?$/i;
const CONTENT_ID = /^[\u0021-\u003b\u003d\u003f-\u007e]+$/;
const MAX_ATTACHMENTS = 1_000;

/**
 * Reads `msg.attachments`, in the form in which imap-in emits them. No file is touched here.
 *
 * @throws MailError ATTACHMENT_INVALID or HEADER_INVALID that names the entry; no attachment is dropped silently.
 */
export function readAttachments(value: unknown): OutgoingAttachment[] {
    if (value === undefined || value === null) {
        return [];
    }
    if (!Array.isArray(value)) {
        throw invalid(`msg.attachments must be a list, not ${kindOf(value)}`, 'Put a single attachment into [ ].');
    }
    if (value.length > MAX_ATTACHMENTS) {
        throw invalid(`msg.attachments has more than ${MAX_ATTACHMENTS} entries`);
    }
    return value.map((entry, index) => readAttachment(`msg.attachments[${index}]`, entry));
}

function readAttachment(field: string, entry: unknown): OutgoingAttachment {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || ArrayBuffer.isView(entry)) {
        throw invalid(`${field} must be an object with filename and content, not ${kindOf(entry)}`);
    }
    const given = entry as Record<string, unknown>;
    const refused = REFUSED.find(name => given[name] !== undefined);
    if (refused) {
        throw invalid(
            `${field} has "${refused}", which is not supported`,
            'Give the bytes as "content" (Buffer or text).'
        );
    }
    const parts: AttachmentParts = {
        filename: optionalText(`${field}.filename`, given['filename']),
        contentType: readContentType(`${field}.contentType`, given['contentType']),
        contentId: readContentId(`${field}.contentId`, given['contentId'] ?? given['cid']),
        inline: given['inline'] === true || given['contentDisposition'] === 'inline'
    };
    if (given['content'] !== undefined && given['content'] !== null) {
        return { ...parts, content: readContent(`${field}.content`, given['content']) };
    }
    if (given['path'] !== undefined && given['path'] !== null) {
        return { ...parts, path: readPath(`${field}.path`, given['path']) };
    }
    throw invalid(
        `${field}${parts.filename ? ` ("${printable(parts.filename)}")` : ''} has neither content nor path`,
        'Let imap-in or fetch-mail load the attachments, or take the entry out of msg.attachments.'
    );
}

function optionalText(field: string, value: unknown): string {
    return value === undefined || value === null ? '' : headerText(field, value);
}

function readContentType(field: string, value: unknown): string {
    const type = optionalText(field, value).trim();
    if (type !== '' && !CONTENT_TYPE.test(type)) {
        throw invalid(`${field} is no content type: ${printable(type)}`);
    }
    if (/^multipart\//i.test(type)) {
        throw invalid(`${field} must not be a multipart type`, 'Attach each part by itself.');
    }
    return type;
}

function readContentId(field: string, value: unknown): string {
    const id = optionalText(field, value).trim().replace(/^<|>$/g, '');
    if (id !== '' && !CONTENT_ID.test(id)) {
        throw invalid(`${field} is no content id: ${printable(id)}`);
    }
    return id;
}

function readContent(field: string, value: unknown): Buffer {
    if (typeof value === 'string') {
        return Buffer.from(value);
    }
    const bytes = bytesOf(value);
    if (bytes) {
        return bytes;
    }
    throw invalid(`${field} must be a Buffer or text, not ${kindOf(value)}`);
}

function readPath(field: string, value: unknown): string {
    if (typeof value !== 'string' || value === '') {
        throw invalid(`${field} must be text, not ${kindOf(value)}`);
    }
    if (value.includes('\0')) {
        throw invalid(`${field} holds a NUL character`);
    }
    return value;
}

function invalid(problem: string, remedy = ''): Error {
    return refusal(MailErrorCode.AttachmentInvalid, problem, remedy, 'attachment');
}
