/** Elements whose content nobody sees; not "head", whose end tag is optional. */
const HIDDEN = new Set(['title', 'script', 'style', 'template', 'svg']);
const BLOCKS = new Set(
    (
        'address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
        'header hr html legend li main nav ol p pre section table tbody tfoot thead tr ul'
    ).split(' ')
);
/** These stand apart from their neighbours by an empty line. */
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'table', 'ul', 'ol', 'dl']);
const ENTITIES: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    shy: '',
    euro: '€',
    hellip: '…',
    ndash: '–',
    mdash: '—',
    lsquo: '‘',
    rsquo: '’',
    sbquo: '‚',
    ldquo: '“',
    rdquo: '”',
    bdquo: '„',
    laquo: '«',
    raquo: '»',
    bull: '•',
    middot: '·',
    copy: '©',
    reg: '®',
    trade: '™',
    deg: '°',
    sect: '§',
    auml: 'ä',
    ouml: 'ö',
    uuml: 'ü',
    Auml: 'Ä',
    Ouml: 'Ö',
    Uuml: 'Ü',
    szlig: 'ß',
    eacute: 'é',
    egrave: 'è',
    agrave: 'à',
    ccedil: 'ç'
};
const NAME = /^\/?([a-zA-Z][a-zA-Z0-9]*)/;
const HREF = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const MAX_CODE_POINT = 0x10ffff;

/** Where the text of a link began, and where it points. */
interface OpenLink {
    at: number;
    href: string;
}

/**
 * Makes the text alternative of an HTML mail: paragraphs and list items on lines of their own, the target behind the
 * words of a link. One pass over the input, so that a hostile text cannot stop the runtime.
 */
export function htmlToText(html: string): string {
    const text = new TextBuilder();
    let at = 0;
    while (at < html.length) {
        const open = html.indexOf('<', at);
        text.add(html.slice(at, open < 0 ? html.length : open));
        if (open < 0) {
            break;
        }
        at = skipMarkup(html, open, text);
    }
    return text.toString();
}

/** Handles what begins with "<" and returns the index behind it. */
function skipMarkup(html: string, open: number, text: TextBuilder): number {
    if (html.startsWith('<!--', open)) {
        return after(html, '-->', open + 4);
    }
    if (!/[a-z/!?]/i.test(html.charAt(open + 1))) {
        // "<" as in "a < b"
        text.add('<');
        return open + 1;
    }
    const end = endOfTag(html, open);
    const tag = html.slice(open + 1, end);
    const name = NAME.exec(tag)?.[1]?.toLowerCase();
    if (name !== undefined && HIDDEN.has(name) && !tag.startsWith('/') && !tag.endsWith('/')) {
        return endOfHidden(html, name, end);
    }
    if (name !== undefined) {
        text.tag(name, tag);
    }
    return end + 1;
}

/** The index of the ">" that ends a tag, or the end of the text. One inside a quoted attribute does not count. */
function endOfTag(html: string, open: number): number {
    for (let at = open + 1; at < html.length; at++) {
        const char = html.charAt(at);
        if (char === '>') {
            return at;
        }
        if ((char === '"' || char === "'") && html.charAt(at - 1) === '=') {
            const quote = html.indexOf(char, at + 1);
            if (quote < 0) {
                return after(html, '>', at) - 1;
            }
            at = quote;
        }
    }
    return html.length;
}

function after(html: string, mark: string, from: number): number {
    const at = html.indexOf(mark, from);
    return at < 0 ? html.length : at + mark.length;
}

/** A hidden element ends with its end tag, whatever stands in between; without one it hides the rest, as in a browser. */
function endOfHidden(html: string, name: string, from: number): number {
    const endTag = new RegExp(`</${name}[\\s>/]`, 'gi');
    endTag.lastIndex = from;
    const match = endTag.exec(html);
    return match ? after(html, '>', match.index) : html.length;
}

class TextBuilder {
    #parts: string[] = [];
    #length = 0;
    /** Line breaks owed before the next word. */
    #breaks = 0;
    #blank = false;
    #pre = false;
    #link: OpenLink | null = null;

    add(raw: string): void {
        if (this.#pre) {
            this.#word(decodeEntities(raw));
            return;
        }
        for (const piece of raw.split(/([ \t\r\n\f]+)/)) {
            if (piece === '') {
                continue;
            }
            if (/^[ \t\r\n\f]/.test(piece)) {
                this.#blank = true;
            } else {
                this.#word(decodeEntities(piece));
            }
        }
    }

    tag(name: string, tag: string): void {
        const closing = tag.startsWith('/');
        if (name === 'br') {
            this.#breaks = Math.min(this.#breaks + 1, 3);
            this.#blank = false;
        } else if (BLOCKS.has(name)) {
            this.#breaks = Math.max(this.#breaks, PARAGRAPHS.has(name) ? 2 : 1);
            this.#blank = false;
        }
        if (name === 'pre') {
            this.#pre = !closing;
        } else if (name === 'li' && !closing) {
            this.#word('-');
            this.#blank = true;
        } else if ((name === 'td' || name === 'th') && !closing) {
            this.#blank = true;
        } else if (name === 'a') {
            this.#anchor(closing ? '' : tag);
        }
    }

    toString(): string {
        return this.#parts.join('').trimEnd();
    }

    #word(word: string): void {
        if (word === '') {
            return;
        }
        if (this.#length > 0) {
            this.#push(this.#breaks > 0 ? '\n'.repeat(this.#breaks) : this.#blank ? ' ' : '');
        }
        this.#breaks = 0;
        this.#blank = false;
        this.#push(word);
    }

    #anchor(tag: string): void {
        if (this.#link) {
            const { at, href } = this.#link;
            this.#link = null;
            const words = this.#parts.slice(at).join('').trim();
            if (/^(https?|mailto|tel):/i.test(href) && words !== '' && !href.endsWith(words)) {
                this.#push(` <${href.replace(/^mailto:|^tel:/i, '')}>`);
            }
        }
        const match = HREF.exec(tag);
        if (match) {
            const href = decodeEntities(match[1] ?? match[2] ?? match[3] ?? '').trim();
            this.#link = { at: this.#parts.length, href };
        }
    }

    #push(part: string): void {
        this.#parts.push(part);
        this.#length += part.length;
    }
}

function decodeEntities(text: string): string {
    return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
        if (!name.startsWith('#')) {
            return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
        }
        const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
        return code > 0 && code <= MAX_CODE_POINT ? String.fromCodePoint(code) : '\ufffd';
    });
}
