import { endOfComment, readQuoted } from './mailbox-tokens';

/** One method of an Authentication-Results field (RFC 8601 §2.2), everything but quoted values in lower case. */
export interface AuthenticationResult {
    /** `dmarc`, `dkim`, `spf` …, without its version. */
    method: string;
    result: string;
    /** By `ptype.property`. One that is given twice with different values is empty: it is not known which one counts. */
    properties: ReadonlyMap<string, string>;
}

export interface AuthenticationResults {
    /** Who says it; empty when a method stands in its place, as Microsoft 365 writes the field. */
    id: string;
    results: AuthenticationResult[];
}

interface Token {
    kind: 'word' | 'quoted' | 'equals' | 'end';
    text: string;
    gap: boolean;
}

const WHITE_SPACE = ' \t\r\n';
const ENDS_WORD = `${WHITE_SPACE};=()"\\`;

/**
 * Reads a field value with its nested comments, quoted strings and versions. A sender chooses much of what stands in it
 * (`smtp.mailfrom`, `header.d`), so nothing is searched for in the line as a whole; null when it cannot be read to its
 * end, because then a sender's `"` or `(` may have swallowed what the server found out. Never throws; linear time.
 */
export function readAuthenticationResults(value: string): AuthenticationResults | null {
    const tokens = tokenize(value);
    if (!tokens) {
        return null;
    }
    const [first = [], ...others] = itemsOf(tokens);
    if (first.some(token => token.kind === 'equals')) {
        return { id: '', results: [first, ...others].flatMap(readItem) };
    }
    const [id, version, ...more] = first;
    if (!id || more.length > 0 || (version && !/^\d+$/.test(version.text))) {
        return null;
    }
    return { id: id.text.toLowerCase(), results: others.flatMap(readItem) };
}

function tokenize(value: string): Token[] | null {
    const tokens: Token[] = [];
    let gap = false;
    for (let at = 0; at < value.length;) {
        const char = value.charAt(at);
        if (WHITE_SPACE.includes(char)) {
            gap = true;
            at++;
        } else if (char === '(') {
            const end = endOfComment(value, at);
            if (end < 0) {
                return null;
            }
            gap = true;
            at = end;
        } else if (char === '"') {
            const quoted = readQuoted(value, at, gap);
            if (!quoted) {
                return null;
            }
            tokens.push({ kind: 'quoted', text: quoted.text, gap });
            gap = false;
            at += quoted.size;
        } else if (char === ')' || char === '\\') {
            return null;
        } else if (char === ';' || char === '=') {
            tokens.push({ kind: char === ';' ? 'end' : 'equals', text: char, gap });
            gap = false;
            at++;
        } else {
            let end = at + 1;
            while (end < value.length && !ENDS_WORD.includes(value.charAt(end))) {
                end++;
            }
            tokens.push({ kind: 'word', text: value.slice(at, end), gap });
            gap = false;
            at = end;
        }
    }
    return tokens;
}

function itemsOf(tokens: readonly Token[]): Token[][] {
    const items: Token[][] = [[]];
    for (const token of tokens) {
        if (token.kind === 'end') {
            items.push([]);
        } else {
            items[items.length - 1]?.push(token);
        }
    }
    return items;
}

/** Reads `method=result` and the properties behind it. An item without `=` is none: "none", or a stray domain. */
function readItem(tokens: readonly Token[]): AuthenticationResult[] {
    const [head, ...pairs] = pairsOf(tokens);
    if (!head) {
        return [];
    }
    const properties = new Map<string, string>();
    for (const [name, value] of pairs) {
        const known = properties.get(name);
        properties.set(name, known === undefined || known === value ? value : '');
    }
    return [{ method: head[0].split('/', 1)[0] as string, result: head[1].toLowerCase(), properties }];
}

function pairsOf(tokens: readonly Token[]): Array<[string, string]> {
    const pairs: Array<[string, string]> = [];
    for (let at = 0; at < tokens.length; at++) {
        if (tokens[at]?.kind !== 'equals') {
            continue;
        }
        const name = nameBefore(tokens, at);
        const end = endOfValue(tokens, at + 1);
        const value = tokens.slice(at + 1, end).map(token => token.text);
        at = end - 1;
        if (name !== '') {
            pairs.push([name, value.join('')]);
        }
    }
    return pairs;
}

/** A gap ends a value, except the one before it; base64 in header.b holds "=" too. */
function endOfValue(tokens: readonly Token[], start: number): number {
    const [first, second] = [tokens[start], tokens[start + 1]];
    // "smtp.mailfrom= header.from=x": a value that is missing must not swallow the next name
    if (!first || (first.gap && second?.kind === 'equals' && !second.gap)) {
        return start;
    }
    let end = start + 1;
    while (end < tokens.length && !tokens[end]?.gap) {
        end++;
    }
    return end;
}

/** `dkim / 1`, `header . d`: white space and comments may stand between the pieces of a name. */
function nameBefore(tokens: readonly Token[], equals: number): string {
    let at = equals - 1;
    let name = tokens[at]?.kind === 'word' ? (tokens[at]?.text ?? '') : '';
    while (
        at > 0 &&
        tokens[at - 1]?.kind === 'word' &&
        (/^[./]/.test(name) || /[./]$/.test(tokens[at - 1]?.text ?? ''))
    ) {
        at--;
        name = (tokens[at]?.text ?? '') + name;
    }
    return name.toLowerCase();
}
