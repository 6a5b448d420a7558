import { randomUUID } from 'node:crypto';
import { htmlToText } from '../message/html-text';
import { quotedParts } from './quote-html';
import {
    attributionAt,
    isBlank,
    isDeviceLine,
    isHeaderBlock,
    isQuoted,
    isSeparator,
    isSignatureMark
} from './quote-lines';

/** `msg.mail.reply`. */
export interface StrippedReply {
    /** What the person wrote; the whole text when nothing else could be told apart. */
    text: string;
    /** The quoted lines that were cut off. */
    quoted: string;
    signature: string;
    /**
     * `high`: a mail program marked where the quote begins; `medium`: only `>` or a signature said so; `none`: nothing
     * was cut off.
     */
    confidence: 'high' | 'medium' | 'none';
}

type Kind = 'own' | 'blank' | 'quoted' | 'attribution' | 'signature';

interface Line {
    text: string;
    kind: Kind;
}

interface Scan {
    lines: Line[];
    confidence: StrippedReply['confidence'];
}

/** What lies beyond is not looked at: it belongs to what the last line belonged to. */
const MAX_LINES = 2000;
const MAX_CHARS = 256 * 1024;
/** The name of the app, and a line to get it. */
const MAX_DEVICE_LINES = 2;

/**
 * Cuts off what a mail program has quoted, and the signature. One pass over the lines; the time is linear in the size and
 * the size is limited. Never throws, and never returns an empty text for a mail that has words.
 *
 * @param html the HTML of the same mail, "" for none: asked when the text does not show where the quote begins.
 * @param cutSignature false leaves the signature in the text.
 */
export function stripQuote(text: string, html: string, cutSignature: boolean): StrippedReply {
    const scan = scanText(text);
    if (scan.confidence !== 'high' && html !== '') {
        const marked = scanHtml(html);
        if (marked) {
            return assemble(marked, cutSignature, text);
        }
    }
    return assemble(scan, cutSignature, text);
}

function scanText(text: string): Scan {
    const { lines, rest } = firstLines(text);
    const scanned = scanLines(lines, () => false);
    if (rest !== '') {
        const isOver = scanned.lines.at(-1)?.kind === 'quoted';
        scanned.lines.push({ text: rest, kind: isOver ? 'quoted' : 'own' });
    }
    return scanned;
}

/** Null when no mail program has marked anything in the HTML, or it is too long to be looked at as a whole. */
function scanHtml(html: string): Scan | null {
    const parts = quotedParts(html);
    if (parts.length === 0) {
        return null;
    }
    // nobody can guess it, so no mail can set the marks itself
    const mark = randomUUID();
    let marked = '';
    let behind = 0;
    for (const { from, to } of parts) {
        marked += `${html.slice(behind, from)}<div>${mark}</div>${html.slice(from, to)}<div>${mark}</div>`;
        behind = to;
    }
    const { text, cut } = htmlToText(marked + html.slice(behind));
    const { lines: all, rest } = firstLines(text);
    if (cut || rest !== '') {
        // own words may stand in what was not looked at
        return null;
    }
    const lines: string[] = [];
    const quoted = new Set<number>();
    let isInside = false;
    for (const line of all) {
        if (line.endsWith(mark)) {
            isInside = !isInside;
        } else {
            if (isInside) {
                quoted.add(lines.length);
            }
            lines.push(line);
        }
    }
    return { ...scanLines(lines, index => quoted.has(index)), confidence: 'high' };
}

function firstLines(text: string): { lines: string[]; rest: string } {
    const lines: string[] = [];
    let at = 0;
    while (at < text.length && at < MAX_CHARS && lines.length < MAX_LINES) {
        const end = text.indexOf('\n', at);
        const stop = end < 0 ? text.length : end;
        lines.push(text.slice(at, text.charAt(stop - 1) === '\r' && stop > at ? stop - 1 : stop));
        at = stop + 1;
    }
    return { lines, rest: text.slice(at) };
}

