import { refuse, type Refusal, SenderProblem } from './problems';

/** A piece of an address field. Texts hold one character per byte: nothing is decoded before the address is known. */
export interface Token {
    kind: 'atom' | 'quoted' | 'special';
    /** Of a quoted string, the content without quotation marks and quoted-pairs. */
    text: string;
    /** White space, a fold or a comment stands directly before. */
    gap: boolean;
    /** Bytes as written, quotation marks included. */
    size: number;
    /** The quoted string reaches over a line end. */
    folded: boolean;
}

export type TokensResult = { ok: true; tokens: Token[]; comments: string[] } | Refusal;

/** RFC 5322 §3.2.3 "specials", as far as they are tokens of their own. */
const SPECIALS = '<>[]:;@,.';
const WHITE_SPACE = ' \t\r\n';
const ENDS_ATOM = `${SPECIALS}${WHITE_SPACE}()"\\`;

/**
 * Cuts a field value into atoms, quoted strings and specials, and takes the comments out. Expects that line ends were
 * checked: every CR and LF here belongs to a fold. Nesting is counted, not recursed into; time linear in the size.
 */
export function tokenize(value: string): TokensResult {
    const tokens: Token[] = [];
    const comments: string[] = [];
    let gap = false;
    for (let at = 0; at < value.length;) {
        const char = value.charAt(at);
        if (WHITE_SPACE.includes(char)) {
            gap = true;
            at++;
        } else if (char === '(') {
            const end = endOfComment(value, at);
            if (end < 0) {
                return refuse(SenderProblem.OpenComment);
            }
            comments.push(value.slice(at + 1, end - 1));
            gap = true;
            at = end;
        } else if (char === ')') {
            return refuse(SenderProblem.OpenComment);
        } else if (char === '\\') {
            return refuse(SenderProblem.StrayBackslash);
        } else {
            const token = char === '"' ? readQuoted(value, at, gap) : readPlain(value, at, gap);
            if (!token) {
                return refuse(SenderProblem.OpenQuote);
            }
            tokens.push(token);
            gap = false;
            at += token.size;
        }
    }
    return { ok: true, tokens, comments };
}

/** Returns the index behind the closing parenthesis of the comment that begins at `start`, -1 when there is none. */
export function endOfComment(value: string, start: number): number {
    let depth = 0;
    for (let at = start; at < value.length; at++) {
        const char = value.charAt(at);
        if (char === '\\') {
            at++;
        } else if (char === '(') {
            depth++;
        } else if (char === ')' && --depth === 0) {
            return at + 1;
        }
    }
    return -1;
}

/** Reads the quoted string that begins at `start`; null when it is not closed. */
export function readQuoted(value: string, start: number, gap: boolean): Token | null {
    let text = '';
    let folded = false;
    for (let at = start + 1; at < value.length; at++) {
        const char = value.charAt(at);
        if (char === '"') {
            return { kind: 'quoted', text, gap, size: at + 1 - start, folded };
        }
        if (char === '\r' || char === '\n') {
            folded = true;
        } else if (char === '\\' && at + 1 < value.length && !'\r\n'.includes(value.charAt(at + 1))) {
            text += value.charAt(++at);
        } else if (char === '\\') {
            return null;
        } else {
            text += char;
        }
    }
    return null;
}

function readPlain(value: string, start: number, gap: boolean): Token {
    const first = value.charAt(start);
    if (SPECIALS.includes(first)) {
        return { kind: 'special', text: first, gap, size: 1, folded: false };
    }
    let end = start + 1;
    while (end < value.length && !ENDS_ATOM.includes(value.charAt(end))) {
        end++;
    }
    return { kind: 'atom', text: value.slice(start, end), gap, size: end - start, folded: false };
}
