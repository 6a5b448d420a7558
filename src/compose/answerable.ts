import type { Original } from './original';

/** Kinds that are passed on neither: their sender is a machine that would answer with the next one. */
const REPORT_KINDS = ['bounce', 'delay', 'delivery-receipt', 'read-receipt', 'complaint'];
/** RFC 3834 section 2 and the addresses behind which nobody reads. */
const DAEMON =
    /^(mailer-daemon|postmaster|mdaemon|owner-.*|.*-(owner|request|bounces?)|(no|do[-_.]?not)[-_.]?reply.*)$/i;
const MAILER = /^(mailer-daemon|postmaster|mdaemon|microsoftexchange[0-9a-f]+)$/i;
/** Written by programs that answer by themselves; empty, "no" and the like say the opposite. */
const RESPONDER_FIELDS = [
    'x-autoreply',
    'x-autorespond',
    'x-autoresponder',
    'x-autoresponse',
    'x-auto-reply-from',
    'x-autoreply-from',
    'x-mail-autoreply',
    'x-vacation',
    'x-ms-exchange-inbox-rules-loop'
];
const NO = /^(|no|false|0)$/i;

/**
 * May this mail be answered automatically? Returns why not, or "". This is another question than what the mail is: a
 * person's words through a mailing list are a person's, and are still not to be answered by a machine (RFC 3834
 * section 2).
 */
export function whyNotAnswer(original: Original): string {
    const { kind, author, replyTo } = original;
    if (kind !== '' && kind !== 'human') {
        return `it is automatic mail (${kind})`;
    }
    if (isReport(original)) {
        return 'it is a delivery report or a receipt';
    }
    if (original.header('return-path').some(isEmptyPath)) {
        return 'its return path is empty';
    }
    if (original.header('auto-submitted').some(value => tokenOf(value) !== 'no')) {
        return 'it says itself that it is automatic (Auto-Submitted)';
    }
    if (RESPONDER_FIELDS.some(name => original.header(name).some(value => !NO.test(value.trim())))) {
        return 'it was written by an automatic responder';
    }
    const precedence = ['precedence', 'x-precedence'].flatMap(name => original.header(name));
    if (precedence.some(value => /^(bulk|junk|list|auto[-_]?reply)\b/i.test(value.trim()))) {
        return 'it is bulk mail (Precedence)';
    }
    if (original.headerNames.some(name => name.startsWith('list-'))) {
        return 'it came through a mailing list';
    }
    if (original.header('x-auto-response-suppress').some(value => /\b(all|autoreply|oof)\b/i.test(value))) {
        return 'its sender asks for no automatic answers (X-Auto-Response-Suppress)';
    }
    // a marketplace writes as noreply and names the customer in Reply-To
    const answered = replyTo.length > 0 ? replyTo : author ? [author] : [];
    const isUnread = answered.some(({ local }) => DAEMON.test(local)) || MAILER.test(author?.local ?? '');
    return isUnread ? 'nobody reads mail at the address it names for answers' : '';
}

/**
 * May this mail be passed on? Returns why not, or "". Delivery reports and receipts stay: passed on to an address that
 * fails in turn, they would breed. An automatic answer may be passed on, which filter-automatic decides.
 */
export function whyNotForward(original: Original): string {
    const { kind, author } = original;
    if (REPORT_KINDS.includes(kind)) {
        return `mail of the kind "${kind}" is not passed on`;
    }
    const isBounce = isReport(original) || original.headerNames.includes('x-failed-recipients');
    if (kind === '' && (isBounce || (author && MAILER.test(author.local)))) {
        return 'it is a delivery report or a receipt';
    }
    return '';
}

/**
 * RFC 5228 section 4.2: mail that came with an empty envelope sender must be redirected with an empty one. The account
 * sends with its own address, so such a mail is not redirected.
 */
export function hasEmptySender(original: Original): boolean {
    return original.header('return-path').slice(0, 1).some(isEmptyPath);
}

function isReport(original: Original): boolean {
    return original.header('content-type').some(value => /^\s*multipart\/report\b/i.test(value));
}

function isEmptyPath(value: string): boolean {
    return /^<\s*>$/.test(value.trim());
}

/** The first token of Auto-Submitted, without comments and parameters: "no; x" and "No (by hand)" are "no". */
function tokenOf(value: string): string {
    return (/^[^\s;(]*/.exec(value.trim())?.[0] ?? '').toLowerCase() || 'no';
}
