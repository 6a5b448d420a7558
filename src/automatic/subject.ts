import { readPrefix } from '../message/subject-prefix';
import { SUBJECT_PHRASES } from './subject-phrases';
import type { AutomaticKind } from './verdict';

/** What the start of a subject says about the mail. */
export interface SubjectSign {
    kind: AutomaticKind;
    /** People begin subjects with this word too. */
    everyday: boolean;
    /**
     * A reply or forward mark stood before it: then it says what the answered mail was, and a person may well write
     * "Re: Automatic reply: …".
     */
    prefixed: boolean;
}

interface Phrase {
    text: string;
    kind: AutomaticKind;
    open: boolean;
    everyday: boolean;
}

/** Phrases and their marks stand at the beginning; nothing behind this is looked at. */
const MAX_SUBJECT_CHARS = 300;
/** French sets a space before the colon, Asian keyboards write a wide one; a hyphen without a space makes a compound. */
const AFTER_PHRASE = /^\s*([:：–—\]】]|$)|^\s+-|^-\s/;
const BRACKETS: Readonly<Record<string, string>> = { '[': ']', '【': '】' };
/** "[External]", "[Ticket#123]": a longer one is not a tag. */
const MAX_TAG_CHARS = 40;

const byFirstLetter = index();

/**
 * Looks for a phrase of the table at the start of a subject, behind reply marks and at most one `[tag]`. Never throws;
 * reads a bounded part of the subject.
 */
export function readSubject(subject: string): SubjectSign | null {
    let rest = subject.slice(0, MAX_SUBJECT_CHARS).trimStart();
    let prefixed = false;
    for (let prefix = readPrefix(rest); prefix; prefix = readPrefix(rest)) {
        rest = prefix.rest;
        prefixed = true;
    }
    rest = normal(rest);
    const phrase = findPhrase(rest) ?? findBehindBracket(rest);
    return phrase && { kind: phrase.kind, everyday: phrase.everyday, prefixed };
}

/** The form in which phrases are compared: NFC, lower case. */
function normal(subject: string): string {
    return foldTurkish(subject.normalize('NFC').toLowerCase());
}

/** "YANIT" becomes "yanit" by the rules of all languages but Turkish, which writes it "yanıt". */
function foldTurkish(text: string): string {
    return text.replaceAll('ı', 'i').replaceAll('i\u0307', 'i');
}

/** "[Automatyczna odpowiedź ] test", or "[External] Automatic reply: test". */
function findBehindBracket(text: string): Phrase | null {
    const closing = BRACKETS[text.charAt(0)];
    const end = closing === undefined ? -1 : text.indexOf(closing);
    if (end < 0 || end > MAX_TAG_CHARS) {
        return null;
    }
    return findPhrase(text.slice(1).trimStart()) ?? findPhrase(text.slice(end + 1).trimStart());
}

function findPhrase(text: string): Phrase | null {
    const candidates = byFirstLetter.get(text.charCodeAt(0)) ?? [];
    return candidates.find(phrase => text.startsWith(phrase.text) && endsThere(text, phrase)) ?? null;
}

function endsThere(text: string, { text: phrase, open }: Phrase): boolean {
    return open || AFTER_PHRASE.test(text.slice(phrase.length));
}

/** The longest first, because "delivery status notification (delay)" begins with the words of a failure. */
function index(): Map<number, Phrase[]> {
    const phrases = SUBJECT_PHRASES.flatMap(({ kind, open = false, everyday = false, phrases: texts }) =>
        texts.map(text => ({ text: foldTurkish(text), kind, open, everyday }))
    ).sort((a, b) => b.text.length - a.text.length);
    const found = new Map<number, Phrase[]>();
    for (const phrase of phrases) {
        const first = phrase.text.charCodeAt(0);
        found.set(first, [...(found.get(first) ?? []), phrase]);
    }
    return found;
}