function scanLines(lines: readonly string[], isMarked: (index: number) => boolean): Scan {
    const scanned: Line[] = [];
    let confidence: Scan['confidence'] = 'none';
    const isQuote = (index: number): boolean => isMarked(index) || isQuoted(lines[index] ?? '');
    for (let index = 0; index < lines.length; index++) {
        const text = lines[index] as string;
        if (isQuote(index)) {
            scanned.push({ text, kind: 'quoted' });
            confidence = confidence === 'none' ? 'medium' : confidence;
            continue;
        }
        if (isBlank(text)) {
            scanned.push({ text, kind: 'blank' });
            continue;
        }
        if (isSeparator(text) || isHeaderBlock(lines, index)) {
            return { lines: [...scanned, ...restQuoted(lines, index)], confidence: 'high' };
        }
        const attribution = attributionAt(lines, index, isQuote(nextFilled(lines, index)));
        if (attribution) {
            scanned.length = attribution.from;
            if (attribution.isCertain && !isQuote(nextFilled(lines, index))) {
                return { lines: [...scanned, ...restQuoted(lines, attribution.from)], confidence: 'high' };
            }
            lines.slice(attribution.from, index).forEach(part => scanned.push({ text: part, kind: 'attribution' }));
            confidence = 'high';
        }
        scanned.push({ text, kind: attribution ? 'attribution' : 'own' });
    }
    return { lines: scanned, confidence };
}

function restQuoted(lines: readonly string[], from: number): Line[] {
    return lines.slice(from).map(text => ({ text, kind: 'quoted' }));
}

function nextFilled(lines: readonly string[], index: number): number {
    // one empty line stands between the attribution and the quote at most
    return isBlank(lines[index + 1] ?? '') ? index + 2 : index + 1;
}

function assemble({ lines, confidence }: Scan, cutSignature: boolean, whole: string): StrippedReply {
    const nothing: StrippedReply = { text: whole, quoted: '', signature: '', confidence: 'none' };
    if (cutSignature) {
        markSignatures(lines);
    }
    const keep = keptLines(lines);
    const text = joinKept(lines, keep);
    if (text === '') {
        return nothing;
    }
    const dropped = lines.filter((_line, index) => !keep.has(index));
    const signature = textOf(dropped.filter(line => line.kind === 'signature'));
    const quoted = textOf(dropped.filter(line => line.kind !== 'signature'));
    if (signature === '' && quoted === '') {
        return nothing;
    }
    return { text, quoted, signature, confidence: confidence === 'none' ? 'medium' : confidence };
}

/** From the mark down to the next quote, and the line of the device at the end of what a person wrote. */
function markSignatures(lines: Line[]): void {
    let isSignature = false;
    for (const line of lines) {
        if (line.kind === 'quoted' || line.kind === 'attribution') {
            isSignature = false;
        } else if (isSignature || (line.kind === 'own' && isSignatureMark(line.text))) {
            isSignature = true;
            line.kind = 'signature';
        }
    }
    let isEnd = true;
    let left = MAX_DEVICE_LINES;
    for (const line of lines.toReversed()) {
        if (line.kind === 'own') {
            isEnd &&= left > 0 && isDeviceLine(line.text);
            left--;
            line.kind = isEnd ? 'signature' : 'own';
        } else if (line.kind !== 'blank') {
            isEnd = true;
            left = MAX_DEVICE_LINES;
        }
    }
}

/**
 * Which lines stay: all that is the person's own, and quoted lines that are answered, that is, those with own lines below
 * them. A whole mail quoted above the answer is not kept: there, the program's own line stands above and nothing between.
 */
function keptLines(lines: readonly Line[]): ReadonlySet<number> {
    const own = lines.flatMap((line, index) => (line.kind === 'own' ? [index] : []));
    const first = own[0] ?? -1;
    const last = own.at(-1) ?? -1;
    const isAnswered = lines.slice(Math.max(first, 0), last + 1).some(line => line.kind === 'quoted');
    const hasProgramLine = lines.slice(0, Math.max(first, 0)).some(line => line.kind === 'attribution');
    const start = !isAnswered && hasProgramLine ? first : 0;
    const kept = new Set<number>();
    for (let index = start; index <= last; index++) {
        const { kind } = lines[index] as Line;
        if (kind !== 'attribution' && kind !== 'signature') {
            kept.add(index);
        }
    }
    return kept;
}

/** What was cut out must not leave two empty lines behind. */
function joinKept(lines: readonly Line[], keep: ReadonlySet<number>): string {
    const parts: Line[] = [];
    let wasCut = false;
    lines.forEach((line, index) => {
        if (!keep.has(index)) {
            wasCut = true;
        } else if (line.kind !== 'blank' || !wasCut || parts.at(-1)?.kind !== 'blank') {
            parts.push(line);
            wasCut &&= line.kind === 'blank';
        }
    });
    return textOf(parts);
}

function textOf(lines: readonly Line[]): string {
    return lines
        .map(line => line.text)
        .join('\n')
        .trim();
}
