/** What an Auto-Submitted field (RFC 3834 §5) says. */
export interface AutoSubmitted {
    /** In lower case, without comments and parameters; never empty. */
    token: string;
    /** What stands in parentheses, in lower case: "failure", "vacation"; "" without a comment. */
    comment: string;
    raw: string;
}

/**
 * Reads the fields of a mail. When there are several, the first that says something else than `no` counts; null when
 * none holds a word. The name of the field alone says nothing: `no` is what people's mail programs may write.
 */
export function readAutoSubmitted(values: readonly string[]): AutoSubmitted | null {
    const read = values.map(readOne).filter(value => value.token !== '');
    return read.find(value => value.token !== 'no') ?? read[0] ?? null;
}

/** Comments may be nested; depth is counted, so a thousand parentheses cost what a thousand letters do. */
function readOne(raw: string): AutoSubmitted {
    let depth = 0;
    let token = '';
    let comment = '';
    for (let at = 0; at < raw.length; at++) {
        const char = raw.charAt(at);
        if (char === '(') {
            depth++;
        } else if (char === ')' && depth > 0) {
            depth--;
        } else if (depth > 0) {
            comment += char;
        } else if (char === ';') {
            break;
        } else {
            token += char;
        }
    }
    const [word = ''] = token.trim().toLowerCase().split(/\s/, 1);
    return { token: word, comment: comment.trim().toLowerCase(), raw };
}
