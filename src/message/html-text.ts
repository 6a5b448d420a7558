import { decodeEntities } from './html-entities';
import { behind, endOfName, endOfTag, findEndTag, findMarkup, RAW_ELEMENTS } from './html-tags';
import { PlainWriter } from './plain-writer';

/** Newsletters reach some hundred kilobytes; a megabyte takes some 50 ms, during which the runtime does nothing else. */
export const MAX_HTML_CHARS = 1_000_000;
/** Longer targets are tracking data; repeated on every link they would bury the text. */
const MAX_LINK_CHARS = 1000;

const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const LINK = /^(?:https?|mailto|tel):/i;
const SCHEME = /^[a-z]+:(?:\/\/)?/i;

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
