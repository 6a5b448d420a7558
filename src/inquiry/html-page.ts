import { decodeEntities } from '../message/html-entities';
import { behind, endOfName, endOfTag, findEndTag, findMarkup, RAW_ELEMENTS } from '../message/html-tags';
import { PageWriter } from './page-writer';
import type { Line } from './line';
import type { ProfileData } from './profile';

/** Where the parts of a page that no person sees may hold data. */
export interface HtmlPage {
    lines: Line[];
    /** Contents of comments. */
    comments: string[];
    /** Contents of `<script type="application/ld+json">`. */
    jsonLd: string[];
}

const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'hr', 'fieldset', 'blockquote']);
const BLOCKS = new Set(
    `address article aside body center div figcaption figure footer form header html legend li main nav option
    section tbody tfoot thead`.split(/\s+/)
);
const BOLD = new Set(['b', 'strong', 'th', 'dt']);
const JSON_LD = 'application/ld+json';
const COMMENT_END = '-->';

/**
 * Reads HTML into lines, in one pass and without a document tree: nesting costs nothing, and the time grows with the
 * size only. Nothing is loaded or executed. Never throws; the caller bounds the size.
 *
 * @param box marks the lines inside such an element.
 */
export function readPage(html: string, box: ProfileData['box'] = null): HtmlPage {
    const page: HtmlPage = { lines: [], comments: [], jsonLd: [] };
    const writer = new PageWriter(page.lines);
    const boxes = new BoxFinder(box, writer);
    for (let at = 0; at < html.length;) {
        const open = findMarkup(html, at);
        if (open > at) {
            writer.text(decodeEntities(html.slice(at, open)), at, open);
        }
        at = open === html.length ? open : readMarkup(html, open, page, writer, boxes);
    }
    writer.endLine();
    return page;
}

/** Handles what begins with the "<" at `open`; returns the index behind it. */
function readMarkup(html: string, open: number, page: HtmlPage, writer: PageWriter, boxes: BoxFinder): number {
    if (html.startsWith('<!--', open)) {
        const end = behind(html.indexOf(COMMENT_END, open + 4), COMMENT_END.length, html);
        page.comments.push(html.slice(open + 4, html.endsWith(COMMENT_END, end) ? end - COMMENT_END.length : end));
        return end;
    }
    const next = html.charAt(open + 1);
    if (next === '!' || next === '?') {
        return behind(html.indexOf('>', open), 1, html);
    }
    const isEnd = next === '/';
    const nameStart = open + (isEnd ? 2 : 1);
    const nameEnd = endOfName(html, nameStart);
    if (nameEnd === nameStart) {
        writer.text(html.slice(open, nameStart), open, nameStart);
        return nameStart;
    }
    const name = html.slice(nameStart, nameEnd).toLowerCase();
    const end = endOfTag(html, nameEnd);
    if (isEnd) {
        closeElement(name, writer);
        boxes.close(name);
        return end;
    }
    const attributes = html.slice(nameEnd, end);
    if (RAW_ELEMENTS.has(name)) {
        const contentEnd = findEndTag(html, name, end);
        if (name === 'script' && attributeOf(attributes, 'type').trim().toLowerCase() === JSON_LD) {
            page.jsonLd.push(html.slice(end, contentEnd));
        }
        return contentEnd;
    }
    boxes.open(name, attributes);
    openElement(name, attributes, writer);
    return end;
}

function openElement(name: string, attributes: string, writer: PageWriter): void {
    if (name === 'br') {
        writer.lineBreak();
    } else if (name === 'a') {
        writer.link(decodeEntities(attributeOf(attributes, 'href')).trim());
    } else if (name === 'table') {
        writer.openTable();
    } else if (name === 'tr' || name === 'dt') {
        writer.openRow();
    } else {
        changeBlock(name, 1, writer);
    }
    if (name === 'td' || name === 'th' || name === 'dt' || name === 'dd') {
        writer.openCell();
    }
    if (BOLD.has(name)) {
        writer.changeBold(1);
    }
}

function closeElement(name: string, writer: PageWriter): void {
    if (BOLD.has(name)) {
        writer.changeBold(-1);
    }
    if (name === 'table') {
        writer.closeTable();
    } else if (name === 'tr' || name === 'dd') {
        writer.closeRow();
    } else {
        changeBlock(name, -1, writer);
    }
}

function changeBlock(name: string, by: 1 | -1, writer: PageWriter): void {
    if (name === 'pre') {
        writer.changePreformatted(by);
    } else if (PARAGRAPHS.has(name)) {
        writer.endParagraph();
    } else if (BLOCKS.has(name)) {
        writer.endLine();
    }
}

/** Counts the elements that a profile marks, so that their lines can be told from all others. */
class BoxFinder {
    readonly #box: ProfileData['box'];
    readonly #writer: PageWriter;
    #count = 0;
    #depth = 0;

    constructor(box: ProfileData['box'], writer: PageWriter) {
        this.#box = box;
        this.#writer = writer;
    }

    open(name: string, attributes: string): void {
        if (name !== this.#box?.element) {
            return;
        }
        if (this.#depth > 0) {
            this.#depth++;
        } else if (attributeOf(attributes, this.#box.attribute).trim().toLowerCase() === this.#box.value) {
            this.#depth = 1;
            this.#writer.enterBox(++this.#count);
        }
    }

    close(name: string): void {
        if (this.#depth > 0 && name === this.#box?.element && --this.#depth === 0) {
            this.#writer.enterBox(0);
        }
    }
}

/** The undecoded value of an attribute; "" when there is none. */
function attributeOf(attributes: string, name: string): string {
    const lower = attributes.replace(/[A-Z]/g, letter => letter.toLowerCase());
    for (let at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + name.length)) {
        const equals = skipBlanks(lower, at + name.length);
        if (/[\s"'/]/.test(lower.charAt(at - 1)) && lower.charAt(equals) === '=') {
            return valueAt(attributes, skipBlanks(lower, equals + 1));
        }
    }
    return '';
}

function valueAt(attributes: string, start: number): string {
    const quote = attributes.charAt(start);
    if (quote === '"' || quote === "'") {
        const end = attributes.indexOf(quote, start + 1);
        return attributes.slice(start + 1, end < 0 ? attributes.length : end);
    }
    return /^[^\s>]*/.exec(attributes.slice(start))?.[0] ?? '';
}

function skipBlanks(text: string, from: number): number {
    let at = from;
    while (/\s/.test(text.charAt(at))) {
        at++;
    }
    return at;
}
