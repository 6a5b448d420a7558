import type { MailAttachment } from '../message/types';
import type { Mailbox } from '../sender/mailbox-parser';
import type { InstanceKey } from '../state/instance-key';
import type { HandledTarget } from './handled-token';
import { isAnswer, type Action } from './loop-guard';
import { automaticFields, MARK_FIELD, marksFor } from './marks';
import type { Original } from './original';
import { attribution, dateLine, htmlOf, quoteHtml, quoteText, textAsHtml, type Quoted } from './quote';
import { addressesOf, type Recipients } from './recipients';
import { threadOf } from './references';
import { sealRedirect } from './redirect-seal';
import { forwardSubject, replySubject } from './subject';

/** The person's own words, from the fields of the node; empty where a field is. */
export interface OwnWords {
    subject: string;
    text: string;
    html: string;
}

/** What an action takes from the received mail; null where it needs nothing. */
export interface Content {
    /** The exact bytes, for `forward` and `redirect`. */
    bytes: Buffer | null;
    /** Text and HTML, for quotations and `forward-inline`. */
    quoted: Quoted | null;
    /** Those of the mail, or for a new one those of the message, which smtp-out checks. */
    attachments: readonly MailAttachment[];
    /** What of the mail could not be read. */
    problem: string;
}

/** A checked message to compose from. */
export interface Composition {
    action: Action;
    original: Original | null;
    recipients: Recipients;
    words: OwnWords;
    content: Content;
    targets: readonly HandledTarget[];
}

/** `msg.composed`: what smtp-out must know beside the mail itself. Plain JSON but for the bytes of a redirect. */
export interface Composed {
    action: Action;
    /** Who gets the mail, for the memory of the loop guard. */
    targets: readonly HandledTarget[];
    /** Only with `redirect`: the bytes to send on, and the proof that they were composed here for these recipients. */
    original?: Buffer;
    seal?: string;
}

/** The fields of the message that compose-mail sets; undefined takes a field away. */
export interface ComposedFields {
    to: PlainMailbox[];
    cc: PlainMailbox[];
    bcc: PlainMailbox[];
    topic?: string;
    payload?: string;
    html?: string | undefined;
    attachments?: unknown[];
    replyTo?: PlainMailbox | undefined;
    inReplyTo?: string | undefined;
    references?: string[] | undefined;
    headers: Record<string, string | string[]>;
    composed: Composed;
}

interface PlainMailbox {
    name: string;
    address: string;
}

/** Makes the fields that smtp-out reads. Touches neither files nor network. */
export function compose(composition: Composition, key: InstanceKey): ComposedFields {
    const { action, recipients, targets } = composition;
    const envelope = {
        to: recipients.to.map(plain),
        cc: recipients.cc.map(plain),
        bcc: recipients.bcc.map(plain),
        headers: headersOf(composition, key)
    };
    if (action === 'redirect') {
        const original = composition.content.bytes as Buffer;
        const seal = sealRedirect(key, original, addressesOf(recipients));
        return { ...envelope, composed: { action, targets, original, seal } };
    }
    return {
        ...envelope,
        html: undefined,
        replyTo: undefined,
        inReplyTo: undefined,
        references: undefined,
        ...bodyOf(composition),
        composed: { action, targets }
    };
}

function bodyOf(composition: Composition): Pick<ComposedFields, 'topic' | 'payload' | 'html' | 'attachments'> {
    const { action, original, words } = composition;
    if (original && (action === 'reply' || action === 'reply-all')) {
        return reply(original, composition);
    }
    if (original && action === 'forward') {
        return forward(original, composition);
    }
    if (original && action === 'forward-inline') {
        return forwardInline(original, composition);
    }
    return {
        topic: words.subject,
        payload: words.text,
        html: words.html || undefined,
        attachments: attached(composition)
    };
}

