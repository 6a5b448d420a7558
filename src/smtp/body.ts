import { htmlToText } from '../message/html-text';
import { MailErrorCode } from '../message/mail-error';
import { headerText, kindOf } from './header-fields';
import { refusal } from './refusal';
import type { OutgoingAttachment } from './attachments';

export interface Signature {
    text: string;
    html: string;
}

export interface Body {
    /** null: the mail has no text part. */
    text: string | null;
    html: string | null;
    /** A Buffer payload goes out as an attachment, and then no text is added to it. */
    attachment: OutgoingAttachment | null;
}

/** The fields of a message that make up the body. */
export interface BodyFields {
    payload?: unknown;
    html?: unknown;
    filename?: unknown;
}

/** RFC 3676 section 4.3: dash, dash, blank. Mail programs recognise and hide what follows. */
const SIGNATURE_LINE = '-- ';

/**
 * Reads text and HTML. The payload is text and never guessed to be HTML: "if a<b and c>d" stays as it is. Objects and
 * lists become JSON, as Node-RED's own nodes write them. An HTML mail always gets a text alternative.
 *
 * @throws MailError HEADER_INVALID when `msg.html` is not text, ATTACHMENT_INVALID for a Buffer without a file name.
 */
export function readBody(fields: BodyFields, signature: Signature | null): Body {
    const html = readHtml(fields.html);
    if (Buffer.isBuffer(fields.payload) || fields.payload instanceof Uint8Array) {
        const attachment = payloadAttachment(Buffer.from(fields.payload), fields.filename);
        return { ...sign(textOf(html), html, signature), attachment };
    }
    const payload = payloadText(fields.payload);
    const text = payload === null || (payload === '' && html !== null) ? textOf(html) : payload;
    return { ...sign(text, html, signature), attachment: null };
}

function textOf(html: string | null): string | null {
    return html === null ? null : htmlToText(html).text;
}

function readHtml(value: unknown): string | null {
    if (value === undefined || value === null || value === '') {
        return null;
    }
    if (typeof value !== 'string') {
        // nodemailer would take an object as an order to read a file or a URL
        throw refusal(MailErrorCode.HeaderInvalid, `msg.html must be text, not ${kindOf(value)}`);
    }
    return value;
}

function payloadText(value: unknown): string | null {
    if (value === undefined || value === null) {
        return null;
    }
    if (typeof value === 'string') {
        return value;
    }
    if (typeof value === 'object') {
        try {
            return JSON.stringify(value, null, 2);
        } catch {
            throw refusal(
                MailErrorCode.HeaderInvalid,
                'msg.payload is an object that cannot be written as JSON',
                'Make a text of it first.'
            );
        }
    }
    if (typeof value === 'function' || typeof value === 'symbol') {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.payload must be text, not ${kindOf(value)}`);
    }
    return String(value);
}

function payloadAttachment(content: Buffer, filename: unknown): OutgoingAttachment {
    if (filename === undefined || filename === null || filename === '') {
        throw refusal(
            MailErrorCode.AttachmentInvalid,
            'msg.payload is a Buffer, but msg.filename does not say how the attachment is called',
            'Set msg.filename, or make a text of the payload.'
        );
    }
    return { filename: headerText('msg.filename', filename), contentType: '', contentId: '', inline: false, content };
}

/** Nothing is added to a mail without words: a signature must not turn an attachment into two parts. */
function sign(text: string | null, html: string | null, signature: Signature | null): Pick<Body, 'text' | 'html'> {
    if (!signature) {
        return { text, html };
    }
    const textSignature = signature.text || htmlToText(signature.html).text;
    const htmlSignature = signature.html || escapeHtml(signature.text).replaceAll('\n', '<br>\n');
    return {
        text: text && textSignature ? `${text.trimEnd()}\n\n${SIGNATURE_LINE}\n${textSignature}\n` : text,
        html:
            html && htmlSignature
                ? insertBeforeEnd(html, `<div><br>${SIGNATURE_LINE}<br>\n${htmlSignature}</div>\n`)
                : html
    };
}

/** What stands behind the end of the body is dropped by some mail programs. */
function insertBeforeEnd(html: string, part: string): string {
    const end = html.toLowerCase().lastIndexOf('</body');
    return end < 0 ? `${html}\n${part}` : html.slice(0, end) + part + html.slice(end);
}

function escapeHtml(text: string): string {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
