import { randomUUID } from 'node:crypto';

export interface BuilderAttachment {
    content: Buffer | string;
    filename?: string;
    /** Default application/octet-stream. */
    contentType?: string;
    /** Without angle brackets; makes the part an inline one. */
    contentId?: string;
}

/** Every field is optional; `null` leaves a field out that would otherwise be filled in. */
export interface MailParts {
    from?: string | null;
    to?: string | null;
    cc?: string;
    replyTo?: string;
    subject?: string | null;
    date?: Date | string | null;
    messageId?: string | null;
    inReplyTo?: string;
    references?: string;
    text?: string;
    html?: string;
    attachments?: readonly BuilderAttachment[];
    /** Further fields, written as given and in this order; an array repeats the field. */
    headers?: Readonly<Record<string, string | readonly string[]>>;
    /** Total size in bytes, reached by padding behind the last line. */
    size?: number;
}

interface Part {
    headers: string[];
    body: string;
}

const BASE64_LINE = /.{1,76}/g;
// eslint-disable-next-line no-control-regex -- the control characters are part of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** Builds a mail with CRLF line ends. Never folds or checks a field: broken mail is what tests need. */
export function buildMail(parts: MailParts = {}): Buffer {
    const content = mixed(parts, body(parts));
    const lines = [...fields(parts), 'MIME-Version: 1.0', ...content.headers, '', content.body];
    const mail = Buffer.from(`${lines.join('\r\n').replace(/\r?\n/g, '\r\n').trimEnd()}\r\n`);
    return parts.size === undefined ? mail : padMail(mail, parts.size);
}

/** Makes a mail exactly `size` bytes long by adding lines at its end; throws when it is longer already. */
export function padMail(mail: Buffer, size: number): Buffer {
    const missing = size - mail.length;
    if (missing < 0) {
        throw new RangeError(`the mail has ${mail.length} bytes already, more than ${size}`);
    }
    const line = `${'x'.repeat(76)}\r\n`;
    const full = Math.max(0, Math.floor(missing / line.length) - 1);
    const rest = missing - full * line.length;
    const last = rest < 2 ? 'x'.repeat(rest) : `${'x'.repeat(rest - 2)}\r\n`;
    return Buffer.concat([mail, Buffer.alloc(full * line.length, line), Buffer.from(last)]);
}

function fields(parts: MailParts): string[] {
    const { date = new Date(), messageId = `<${randomUUID()}@example.com>` } = parts;
    const named: Array<[string, string | null | undefined]> = [
        ['From', parts.from === undefined ? 'Ben Buyer <ben@example.com>' : parts.from],
        ['To', parts.to === undefined ? 'anna@example.org' : parts.to],
        ['Cc', parts.cc],
        ['Reply-To', parts.replyTo],
        ['Subject', parts.subject === undefined ? 'Hello' : parts.subject && encodeSubject(parts.subject)],
        ['Date', date instanceof Date ? date.toUTCString().replace('GMT', '+0000') : date],
        ['Message-ID', messageId],
        ['In-Reply-To', parts.inReplyTo],
        ['References', parts.references]
    ];
    const further = Object.entries(parts.headers ?? {}).flatMap(([name, values]) =>
        [values].flat().map(value => `${name}: ${value}`)
    );
    const given = named.filter(([, value]) => value !== null && value !== undefined);
    return [...given.map(([name, value]) => `${name}: ${value}`), ...further];
}

function encodeSubject(subject: string): string {
    return ASCII.test(subject) ? subject : `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`;
}

function body(parts: MailParts): Part {
    const { text = parts.html === undefined ? 'Hello' : undefined, html } = parts;
    const alternatives = [
        ...(text === undefined ? [] : [textPart('plain', text)]),
        ...(html === undefined ? [] : [textPart('html', html)])
    ];
    return combine('alternative', alternatives);
}

function mixed(parts: MailParts, content: Part): Part {
    return combine('mixed', [content, ...(parts.attachments ?? []).map(attachmentPart)]);
}

function textPart(subtype: string, text: string): Part {
    const encoding = ASCII.test(text) ? '7bit' : '8bit';
    return {
        headers: [`Content-Type: text/${subtype}; charset=utf-8`, `Content-Transfer-Encoding: ${encoding}`],
        body: text
    };
}

function attachmentPart(attachment: BuilderAttachment): Part {
    const { filename, contentId, contentType = 'application/octet-stream' } = attachment;
    const disposition = contentId === undefined ? 'attachment' : 'inline';
    return {
        headers: [
            `Content-Type: ${contentType}`,
            `Content-Disposition: ${disposition}${filename === undefined ? '' : `; filename="${filename}"`}`,
            ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
            'Content-Transfer-Encoding: base64'
        ],
        body: (Buffer.from(attachment.content).toString('base64').match(BASE64_LINE) ?? []).join('\r\n')
    };
}

function combine(subtype: 'alternative' | 'mixed', parts: readonly Part[]): Part {
    const [only] = parts;
    if (only && parts.length === 1) {
        return only;
    }
    // fixed, so that a test can name the boundary; nothing built here contains it
    const boundary = `=-${subtype}-boundary`;
    const sections = parts.map(part => [`--${boundary}`, ...part.headers, '', part.body].join('\r\n'));
    return {
        headers: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
        body: [...sections, `--${boundary}--`, ''].join('\r\n')
    };
}
