import { type Facts } from './facts';
import { firstOf, shown, valuesOf } from './header-values';
import { readDisposition, readFeedback } from './receipts';
import { MAX_TEXT_CHARS } from './structure-steps';
import { type AutomaticKind, type AutomaticVerdict, DELIVERY_KINDS, type ReportedRecipient } from './verdict';

/** RFC 5322 §2.1.1: no line is longer, and an id is never folded. */
const MAX_ID_CHARS = 998;
const ID = /<[^<>\s]{1,996}>/;
/** Exim, qmail and others append the mail that failed to their text, behind a line of dashes that says so. */
const COPY_BEGINS = /copy of|original message|undelivered message|below this line|returned message/i;

/** What the details of the kind are; empty texts where the mail does not say. */
export function detailsOf(kind: AutomaticKind, facts: Facts): Partial<AutomaticVerdict> {
    if (DELIVERY_KINDS.includes(kind)) {
        return { bounce: { recipients: recipientsOf(kind, facts), originalMessageId: originalId(facts) } };
    }
    if (kind === 'read-receipt') {
        const mdn = readDisposition(partText(facts, 'disposition-notification'));
        return { mdn: { ...mdn, originalMessageId: mdn.originalMessageId || originalId(facts) } };
    }
    if (kind === 'complaint') {
        const arf = readFeedback(partText(facts, 'message/feedback-report'));
        return { arf: { ...arf, originalMessageId: facts.input.report?.originalMessageId ?? '' } };
    }
    return {};
}

/** Without fields of a report, Exim and Gmail still name those who did not get the mail. */
function recipientsOf(kind: AutomaticKind, { recipients, header }: Facts): ReportedRecipient[] {
    if (recipients.length > 0 || kind !== 'bounce') {
        return recipients;
    }
    const failed = valuesOf(header, 'x-failed-recipients').flatMap(value => value.split(/[,\s]+/).filter(Boolean));
    return failed.map(recipient => ({ recipient: shown(recipient), action: 'failed', status: '', diagnostic: '' }));
}

/** The id of the mail a report is about: in the copy of it, else in what the report says it answers. */
function originalId({ input, header }: Facts): string {
    const enclosed = input.report?.originalMessageId ?? '';
    if (enclosed !== '') {
        return enclosed;
    }
    const answered = ID.exec(firstOf(header, 'in-reply-to'))?.[0] ?? '';
    return (idInCopy(input.text ?? '') || answered).slice(0, MAX_ID_CHARS);
}

function idInCopy(text: string): string {
    let isCopy = false;
    for (const line of text.slice(0, MAX_TEXT_CHARS).split(/\r?\n/)) {
        isCopy ||= line.startsWith('--') && COPY_BEGINS.test(line);
        if (isCopy && /^message-id:/i.test(line)) {
            return ID.exec(line)?.[0] ?? '';
        }
    }
    return '';
}

function partText({ input }: Facts, type: string): string {
    return input.report?.parts.find(part => part.contentType.includes(type))?.text ?? '';
}
