/** Deeper quotes get no further mark: each level would be repeated on every line, so nesting would square the size. */
const MAX_QUOTE_DEPTH = 5;
const WHITE_SPACE = /[ \t\r\n\f\u00a0]+/g;

/** Writes running text as a browser lays it out: white space folded, blocks on lines of their own, quotes marked. */
export class PlainWriter {
    readonly #lines: string[] = [];
    #line = '';
    /** A space or a tab that is written only when more text follows on the line. */
    #gap = '';
    /** The mark of a list item waits for the item's first text, which may stand in a paragraph of its own. */
    #itemMark = '';
    #lastWords = '';
    /** The lowest quote depth since an empty line was wanted, -1 while none is: a quote begins below the empty line. */
    #blankDepth = -1;
    #quoteDepth = 0;
    #preformattedDepth = 0;

    text(text: string): void {
        if (this.#preformattedDepth > 0) {
            this.#preformattedText(text);
            return;
        }
        const folded = text.replace(WHITE_SPACE, ' ');
        const words = folded.trim();
        if (/^\s/.test(folded)) {
            this.gap(' ');
        }
        if (words !== '') {
            this.#line += (this.#line === '' ? this.#itemMark : this.#gap) + words;
            this.#itemMark = '';
            this.#gap = /\s$/.test(folded) ? ' ' : '';
            this.#lastWords = words;
        }
    }

    /** Keeps what follows apart from what stands on the line already. */
    gap(space: ' ' | '\t'): void {
        if (this.#gap !== '\t') {
            this.#gap = space;
        }
    }

    /** True when the last words that were written end with `text`. */
    hasJustWritten(text: string): boolean {
        return this.#lastWords.endsWith(text);
    }

    startItem(): void {
        this.endLine();
        this.#itemMark = '- ';
    }

    endItem(): void {
        this.endLine();
        this.#itemMark = '';
    }

    /** Ends the line if anything stands on it. */
    endLine(): void {
        if (this.#line.trim() !== '') {
            this.#breakLine();
        }
        this.#line = '';
        this.#gap = '';
    }

    /** Ends the line even when it is empty, unless an empty line comes anyway. */
    lineBreak(): void {
        if (this.#line !== '' || this.#blankDepth < 0) {
            this.#breakLine();
        }
    }

    /** Ends the line; an empty line comes before the next text. */
    endParagraph(): void {
        this.endLine();
        this.#blankDepth = this.#blankDepth < 0 ? this.#quoteDepth : Math.min(this.#blankDepth, this.#quoteDepth);
    }

    changeQuoteDepth(by: 1 | -1): void {
        this.endParagraph();
        this.#quoteDepth = Math.max(0, this.#quoteDepth + by);
    }

    changePreformatted(by: 1 | -1): void {
        this.endParagraph();
        this.#preformattedDepth = Math.max(0, this.#preformattedDepth + by);
    }

    result(): string {
        this.endLine();
        return this.#lines.join('\n').trim();
    }

    #breakLine(): void {
        if (this.#blankDepth >= 0 && this.#lines.length > 0) {
            this.#lines.push(quoteMark(Math.min(this.#blankDepth, this.#quoteDepth)).trimEnd());
        }
        this.#blankDepth = -1;
        this.#lines.push((quoteMark(this.#quoteDepth) + this.#line).trimEnd());
        this.#line = '';
        this.#gap = '';
    }

    #preformattedText(text: string): void {
        const [first = '', ...rest] = text.split(/\r?\n/);
        this.#line += this.#gap + first;
        this.#gap = '';
        for (const line of rest) {
            this.#breakLine();
            this.#line = line;
        }
    }
}

function quoteMark(depth: number): string {
    return '> '.repeat(Math.min(depth, MAX_QUOTE_DEPTH));
}
