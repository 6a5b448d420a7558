import type { Cell, Line } from './line';

const BLANKS = /[\s\u00a0]+/g;
/** Tracking links are longer, and a page with more links than this is a catalogue. */
const MAX_LINK_CHARS = 2000;
const MAX_LINKS = 1000;
/** Deeper tables are read as if they lay side by side. */
const MAX_TABLE_DEPTH = 100;

interface OpenCell {
    lead: string;
    rest: string;
    own: boolean;
}

/** Lays running text out in lines and cells, as a browser shows them. */
export class PageWriter {
    readonly #lines: Line[];
    #cells: OpenCell[] = [];
    #links: string[] = [];
    #linkCount = 0;
    #start = -1;
    #end = 0;
    #bold = 0;
    #box = 0;
    #wantsBlank = false;
    #preformatted = 0;
    /** Which cell of its row is open, for each table around it; -1 before the first one. */
    #cellOfTable: number[] = [];
    #continued = false;

    constructor(lines: Line[]) {
        this.#lines = lines;
    }

    text(text: string, start: number, end: number): void {
        if (this.#preformatted > 0) {
            const [first = '', ...rest] = text.split(/\r?\n/);
            this.#append(first, start, end);
            for (const line of rest) {
                this.lineBreak();
                this.#append(line, start, end);
            }
            return;
        }
        this.#append(text, start, end);
    }

    link(target: string): void {
        if (/^https?:/i.test(target) && target.length <= MAX_LINK_CHARS && this.#linkCount < MAX_LINKS) {
            this.#linkCount++;
            this.#links.push(target);
        }
    }

    changeBold(by: 1 | -1): void {
        this.#bold = Math.max(0, this.#bold + by);
    }

    changePreformatted(by: 1 | -1): void {
        this.endLine();
        this.#preformatted = Math.max(0, this.#preformatted + by);
    }

    /** 0 leaves the box. */
    enterBox(number: number): void {
        this.endLine();
        this.#box = number;
    }

    openTable(): void {
        this.endLine();
        if (this.#cellOfTable.length < MAX_TABLE_DEPTH) {
            this.#cellOfTable.push(-1);
        }
    }

    closeTable(): void {
        this.endParagraph();
        this.#cellOfTable.pop();
    }

    openRow(): void {
        this.endLine();
        this.#setCell(-1);
    }

    closeRow(): void {
        this.endLine();
        this.#setCell(-1);
    }

    openCell(): void {
        this.#setCell((this.#cellOfTable.at(-1) ?? -1) + 1);
        this.#continued = false;
        this.#cells.push({ lead: '', rest: '', own: true });
    }

    /** Ends the line, also when it is empty. */
    lineBreak(): void {
        if (this.#isEmpty()) {
            this.#wantsBlank = true;
        }
        this.endLine();
    }

    endParagraph(): void {
        this.endLine();
        this.#wantsBlank = true;
    }

    endLine(): void {
        const cells = this.#cells.map(closeCell);
        const text = cells
            .map(cell => cell.text)
            .filter(part => part !== '')
            .join(' ');
        if (text !== '') {
            this.#push(text, cells);
            this.#links = [];
            this.#continued = (this.#cellOfTable.at(-1) ?? -1) > 0;
        }
        this.#cells = [];
        this.#start = -1;
    }

    #push(text: string, cells: Cell[]): void {
        const place = { continued: this.#continued, start: this.#start, end: this.#end, box: this.#box };
        if (this.#wantsBlank && this.#lines.length > 0) {
            this.#lines.push({ ...place, text: '', cells: [], links: [], end: this.#start });
        }
        this.#wantsBlank = false;
        this.#lines.push({ ...place, text, cells, links: this.#links });
    }

    #append(text: string, start: number, end: number): void {
        const isBlank = text.trim() === '';
        const cell = this.#cells.at(-1) ?? { lead: '', rest: '', own: false };
        if (this.#cells.length === 0) {
            if (isBlank) {
                return;
            }
            this.#cells.push(cell);
        }
        if (!isBlank) {
            this.#start = this.#start < 0 ? start : this.#start;
            this.#end = end;
        }
        // white space does not end the bold text, and belongs to whatever it follows
        if (cell.rest === '' && (this.#bold > 0 || isBlank)) {
            cell.lead += text;
        } else {
            cell.rest += text;
        }
    }

    #isEmpty(): boolean {
        return this.#cells.every(({ lead, rest }) => lead.trim() === '' && rest.trim() === '');
    }

    #setCell(index: number): void {
        if (this.#cellOfTable.length > 0) {
            this.#cellOfTable[this.#cellOfTable.length - 1] = index;
        }
        this.#continued = false;
    }
}

function closeCell({ lead, rest, own }: OpenCell): Cell {
    const fold = (text: string): string => text.replace(BLANKS, ' ').trim();
    return { text: fold(lead + rest), lead: fold(lead), rest: fold(rest), own };
}
