import type { MailReport } from '../message/types';
import { type AutoSubmitted, readAutoSubmitted } from './auto-submitted';
import { firstOf, shown, type UncheckedHeader, valuesOf } from './header-values';
import { readSubject, type SubjectSign } from './subject';
import type { AutomaticKind, Confidence, Reason, ReportedRecipient } from './verdict';

/** What is known of a mail. The header alone gives the verdict; the rest tells the kind of a report and its details. */
export interface AutomaticInput {
    /** Decoded texts by lower-case name, as in `msg.header`. */
    header: UncheckedHeader;
    report?: MailReport | null;
    /** The plain text, looked at only when the header says that a mail server wrote the mail. */
    text?: string;
    /** Types of the attachments. */
    attachmentTypes?: readonly string[];
}

/** What every step of the decision looks at, read once. */
export interface Facts {
    input: AutomaticInput;
    header: UncheckedHeader;
    /** The top-level type in lower case, and its parameters that matter. */
    type: string;
    reportType: string;
    calendarMethod: string;
    /** null when no field says anything. */
    autoSubmitted: AutoSubmitted | null;
    /** The topmost Return-Path is `<>` or names a mailer daemon: the receiving server wrote it, so it is no claim. */
    hasEmptyReturnPath: boolean;
    fromLocal: string;
    subject: SubjectSign | null;
    subjectText: string;
    /** It answers something: the mail has In-Reply-To or References. */
    isAnswer: boolean;
    reasons: Reason[];
    /** What a delivery report says of its recipients; filled by the step that reads it. */
    recipients: ReportedRecipient[];
}

/** What a step settles. */
export interface Decision {
    kind: AutomaticKind;
    confidence: Confidence;
}

/** Looks at the facts, notes the signs it sees, and says what it makes of them; null leaves it to the next step. */
export type Step = (facts: Facts) => Decision | null;

/** A field may be repeated two thousand times. */
const MAX_REASONS = 20;
/** Every value is cut before this is used, so that the time is bounded. */
const PARAMETER = /;\s*(report-type|method)\s*=\s*"?([^\s";]+)/gi;

export function readFacts(input: AutomaticInput): Facts {
    const { header } = input;
    const contentType = firstOf(header, 'content-type');
    const parameters = contentType.includes(';') ? readParameters(contentType) : {};
    const returnPath = firstOf(header, 'return-path');
    const subjectText = firstOf(header, 'subject');
    return {
        input,
        header,
        type: (contentType.split(';', 1)[0] as string).trim().toLowerCase(),
        reportType: parameters['report-type'] ?? '',
        calendarMethod: parameters['method'] ?? '',
        autoSubmitted: readAutoSubmitted(valuesOf(header, 'auto-submitted')),
        hasEmptyReturnPath: /^<\s*(mailer-daemon(@[^<>]*)?)?\s*>$/i.test(returnPath),
        fromLocal: localPartIn(firstOf(header, 'from')),
        subject: readSubject(subjectText),
        subjectText,
        isAnswer: firstOf(header, 'in-reply-to') !== '' || firstOf(header, 'references') !== '',
        reasons: [],
        recipients: []
    };
}

/** Notes a sign once, whether it decides or not. Returns true, so that it can end a condition. */
export function note({ reasons }: Facts, signal: string, value = ''): true {
    const reason = { signal, value: shown(value) };
    const isKnown = reasons.some(known => known.signal === signal && known.value === reason.value);
    if (!isKnown && reasons.length < MAX_REASONS) {
        reasons.push(reason);
    }
    return true;
}

function readParameters(contentType: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [, name = '', value = ''] of contentType.matchAll(PARAMETER)) {
        found[name.toLowerCase()] ??= value.toLowerCase();
    }
    return found;
}

/**
 * The part before the @ of the address in From, in lower case. Lenient, because daemons write addresses without a
 * domain; whoever passes for a daemon by it only makes his own mail a bounce.
 */
function localPartIn(from: string): string {
    const open = from.lastIndexOf('<');
    const close = from.indexOf('>', open);
    const address = open >= 0 && close > open ? from.slice(open + 1, close) : (from.split('(', 1)[0] as string);
    return (address.split('@', 1)[0] as string).trim().toLowerCase();
}
