/** Their content is no text (HTML standard §13.1.2); it ends at the first end tag, whatever stands inside. */
export const RAW_ELEMENTS = new Set(['script', 'style', 'title', 'textarea', 'template', 'xml']);

/** The next "<" that can begin markup; "1 < 2" and "<3" are text. */
export function findMarkup(source: string, from: number): number {
    let at = source.indexOf('<', from);
    while (at >= 0 && !isNameCode(source.charCodeAt(at + 1), true) && !'!?/'.includes(source.charAt(at + 1))) {
        at = source.indexOf('<', at + 1);
    }
    return at < 0 ? source.length : at;
}

/** The end of the name that begins at `from`; the same index when no name begins there. */
export function endOfName(source: string, from: number): number {
    let at = from;
    while (at < source.length && isNameCode(source.charCodeAt(at), at === from)) {
        at++;
    }
    return at;
}

/** The start of the next end tag with that name, or the end of the text. */
export function findEndTag(source: string, name: string, from: number): number {
    for (let at = source.indexOf('</', from); at >= 0; at = source.indexOf('</', at + 2)) {
        const nameEnd = at + 2 + name.length;
        if (source.slice(at + 2, nameEnd).toLowerCase() === name && endOfName(source, at + 2) === nameEnd) {
            return at;
        }
    }
    return source.length;
}

/** Behind the ">" of a tag; one inside a quoted attribute value does not count. */
export function endOfTag(source: string, from: number): number {
    for (let at = from; at < source.length; at++) {
        const char = source.charAt(at);
        if (char === '>') {
            return at + 1;
        }
        if ((char === '"' || char === "'") && source.charAt(at - 1) === '=') {
            const close = source.indexOf(char, at + 1);
            // a quotation mark that is never closed swallows the rest in a browser; here the text is worth more
            at = close < 0 ? at : close;
        }
    }
    return source.length;
}

/** The index `length` behind a find, or the end of the text when nothing was found. */
export function behind(index: number, length: number, source: string): number {
    return index < 0 ? source.length : index + length;
}

function isNameCode(code: number, isFirst: boolean): boolean {
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    // digits, hyphen and colon: h1, my-element, o:p
    return isLetter || (!isFirst && ((code >= 0x30 && code <= 0x3a) || code === 0x2d));
}
