import { oneLine } from '../message/header-text';
import { readPrefix, type PrefixKind } from '../message/subject-prefix';

/** RFC 5322 section 2.1.1 bounds a line; a subject beyond this is an attack or an accident. */
const MAX_CHARS = 900;

/**
 * The subject of an answer: exactly one "Re: " (RFC 5322 section 3.6.5) in front, whatever and however many prefixes
 * other mail programs have put there.
 */
export function replySubject(subject: string): string {
    return `Re: ${shorten(strip(oneLine(subject), 'reply'))}`.trimEnd();
}

/** The subject of a forwarded mail: exactly one "Fwd: " in front; a "Re: " behind it says what was forwarded and stays. */
export function forwardSubject(subject: string): string {
    return `Fwd: ${shorten(strip(oneLine(subject), 'forward')) || '(no subject)'}`;
}

/** Takes every prefix of that kind off the front. */
function strip(subject: string, kind: PrefixKind): string {
    let rest = subject.trim();
    for (let prefix = readPrefix(rest); prefix?.kind === kind; prefix = readPrefix(rest)) {
        rest = prefix.rest;
    }
    return rest;
}

function shorten(subject: string): string {
    return subject.length > MAX_CHARS ? `${subject.slice(0, MAX_CHARS).trimEnd()}…` : subject;
}
