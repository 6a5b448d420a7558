import { behind, endOfName, endOfTag, findEndTag, findMarkup, RAW_ELEMENTS } from '../message/html-tags';

/** A stretch of HTML that a mail program has marked as quoted. */
interface Container {
    from: number;
    to: number;
}

/** A container whose end tag has not come yet; `depth` counts elements of the same name in it. */
interface OpenContainer {
    name: string;
    from: number;
    depth: number;
}

/** More attributes than this on one tag are no mail program's work. */
const MAX_ATTRIBUTE_CHARS = 2000;
/** A page of thousands of containers is hostile; the first ones say where the quote begins. */
const MAX_CONTAINERS = 200;

/** Everything behind these, also outside of the element, is the answered mail: Outlook on the web and on phones. */
const QUOTE_BELOW = /\bid\s*=\s*["']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)\b/i;
/** What these hold is quoted: Gmail's line above, Thunderbird, Yahoo, Proton, GMX and WEB.DE. */
const QUOTE_INSIDE =
    /\bclass\s*=\s*["'][^"']{0,300}?(?:gmail_attr|moz-cite-prefix|yahoo_quoted|protonmail_quote)\b|\bname\s*=\s*["']?quote\b/i;
/** Apple Mail, Thunderbird. */
const CITE = /\btype\s*=\s*["']?cite\b/i;
const GMAIL_QUOTE = /\bclass\s*=\s*["'][^"']{0,300}?gmail_quote\b/i;
/** Outlook on the desktop draws a line above the header block; blue up to 2010, grey since. */
const OUTLOOK_RULE = /border-top:\s*solid\s+#(?:e1e1e1|b5c4df)/i;
const OUTLOOK_PADDING = /padding:\s*3(?:\.0)?pt\s+0(?:in|cm)?\s+0(?:in|cm)?\s+0(?:in|cm)?/i;

type Reach = 'inside' | 'below';

/**
 * Finds what mail programs have marked as quoted, outermost containers only, in order. One pass over the tags without
 * a document tree; time linear in the size. Never throws.
 */
export function quotedParts(html: string): Container[] {
    const found: Container[] = [];
    const lastCite = html.toLowerCase().lastIndexOf('<blockquote');
    let open = null as OpenContainer | null;
    for (let at = findMarkup(html, 0); at < html.length;) {
        if (html.startsWith('<!--', at)) {
            at = findMarkup(html, behind(html.indexOf('-->', at + 4), 3, html));
            continue;
        }
        const isEnd = html.charAt(at + 1) === '/';
        const nameStart = at + (isEnd ? 2 : 1);
        const nameEnd = endOfName(html, nameStart);
        const name = html.slice(nameStart, nameEnd).toLowerCase();
        let end = endOfTag(html, Math.max(nameEnd, at + 1));
        if (open?.name === name) {
            open.depth += isEnd ? -1 : 1;
            if (open.depth === 0) {
                found.push({ from: open.from, to: end });
                open = null;
            }
        } else if (!open && !isEnd && name !== '' && found.length < MAX_CONTAINERS) {
            const attributes = html.slice(nameEnd, Math.min(end, nameEnd + MAX_ATTRIBUTE_CHARS));
            const reach = reachOf(name, attributes, at < lastCite);
            if (reach === 'below') {
                return [...found, { from: at, to: html.length }];
            }
            open = reach === 'inside' ? { name, from: at, depth: 1 } : null;
        }
        if (!isEnd && RAW_ELEMENTS.has(name)) {
            end = findEndTag(html, name, end);
        }
        at = findMarkup(html, end);
    }
    return open ? [...found, { from: open.from, to: html.length }] : found;
}

/** Gmail puts answers between quoted lines into its own container too: there, the quotes inside of it decide. */
function reachOf(name: string, attributes: string, hasCiteBelow: boolean): Reach | null {
    const isGmail = GMAIL_QUOTE.test(attributes);
    if (name === 'blockquote') {
        return isGmail || CITE.test(attributes) ? 'inside' : null;
    }
    if (name !== 'div') {
        return null;
    }
    if (QUOTE_BELOW.test(attributes) || (OUTLOOK_RULE.test(attributes) && OUTLOOK_PADDING.test(attributes))) {
        return 'below';
    }
    return QUOTE_INSIDE.test(attributes) || (isGmail && !hasCiteBelow) ? 'inside' : null;
}
