/** A part of a line: a table cell, or the whole line where there is no table. */
export interface Cell {
    text: string;
    /** Bold text at its beginning. */
    lead: string;
    /** What follows the bold text. */
    rest: string;
    /** True for a cell of a table or the term of a definition list. */
    own: boolean;
}

/** A line as a person sees it. */
export interface Line {
    text: string;
    /** Empty for an empty line. */
    cells: Cell[];
    /** The line before ended inside the same cell, which is not the first one of its row. */
    continued: boolean;
    /** Targets of the links on it. */
    links: string[];
    /** Where it stands in the source. */
    start: number;
    end: number;
    /** Number of the marked element that it stands in; 0 outside of all. */
    box: number;
}

const LINK = /https?:\/\/[^\s<>"']+/g;

/** The lines of a plain text. */
export function textLines(text: string): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (const raw of text.split('\n')) {
        const line = raw.replace(/\s+$/, '');
        const trimmed = line.trim();
        const cells = trimmed === '' ? [] : [{ text: trimmed, lead: '', rest: trimmed, own: false }];
        const links = trimmed.includes('://') ? (trimmed.match(LINK) ?? []) : [];
        lines.push({ text: line, cells, continued: false, links, start, end: start + raw.length, box: 0 });
        start += raw.length + 1;
    }
    return lines;
}
