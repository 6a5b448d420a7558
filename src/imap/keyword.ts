/** A keyword is an atom (RFC 9051 section 9): printable ASCII without the specials. */
const KEYWORD = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/;
const MAX_KEYWORD_CHARS = 100;

/** True for text that a server can take as a keyword; system flags, which begin with a backslash, are none. */
export function isKeyword(text: string): boolean {
    return text.length <= MAX_KEYWORD_CHARS && KEYWORD.test(text);
}
