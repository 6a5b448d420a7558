import { decodeWords } from './header-text';

/** A thread of a thousand mails has broken every mail program before this one. */
const MAX_REFERENCES = 1000;
const BRACKETED = /<([^<>]+)>/g;
/** One id and nothing else, as nearly every mail has it; without a question mark it holds no encoded word. */
const PLAIN = /^<[!-;=@-~]+>$/;
const WHITE_SPACE = /\s+/g;

/**
 * Every `<…>` of the References fields, oldest first. Some servers of Microsoft put encoded words here, so those are
 * decoded first; white space inside the brackets comes from folding and is dropped.
 */
export function readMessageIds(texts: readonly string[]): string[] {
    if (texts.length === 0 || (texts.length === 1 && PLAIN.test(texts[0] as string))) {
        return [...texts];
    }
    const found = texts.flatMap(text => [...decodeWords(text).matchAll(BRACKETED)]);
    const ids = found.map(match => (match[1] as string).replace(WHITE_SPACE, '')).filter(id => id !== '');
    return ids.slice(-MAX_REFERENCES).map(id => `<${id}>`);
}

/** The first `<…>`; a Message-ID that was written without brackets gets them. Returns "" when there is none. */
export function readMessageId(texts: readonly string[]): string {
    const [first] = readMessageIds(texts);
    if (first !== undefined) {
        return first;
    }
    const bare = decodeWords(texts[0] ?? '').replace(/[<>]/g, '');
    return /^[^\s]+$/.test(bare) ? `<${bare}>` : '';
}
