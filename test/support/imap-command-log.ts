const LITERAL = /\{(\d+)\+?\}$/;
const TAGGED = /^[^ ]+ (.+)$/;

/**
 * Reads a client's byte stream as IMAP commands: one line each, without its tag. Literals are skipped and secrets
 * replaced by `***`, so that the log can be printed. It keeps no more than the current line.
 */
export class ImapCommandLog {
    readonly #report: (command: string) => void;
    #pending = '';
    #literalLeft = 0;
    /** The beginning of a command whose literal is not over yet. */
    #begun: string | undefined;
    #saslRunning = false;

    constructor(report: (command: string) => void) {
        this.#report = report;
    }

    add(data: Buffer): void {
        // one character per byte: literals are counted in bytes
        this.#pending += data.toString('latin1');
        for (;;) {
            const skipped = Math.min(this.#literalLeft, this.#pending.length);
            this.#pending = this.#pending.slice(skipped);
            this.#literalLeft -= skipped;
            const end = this.#pending.indexOf('\n');
            if (this.#literalLeft > 0 || end < 0) {
                return;
            }
            const line = this.#pending.slice(0, end).replace(/\r$/, '');
            this.#pending = this.#pending.slice(end + 1);
            this.#addLine(Buffer.from(line, 'latin1').toString('utf8'));
        }
    }

    #addLine(line: string): void {
        const literal = LITERAL.exec(line)?.[1];
        const text = (this.#begun ?? '') + line;
        this.#begun = literal === undefined ? undefined : text;
        if (literal === undefined) {
            this.#addCommand(text);
        } else {
            this.#literalLeft = Number(literal);
        }
    }

    #addCommand(text: string): void {
        const command = TAGGED.exec(text)?.[1];
        if (command === undefined) {
            // DONE has no tag, and neither has the answer to a SASL challenge, which is a secret
            if (text !== '' && !this.#saslRunning) {
                this.#report(text);
            }
            return;
        }
        this.#saslRunning = /^AUTHENTICATE /i.test(command);
        this.#report(command.replace(/^(LOGIN) .*/is, '$1 ***').replace(/^(AUTHENTICATE \S+) .*/is, '$1 ***'));
    }
}
