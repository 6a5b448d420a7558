import { escapeHtml } from './template';

/** What is quoted of a mail. */
export interface Quoted {
    text: string;
    /** Empty when the mail has none. */
    html: string;
}

/** Longer texts are quoted up to here: an answer must not carry a log file around. */
const MAX_CHARS = 200_000;
const CUT = '[…]';
const QUOTE_STYLE = 'margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex';
/** What would work beyond the quotation: styles of the whole mail, scripts, another base for links. */
const DROPPED_WITH_CONTENT = ['script', 'style', 'title', 'template'] as const;
const DROPPED_TAG = /<\/?(?:!doctype|html|head|body|base|meta|link)(?=[\s/>])[^>]*>/gi;

/** "On Mon, 23 Nov 2026 09:00:00 GMT, Ben Buyer <ben@example.com> wrote:" */
export function attribution(date: string, author: string): string {
    const day = dateLine(date);
    return `${day === '' ? '' : `On ${day}, `}${author || 'somebody'} wrote:`;
}

/** RFC 1123 date in UTC, which every mail program and every reader understands; empty when there is none. */
export function dateLine(date: string): string {
    const time = new Date(date);
    return Number.isNaN(time.getTime()) ? '' : time.toUTCString();
}

/** "> " before every line; a line that was quoted already gets ">" (RFC 3676 section 4.5). */
export function quoteText(text: string): string {
    return cut(text)
        .trimEnd()
        .split(/\r\n|\r|\n/)
        .map(line => (line === '' || line.startsWith('>') ? `>${line}` : `> ${line}`))
        .join('\n');
}

/** The quoted mail as a block of HTML. */
export function quoteHtml(quoted: Quoted): string {
    return `<blockquote type="cite" style="${QUOTE_STYLE}">\n${htmlOf(quoted)}\n</blockquote>`;
}

/** The mail as a part of other HTML, and its text when it has no HTML. */
export function htmlOf({ text, html }: Quoted): string {
    return html === '' || html.length > MAX_CHARS ? textAsHtml(cut(text)) : innerHtml(html);
}

/** Text with its line ends and blanks. */
export function textAsHtml(text: string): string {
    return `<div style="white-space:pre-wrap">${escapeHtml(text)}</div>`;
}

/** Takes the frame of a document off, so that the rest can stand inside another one. One pass for each element. */
function innerHtml(html: string): string {
    const inner = DROPPED_WITH_CONTENT.reduce(dropElement, html);
    return inner.replace(DROPPED_TAG, '').trim();
}

function dropElement(html: string, name: string): string {
    const lower = html.toLowerCase();
    const kept: string[] = [];
    let from = 0;
    for (;;) {
        const start = lower.indexOf(`<${name}`, from);
        if (start < 0) {
            return [...kept, html.slice(from)].join('');
        }
        kept.push(html.slice(from, start));
        const end = lower.indexOf(`</${name}`, start);
        const close = end < 0 ? -1 : lower.indexOf('>', end);
        if (close < 0) {
            // without its end, a browser takes all the rest for its content
            return kept.join('');
        }
        from = close + 1;
    }
}

function cut(text: string): string {
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}\n${CUT}` : text;
}
