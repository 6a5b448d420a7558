import { kindOfRecipients, readRecipients } from './delivery-report';
import { type Decision, type Facts, note } from './facts';
import { firstOf } from './header-values';
import type { AutomaticKind } from './verdict';

const DELIVERY_STATUS = ['message/delivery-status', 'message/global-delivery-status'];
const DISPOSITION = ['message/disposition-notification', 'message/global-disposition-notification'];
const FEEDBACK = ['message/feedback-report'];
/** RFC 8460 §5.3 and §6.4. */
const TLS_REPORT = ['application/tlsrpt+gzip', 'application/tlsrpt+json'];
const ARCHIVES = ['application/zip', 'application/gzip', 'application/x-gzip', 'application/x-zip-compressed'];
/** RFC 7489 §7.2.1.1: "Report Domain: example.com Submitter: mail.example Report-ID: <1>". */
const DMARC_SUBJECT = /^report[ _]domain:/i;
const CALENDAR_REPLY = /^METHOD:REPLY\s*$/im;

/** Step 2: what says itself that it is a report, whatever its header fields say. */
export function reportStructure(facts: Facts): Decision | null {
    const { type, reportType } = facts;
    if (type === 'multipart/report') {
        note(facts, 'report-type', reportType);
    }
    if (reportType === 'delivery-status' || hasPart(facts, DELIVERY_STATUS)) {
        return deliveryReport(facts);
    }
    if (reportType === 'disposition-notification' || hasPart(facts, DISPOSITION)) {
        return { kind: 'read-receipt', confidence: 'certain' };
    }
    if (reportType === 'feedback-report' || hasPart(facts, FEEDBACK) || isHotmailComplaint(facts)) {
        return { kind: 'complaint', confidence: 'certain' };
    }
    if (reportType === 'tlsrpt' || hasPart(facts, TLS_REPORT) || isDmarcReport(facts)) {
        return { kind: 'report', confidence: 'certain' };
    }
    // the type is missing or unknown: the fields may stand in a text part
    return type === 'multipart/report' ? fieldsInText(facts) : null;
}

/** Step 3: "accepted", "declined", "tentative". */
export function calendarReply(facts: Facts): Decision | null {
    const isReply =
        (facts.type === 'text/calendar' && facts.calendarMethod === 'reply') ||
        textsOf(facts, ['text/calendar']).some(text => CALENDAR_REPLY.test(text));
    return isReply && note(facts, 'calendar-method', 'REPLY')
        ? { kind: 'calendar-reply', confidence: 'certain' }
        : null;
}

/** Which of the three outcomes a subject or a comment promises; null when they promise none. */
export function announcedOutcome({ subject, autoSubmitted }: Facts): AutomaticKind | null {
    const comment = autoSubmitted?.comment ?? '';
    if (subject?.kind === 'delay' || comment.includes('warning') || comment.includes('delay')) {
        return 'delay';
    }
    return subject?.kind === 'delivery-receipt' ? 'delivery-receipt' : null;
}

/** Takes the recipients from the text of a mail that a mail server wrote; people quote such fields, servers write them. */
export function fieldsInText(facts: Facts): Decision | null {
    if (facts.recipients.length === 0) {
        facts.recipients = readRecipients((facts.input.text ?? '').slice(0, MAX_TEXT_CHARS));
    }
    const kind = kindOfRecipients(facts.recipients);
    return kind && note(facts, 'delivery-fields-in-text') ? { kind, confidence: 'likely' } : null;
}

/** A report that writes its fields into the text writes them before the copy of the mail. */
export const MAX_TEXT_CHARS = 64 * 1024;

function deliveryReport(facts: Facts): Decision {
    facts.recipients = textsOf(facts, DELIVERY_STATUS).flatMap(readRecipients);
    const kind = kindOfRecipients(facts.recipients);
    if (kind) {
        note(facts, 'delivery-action', facts.recipients.map(({ action }) => action).join(' '));
        return { kind, confidence: 'certain' };
    }
    // that a machine wrote it is certain; with the header alone, most such reports are about a failure
    return fieldsInText(facts) ?? { kind: announcedOutcome(facts) ?? 'bounce', confidence: 'likely' };
}

function hasPart(facts: Facts, types: readonly string[]): boolean {
    const { report, attachmentTypes = [] } = facts.input;
    const found =
        types.find(type => type === facts.type) ??
        report?.parts.find(part => types.includes(part.contentType))?.contentType ??
        attachmentTypes.find(type => types.includes(type.toLowerCase()));
    return found !== undefined && note(facts, 'report-part', found);
}

function textsOf({ input }: Facts, types: readonly string[]): string[] {
    const parts = input.report?.parts ?? [];
    return parts.filter(part => types.includes(part.contentType)).map(part => part.text);
}

/** Hotmail's complaints are plain multipart/mixed. */
function isHotmailComplaint(facts: Facts): boolean {
    const isComplaint =
        facts.fromLocal === 'staff' &&
        /\bstaff@hotmail\.com\b/i.test(firstOf(facts.header, 'from')) &&
        /^complaint about message from /i.test(facts.subjectText);
    return isComplaint && note(facts, 'complaint-subject', facts.subjectText);
}

/** Anybody can write such a subject, so the archive or the rest of the subject has to be there as well. */
function isDmarcReport(facts: Facts): boolean {
    if (firstOf(facts.header, 'tls-report-domain') !== '') {
        return note(facts, 'tls-report-domain', firstOf(facts.header, 'tls-report-domain'));
    }
    const isReport =
        DMARC_SUBJECT.test(facts.subjectText) &&
        (/submitter:/i.test(facts.subjectText) ||
            ARCHIVES.includes(facts.type) ||
            (facts.input.attachmentTypes ?? []).some(type => ARCHIVES.includes(type.toLowerCase())));
    return isReport && note(facts, 'report-subject', facts.subjectText);
}
