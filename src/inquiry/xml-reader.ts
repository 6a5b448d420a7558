import { XMLParser } from 'fast-xml-parser';
import { decodeCharset, decodeUndeclared } from '../message/charset';
import { decodeEntities } from '../message/html-entities';
import { MAX_XML_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from './limits';

export interface XmlNode {
    /** Lower case, without a namespace prefix. */
    name: string;
    /** Names in lower case. */
    attributes: ReadonlyMap<string, string>;
    children: readonly XmlNode[];
    /** Its own text and that of everything inside, trimmed. */
    text: string;
}

/** `refused` could be an attack, `unreadable` is broken. */
export type XmlResult = { ok: true; root: XmlNode } | { ok: false; problem: 'refused' | 'unreadable' };

const CDATA = '#cdata';
const TEXT = '#text';
const ATTRIBUTES = ':@';
const FORBIDDEN = /<!\s*(?:DOCTYPE|ENTITY)/i;
const DECLARED = /^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/i;

/**
 * The text of an XML document in bytes: by byte-order mark, then by declaration, then as UTF-8 where it is that, else as
 * the Windows form of ISO-8859-1. Null beyond the size limit.
 */
export function decodeXml(bytes: Buffer): string | null {
    if (bytes.length > MAX_XML_BYTES) {
        return null;
    }
    const [first = 0, second = 0] = bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) {
        return bytes.toString('utf16le').replace(/^\ufeff/, '');
    }
    if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) {
        const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
        return Buffer.from(even)
            .swap16()
            .toString('utf16le')
            .replace(/^\ufeff/, '');
    }
    const [, declared = ''] = DECLARED.exec(bytes.toString('latin1', 0, 300).replace(/^\xef\xbb\xbf/, '')) ?? [];
    // a declaration that can be read byte by byte cannot be that of UTF-16, whatever it says
    if (declared !== '' && !/^utf-?(?:8|16)/i.test(declared)) {
        return decodeCharset(bytes, declared);
    }
    return decodeUndeclared(bytes).replace(/^\ufeff/, '');
}

/**
 * Reads an XML document leniently, as its senders write it, and strictly where it could do harm: document types and
 * entities are refused before anything is parsed, only the predefined entities and character references are decoded,
 * and size, depth and number of elements are bounded. Never throws.
 */
export function readXml(source: string): XmlResult {
    const tags = countTags(source);
    if (FORBIDDEN.test(source) || source.length > MAX_XML_BYTES || tags > 2 * MAX_XML_ELEMENTS) {
        return { ok: false, problem: 'refused' };
    }
    try {
        const parser = new XMLParser({
            preserveOrder: true,
            ignoreAttributes: false,
            attributeNamePrefix: '',
            cdataPropName: CDATA,
            parseTagValue: false,
            parseAttributeValue: false,
            processEntities: false,
            removeNSPrefix: true,
            trimValues: false,
            ignoreDeclaration: true,
            ignorePiTags: true,
            maxNestedTags: MAX_XML_DEPTH
        });
        const nodes = toNodes(parser.parse(source) as unknown[]);
        const root = nodes[0];
        // the parser takes a document that was cut off; half of an inquiry must not look like a whole one
        const isWhole = root !== undefined && nodes.length === 1 && hasEnd(source, root.name);
        return isWhole ? { ok: true, root } : { ok: false, problem: 'unreadable' };
    } catch (error) {
        return { ok: false, problem: /nested|SECURITY/.test((error as Error).message) ? 'refused' : 'unreadable' };
    }
}

/** The first child with one of these names. */
export function childOf(node: XmlNode | undefined, ...names: readonly string[]): XmlNode | undefined {
    return node?.children.find(child => names.includes(child.name));
}

export function childrenOf(node: XmlNode | undefined, ...names: readonly string[]): XmlNode[] {
    return node?.children.filter(child => names.includes(child.name)) ?? [];
}

function countTags(source: string): number {
    let count = 0;
    for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at + 1)) {
        count++;
    }
    return count;
}

function hasEnd(source: string, name: string): boolean {
    const open = source.lastIndexOf('</');
    const close = source.indexOf('>', open);
    const last = source
        .slice(open + 2, close)
        .trim()
        .toLowerCase();
    return open >= 0 && close >= 0 && last.slice(last.indexOf(':') + 1) === name;
}

function toNodes(items: readonly unknown[]): XmlNode[] {
    return items.flatMap(item => {
        const entry = item as Record<string, unknown>;
        const name = Object.keys(entry).find(key => key !== ATTRIBUTES) ?? TEXT;
        return name === TEXT || name === CDATA ? [] : [toNode(name, entry)];
    });
}

function toNode(name: string, entry: Record<string, unknown>): XmlNode {
    const items = entry[name] as unknown[];
    const children = toNodes(items);
    const attributes = Object.entries((entry[ATTRIBUTES] ?? {}) as Record<string, unknown>).map(
        ([key, value]): [string, string] => [key.toLowerCase(), decodeEntities(String(value)).trim()]
    );
    let index = 0;
    const text = items.map(item => textOf(item as Record<string, unknown>, () => children[index++]?.text ?? ''));
    return { name: name.toLowerCase(), attributes: new Map(attributes), children, text: text.join('').trim() };
}

function textOf(item: Record<string, unknown>, nextChild: () => string): string {
    if (typeof item[TEXT] === 'string') {
        return decodeEntities(item[TEXT]);
    }
    if (Array.isArray(item[CDATA])) {
        return String((item[CDATA][0] as Record<string, unknown> | undefined)?.[TEXT] ?? '');
    }
    return nextChild();
}
