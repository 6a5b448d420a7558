import { oneLine } from '../message/header-text';

/** RFC 5322 section 2.1.1 bounds a line; a subject beyond this is an attack or an accident. */
const MAX_CHARS = 900;

/** What mail programs put before the subject of an answer: one table, all in lower case. */
const REPLY_WORDS = new Set(
    (
        're aw antw antwort sv vs odp ynt cevap res resp rif réf ref vá atb ats bls hb отв відп απ תגובה رد ' +
        '回复 回覆 答复 答覆 返信 답장'
    ).split(' ')
);
const FORWARD_WORDS = new Set(
    (
        'fw fwd wg tr rv enc vb vl doorst pd ilt i̇lt továbbítás redir пересл перес прд πρθ הועבר ' +
        '转发 轉寄 轉發 転送 전달'
    ).split(' ')
);
/** Single letters only as a capital: Italian Outlook writes "R:" and "I:". */
const REPLY_LETTERS = new Set(['R']);
const FORWARD_LETTERS = new Set(['I']);
/** "Re[2]", "Re(3)", "Re^2", "RE*2". */
const COUNTER = /^([^\s[(^*]+) ?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]\d{1,3})$/;
/** No prefix is longer, so the search for the colon ends here. */
const MAX_PREFIX_CHARS = 20;

/**
 * The subject of an answer: exactly one "Re: " (RFC 5322 section 3.6.5) in front, whatever and however many prefixes
 * other mail programs have put there.
 */
export function replySubject(subject: string): string {
    return `Re: ${shorten(strip(oneLine(subject), isReplyPrefix))}`.trimEnd();
}

/** The subject of a forwarded mail: exactly one "Fwd: " in front; a "Re: " behind it says what was forwarded and stays. */
export function forwardSubject(subject: string): string {
    return `Fwd: ${shorten(strip(oneLine(subject), isForwardPrefix)) || '(no subject)'}`;
}

/** Takes every prefix of that kind off the front. */
function strip(subject: string, isPrefix: (word: string) => boolean): string {
    let rest = subject.trim();
    for (;;) {
        const colon = rest.slice(0, MAX_PREFIX_CHARS).search(/[:：]/);
        if (colon < 1 || !isPrefix(rest.slice(0, colon).trim())) {
            return rest;
        }
        rest = rest.slice(colon + 1).trimStart();
    }
}

function isReplyPrefix(prefix: string): boolean {
    return isOneOf(prefix, REPLY_WORDS, REPLY_LETTERS);
}

function isForwardPrefix(prefix: string): boolean {
    return isOneOf(prefix, FORWARD_WORDS, FORWARD_LETTERS);
}

function isOneOf(prefix: string, words: ReadonlySet<string>, letters: ReadonlySet<string>): boolean {
    const word = COUNTER.exec(prefix)?.[1] ?? prefix;
    return letters.has(word) || words.has(word.normalize('NFC').toLowerCase());
}

function shorten(subject: string): string {
    return subject.length > MAX_CHARS ? `${subject.slice(0, MAX_CHARS).trimEnd()}…` : subject;
}
