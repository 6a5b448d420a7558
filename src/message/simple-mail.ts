import { type HeaderFieldsResult, splitHeaderBlock } from '../sender/header-fields';
import type { HeaderCollector } from './header-collector';
import type { MimeContent } from './mime-reader';
import { decodeTransfer } from './transfer-encoding';

/** Deeper and broader ones are for the parser, which knows what to do with hostile ones. */
const MAX_DEPTH = 4;
const MAX_CHILDREN = 10;
const TYPE = /^(text\/(?:plain|html)|multipart\/(?:alternative|mixed|related))[ \t]*(;.*)?$/i;
const PARAMETER = /;[ \t]*([\w-]+)=(?:"([^"\\]*)"|([^\s"\\;,()<>@]+))[ \t]*/gy;
const BOUNDARY = /^[\w'()+,./:=?-]{1,70}$/;
/** What may follow a boundary on its line: nothing, or the mark of the last one. */
const DELIMITER_END = /^(--)?[ \t]*\r?\n?$/;
const UTF_8 = /^(?:utf-?8|(?:us-)?ascii|)$/i;
const LATIN = /^(?:iso-8859-1|windows-1252)$/i;
const LF = 0x0a;
const CR = 0x0d;

/** The fields that say how a part is to be read. */
interface PartHead {
    type: string;
    parameters: ReadonlyMap<string, string>;
    encoding: string;
}

interface TextLeaf {
    isHtml: boolean;
    isAlternative: boolean;
    text: string;
}

/**
 * The content of a mail that is a text, or a text and its alternative in HTML, and nothing else: most mail between
 * people and most of what portals send. Gives what the MIME parser gives, at a fifth of its cost. Null for every other
 * mail, and for one that is not written to the letter of RFC 2045 and 2046, so that only the parser has to be lenient.
 *
 * @param header that of the mail.
 */
export function readSimpleMail(source: Buffer, header: HeaderCollector): MimeContent | null {
    const leaves = readPart(source, 0, false, header);
    const [first, second, more] = leaves ?? [];
    const isPair = first?.isAlternative && second?.isAlternative && first.isHtml !== second.isHtml;
    if (!leaves || !first || more || (second && !isPair)) {
        return null;
    }
    const textOf = (isHtml: boolean): string => leaves.find(leaf => leaf.isHtml === isHtml)?.text ?? '';
    return { text: textOf(false), html: textOf(true), isMixed: false, attachments: [], report: null, problems: [] };
}

function readPart(
    part: Buffer,
    depth: number,
    isAlternative: boolean,
    header: HeaderCollector | null
): TextLeaf[] | null {
    const end = header ? header.block().length : part.indexOf('\r\n\r\n') + 4;
    if (depth > MAX_DEPTH || header?.isCut || end < 4 || part[end - 3] !== LF) {
        return null;
    }
    const head = header ? readPartHead(header.fields(), true) : knownHead(part.subarray(0, end));
    if (!head) {
        return null;
    }
    const { type, parameters, encoding } = head;
    const body = part.subarray(end);
    if (!type.startsWith('multipart/')) {
        const isMore = parameters.has('name') || /flowed/i.test(parameters.get('format') ?? '');
        const text = isMore ? null : readText(head, body);
        return text === null ? null : [{ isHtml: type === 'text/html', isAlternative, text }];
    }
    const boundary = parameters.get('boundary') ?? '';
    const children = BOUNDARY.test(boundary) && /^(?:7bit|8bit|binary|)$/.test(encoding) ? split(body, boundary) : null;
    if (!children) {
        return null;
    }
    const leaves: TextLeaf[] = [];
    for (const child of children) {
        const found = readPart(child, depth + 1, isAlternative || type === 'multipart/alternative', null);
        if (!found) {
            return null;
        }
        leaves.push(...found);
    }
    return leaves;
}

/** The same few headers stand above nearly all parts of all mails; what they say is kept for these. */
const MOST_KNOWN_HEADS = 100;
const LONGEST_KNOWN_HEAD = 300;
const knownHeads = new Map<string, PartHead | null>();

function knownHead(block: Buffer): PartHead | null {
    if (block.length > LONGEST_KNOWN_HEAD) {
        return readPartHead(splitHeaderBlock(block), false);
    }
    const text = block.toString('latin1');
    let head = knownHeads.get(text);
    if (head === undefined) {
        head = readPartHead(splitHeaderBlock(block), false);
        if (knownHeads.size === MOST_KNOWN_HEADS) {
            knownHeads.clear();
        }
        knownHeads.set(text, head);
    }
    return head;
}

/**
 * Null when the header is written in a way that parsers read differently, or says that the part is more than text.
 *
 * @param isMail the header is that of the whole mail.
 */
function readPartHead(split: HeaderFieldsResult, isMail: boolean): PartHead | null {
    if (!split.ok) {
        return null;
    }
    const found = new Map<string, string>();
    for (const field of split.fields) {
        if (field.key.startsWith('content-')) {
            if (field.obsolete || found.has(field.key)) {
                return null;
            }
            found.set(field.key, unfold(field.value));
        }
    }
    const disposition = found.get('content-disposition') ?? 'inline';
    const type = TYPE.exec(found.get('content-type') ?? (isMail && split.fields.length > 0 ? 'text/plain' : ''));
    const parameters = type && readParameters(type[2] ?? '');
    if (!type || !parameters || disposition.toLowerCase() !== 'inline') {
        return null;
    }
    const encoding = (found.get('content-transfer-encoding') ?? '').toLowerCase();
    return { type: (type[1] as string).toLowerCase(), parameters, encoding };
}

function unfold(value: string): string {
    const lines = value.includes('\r\n') ? value.split('\r\n') : [value];
    return lines.map(line => line.trim()).join(' ');
}

function readParameters(text: string): Map<string, string> | null {
    const parameters = new Map<string, string>();
    let end = 0;
    for (const match of text.matchAll(PARAMETER)) {
        const [whole, name = '', quoted, token] = match;
        const key = name.toLowerCase();
        if (parameters.has(key)) {
            return null;
        }
        parameters.set(key, quoted ?? token ?? '');
        end = match.index + whole.length;
    }
    return text.slice(end).trim().replace(/^;$/, '') === '' ? parameters : null;
}

/** The parts between the delimiters (RFC 2046 §5.1.1); null when a line is none but could pass for one. */
function split(body: Buffer, boundary: string): Buffer[] | null {
    const mark = Buffer.from(`--${boundary}`, 'latin1');
    const parts: Buffer[] = [];
    let start = -1;
    for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
        if (at > 0 && body[at - 1] !== LF) {
            continue;
        }
        const lineEnd = body.indexOf(LF, at);
        const next = lineEnd < 0 ? body.length : lineEnd + 1;
        const ending = DELIMITER_END.exec(
            body.toString('latin1', at + mark.length, Math.min(next, at + mark.length + 20))
        );
        if (!ending || (start < 0 && ending[1])) {
            return null;
        }
        if (start >= 0) {
            const end = at - (body[at - 2] === CR ? 2 : 1);
            if (end < start || parts.push(body.subarray(start, end)) > MAX_CHILDREN) {
                return null;
            }
        }
        if (ending[1]) {
            return body.toString('latin1', next).trim() === '' ? parts : null;
        }
        start = next;
    }
    return null;
}

function readText({ parameters, encoding }: PartHead, body: Buffer): string | null {
    const charset = parameters.get('charset') ?? '';
    const bytes = UTF_8.test(charset) || LATIN.test(charset) ? decodeTransfer(body, encoding) : null;
    // in an empty part the parser finds the line end of the delimiter
    if (!bytes || body.length === 0) {
        return null;
    }
    const text = LATIN.test(charset) ? bytes.toString('latin1') : bytes.toString('utf8');
    // in this range the two charsets differ, and what is declared as one is often the other
    return LATIN.test(charset) && /[\x80-\x9f]/.test(text) ? null : text.replace(/\r\n/g, '\n');
}
