import { rawText } from '../message/header-text';
import type { TraceEntry } from '../message/types';
import type { HeaderFieldsResult } from './header-fields';
import { endOfComment } from './mailbox-tokens';

/** Mail passes some ten servers; each entry is cloned with the message at every wire. */
const MAX_ENTRIES = 60;
/** Ten signatures fit well; a longer field is kept as unreadable, because what is cut off could be the refusal. */
const MAX_RESULTS_CHARS = 8_000;
const MAX_RECEIVED_CHARS = 2_000;

/**
 * Reads the order in which Received and Authentication-Results fields stand in a raw header block that was split: whoever sends a mail
 * can write both, but only below those of the servers that received it. Encoded words are not decoded: decoded, a
 * sender's address could close a quoted string and go on with results of its own. Never throws; time linear in the size.
 */
export function readTrace(split: HeaderFieldsResult): TraceEntry[] {
    if (!split.ok) {
        return [];
    }
    // servers write above what they receive, so a field below From was there before any of them saw the mail
    const from = split.fields.findIndex(({ key }) => key === 'from');
    const above = from < 0 ? split.fields : split.fields.slice(0, from);
    const fields = above.filter(({ key }) => key === 'received' || key === 'authentication-results');
    if (!fields.some(({ key }) => key === 'authentication-results')) {
        return [];
    }
    return fields.slice(0, MAX_ENTRIES).map(({ key, value }) => {
        const text = rawText(value);
        return key === 'received'
            ? { by: readReceivingHost(text.slice(0, MAX_RECEIVED_CHARS)) }
            : { results: text.length <= MAX_RESULTS_CHARS ? text : '' };
    });
}

/** The name behind `by` (RFC 5321 §4.4), which may also stand in a comment that the sending host has a say in. */
function readReceivingHost(text: string): string {
    let plain = '';
    for (let at = 0; at < text.length; at++) {
        if (text.charAt(at) !== '(') {
            plain += text.charAt(at);
            continue;
        }
        const end = endOfComment(text, at);
        if (end < 0) {
            return '';
        }
        plain += ' ';
        at = end - 1;
    }
    const [, host = ''] = /(?:^|\s)by\s+([^\s;]+)/i.exec(plain) ?? [];
    return host.toLowerCase();
}
