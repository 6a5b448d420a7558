import { decodeEntities } from './html-entities';
import { PlainWriter } from './plain-writer';

/** Newsletters reach some hundred kilobytes; a megabyte takes some 50 ms, during which the runtime does nothing else. */
export const MAX_HTML_CHARS = 1_000_000;
/** Longer targets are tracking data; repeated on every link they would bury the text. */
const MAX_LINK_CHARS = 1000;

const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const LINK = /^(?:https?|mailto|tel):/i;
const SCHEME = /^[a-z]+:(?:\/\/)?/i;

/** Their content is no text (HTML standard §13.1.2); it ends at the first end tag, whatever stands inside. */
const RAW_ELEMENTS = new Set(['script', 'style', 'title', 'textarea', 'template', 'xml']);
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'hr', 'fieldset']);
const BLOCKS = new Set(
    `address article aside body center dd div dt figcaption figure footer form header html legend main nav option
    section tbody tfoot thead tr`.split(/\s+/)
);

export interface HtmlText {
    text: string;
    /** True when only the beginning was converted. */
    cut: boolean;
}

/**
 * Turns HTML into the text a person reads: lines are not wrapped and capitals not changed, because flows search this
 * text. One pass without recursion and without a document tree, so hostile nesting costs nothing; time linear in the
 * size, which is limited. Never throws.
 */
export function htmlToText(html: string): HtmlText {
    const source = html.slice(0, MAX_HTML_CHARS);
    const writer = new PlainWriter();
    const links: string[] = [];
    for (let at = 0; at < source.length;) {
        const open = findMarkup(source, at);
        if (open > at) {
            writer.text(decodeEntities(source.slice(at, open)));
        }
        at = readMarkup(source, open, writer, links);
    }
    return { text: writer.result(), cut: html.length > MAX_HTML_CHARS };
}

/** The next "<" that can begin markup; "1 < 2" and "<3" are text. */
function findMarkup(source: string, from: number): number {
    let at = source.indexOf('<', from);
    while (at >= 0 && !isNameCode(source.charCodeAt(at + 1), true) && !'!?/'.includes(source.charAt(at + 1))) {
        at = source.indexOf('<', at + 1);
    }
    return at < 0 ? source.length : at;
}

/** Handles what begins with the "<" at `open`; returns the index behind it. */
function readMarkup(source: string, open: number, writer: PlainWriter, links: string[]): number {
    if (open === source.length) {
        return open;
    }
    if (source.startsWith('<!--', open)) {
        return behind(source.indexOf('-->', open + 4), 3, source);
    }
    const next = source.charAt(open + 1);
    if (next === '!' || next === '?') {
        return behind(source.indexOf('>', open), 1, source);
    }
    const isEnd = next === '/';
    const nameStart = open + (isEnd ? 2 : 1);
    const nameEnd = endOfName(source, nameStart);
    if (nameEnd === nameStart) {
        writer.text(source.slice(open, nameStart));
        return nameStart;
    }
    const name = source.slice(nameStart, nameEnd).toLowerCase();
    const end = endOfTag(source, nameEnd);
    if (isEnd) {
        closeElement(name, writer, links);
        return end;
    }
    if (RAW_ELEMENTS.has(name)) {
        return findEndTag(source, name, end);
    }
    openElement(name, source.slice(nameEnd, end), writer, links);
    return end;
}

function openElement(name: string, attributes: string, writer: PlainWriter, links: string[]): void {
    if (name === 'br') {
        writer.lineBreak();
    } else if (name === 'a') {
        links.push(attribute(HREF, attributes));
    } else if (name === 'img') {
        writer.text(attribute(ALT, attributes));
    } else if (name === 'li') {
        writer.startItem();
    } else if (name === 'td' || name === 'th') {
        writer.gap('\t');
    } else {
        changeBlock(name, 1, writer);
    }
}

function closeElement(name: string, writer: PlainWriter, links: string[]): void {
    if (name === 'a') {
        const target = links.pop() ?? '';
        const isShown = writer.hasJustWritten(target.replace(SCHEME, '').replace(/\/$/, ''));
        if (LINK.test(target) && target.length <= MAX_LINK_CHARS && !isShown) {
            writer.text(` [${target}]`);
        }
    } else if (name === 'li') {
        writer.endItem();
    } else {
        changeBlock(name, -1, writer);
    }
}

function changeBlock(name: string, by: 1 | -1, writer: PlainWriter): void {
    if (name === 'pre') {
        writer.changePreformatted(by);
    } else if (name === 'blockquote') {
        writer.changeQuoteDepth(by);
    } else if (PARAGRAPHS.has(name)) {
        writer.endParagraph();
    } else if (BLOCKS.has(name)) {
        writer.endLine();
    }
}

function attribute(pattern: RegExp, attributes: string): string {
    const match = pattern.exec(attributes);
    return decodeEntities(match?.slice(1).find(value => value !== undefined) ?? '').trim();
}

function endOfName(source: string, from: number): number {
    let at = from;
    while (at < source.length && isNameCode(source.charCodeAt(at), at === from)) {
        at++;
    }
    return at;
}

function isNameCode(code: number, isFirst: boolean): boolean {
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    // digits, hyphen and colon: h1, my-element, o:p
    return isLetter || (!isFirst && ((code >= 0x30 && code <= 0x3a) || code === 0x2d));
}

/** The start of the next end tag with that name, or the end of the text. */
function findEndTag(source: string, name: string, from: number): number {
    for (let at = source.indexOf('</', from); at >= 0; at = source.indexOf('</', at + 2)) {
        const nameEnd = at + 2 + name.length;
        if (source.slice(at + 2, nameEnd).toLowerCase() === name && endOfName(source, at + 2) === nameEnd) {
            return at;
        }
    }
    return source.length;
}

/** Behind the ">" of a tag; one inside a quoted attribute value does not count. */
function endOfTag(source: string, from: number): number {
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

function behind(index: number, length: number, source: string): number {
    return index < 0 ? source.length : index + length;
}