function reply(original: Original, composition: Composition): ReturnType<typeof bodyOf> {
    const { words, content } = composition;
    const { quoted } = content;
    const who = attribution(original.date, nameOf(original));
    const text =
        quoted && words.text !== '' ? `${words.text.trimEnd()}\n\n${who}\n${quoteText(quoted.text)}\n` : words.text;
    const html =
        quoted && words.html !== ''
            ? `${words.html}\n<div><br>${textAsHtml(who)}\n${quoteHtml(quoted)}</div>\n`
            : words.html;
    return {
        topic: words.subject || replySubject(original.subject),
        payload: text,
        html: html || undefined,
        attachments: attached(composition),
        ...threadOf(original)
    };
}

/** The original is attached as it is, so that its signature can still be checked and nothing of it is lost. */
function forward(original: Original, { words, content }: Composition): ReturnType<typeof bodyOf> {
    const about = [...aboutLines(original), '', 'The complete mail is attached.', ...answerLine(original)].join('\n');
    return {
        ...forwardHead(original, words),
        payload: joinText(words.text, about),
        html: words.html === '' ? undefined : `${words.html}\n${textAsHtml(`\n${about}`)}\n`,
        attachments: [{ filename: 'original.eml', contentType: 'message/rfc822', content: content.bytes }]
    };
}

function forwardInline(original: Original, composition: Composition): ReturnType<typeof bodyOf> {
    const { words, content } = composition;
    const quoted = content.quoted ?? { text: '', html: '' };
    const note = content.problem === '' ? [] : [`Note:    ${content.problem}`];
    const about = ['---------- Forwarded message ----------', ...aboutLines(original), ...note].join('\n');
    const hasHtml = words.html !== '' || quoted.html !== '';
    const ownHtml = words.html || (words.text && textAsHtml(words.text));
    return {
        ...forwardHead(original, words),
        payload: joinText(words.text, `${about}\n\n${quoted.text}`),
        html: hasHtml ? `${ownHtml}\n${textAsHtml(`${about}\n\n`)}\n${htmlOf(quoted)}\n` : undefined,
        attachments: attached(composition)
    };
}

/** An answer goes to the author's From: Reply-To is free for anyone to fill. */
function forwardHead({ author, subject }: Original, words: OwnWords): Pick<ComposedFields, 'topic' | 'replyTo'> {
    return { topic: words.subject || forwardSubject(subject), replyTo: author ? plain(author) : undefined };
}

function aboutLines(original: Original): string[] {
    const { subject, date, kind } = original;
    return [
        `From:    ${nameOf(original) || '(not exactly one author)'}`,
        ...(dateLine(date) === '' ? [] : [`Date:    ${dateLine(date)}`]),
        `Subject: ${subject || '(no subject)'}`,
        ...(kind === '' ? [] : [`Kind:    ${kind}`])
    ];
}

function answerLine({ author }: Original): string[] {
    return author ? ['An answer to this mail goes to its author.'] : [];
}

function nameOf({ author }: Original): string {
    return !author ? '' : author.name === '' ? author.address : `${author.name} <${author.address}>`;
}

function joinText(own: string, rest: string): string {
    return own.trim() === '' ? rest : `${own.trimEnd()}\n\n${rest}`;
}

/** As smtp-out takes them; what imap-in knows beside that is of no use in another mail. */
function attached({ content }: Composition): unknown[] {
    return content.attachments.map(({ filename, contentType, contentId, inline, content: bytes, path }) => ({
        filename,
        contentType,
        contentId,
        inline,
        ...(bytes ? { content: bytes } : { path })
    }));
}

/** A redirect keeps the header that its author signed: nothing but the mark stands in front of it. */
function headersOf({ action, original, recipients }: Composition, key: InstanceKey): Record<string, string | string[]> {
    if (!original) {
        // nothing came in, so a person or a clock has begun it
        return {};
    }
    const mark = { [MARK_FIELD]: marksFor(original, key) };
    if (action === 'redirect') {
        return mark;
    }
    const answers = isAnswer(action, original, addressesOf(recipients));
    return { ...mark, ...automaticFields(answers ? 'auto-replied' : 'auto-generated') };
}

function plain({ name, address }: Mailbox): PlainMailbox {
    return { name, address };
}
