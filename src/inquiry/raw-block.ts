import { MAX_RAW_CHARS } from './limits';
import type { Line } from './line';

/** A body that is read line by line. */
export interface Source {
    lines: readonly Line[];
    /** The HTML that the lines were read from; empty for a plain text. */
    html: string;
}

/** The part of a body from one line up to another, capped. */
export function rawOf({ lines, html }: Source, from: number, to: number): { text: string; html: string } {
    const block = lines.slice(from, Math.min(to, lines.length));
    const text = block.map(line => line.text).join('\n');
    const filled = block.filter(line => line.cells.length > 0);
    const start = filled[0]?.start ?? 0;
    const end = filled.at(-1)?.end ?? 0;
    return { text: text.trim().slice(0, MAX_RAW_CHARS), html: html.slice(start, end).slice(0, MAX_RAW_CHARS) };
}
