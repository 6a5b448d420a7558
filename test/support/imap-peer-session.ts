import type { Socket } from 'node:net';

export interface PeerCommand {
    tag: string;
    /** Upper case; with `UID` in front for UID commands: "UID FETCH". */
    name: string;
    /** What follows the name, literals marked as `{n}`. */
    args: string;
    literals: Buffer[];
}

const LITERAL = /\{(\d+)(\+?)\}$/;
const COMMAND = /^(\S+) ((?:UID )?\S+) ?(.*)$/is;
const FLOOD_CHUNK = Buffer.alloc(64 * 1024, 'x');

/** The server's end of one connection: reads commands, and writes whatever a test wants the client to suffer. */
export class PeerSession {
    open = true;
    readonly #socket: Socket;
    readonly #onCommand: (command: PeerCommand) => void;
    #received: Buffer = Buffer.alloc(0);
    #begun = '';
    #literals: Buffer[] = [];
    #literalBytes: number | undefined;
    #lineReader: ((line: string) => void) | undefined;
    #deaf = false;

    constructor(socket: Socket, onCommand: (command: PeerCommand) => void, onClose: () => void) {
        this.#socket = socket;
        this.#onCommand = onCommand;
        // the client may cut the line at any time; that is what tests are about
        socket.on('error', () => undefined);
        socket.on('data', data => this.#read(data));
        socket.on('close', () => {
            this.open = false;
            onClose();
        });
    }

    /** Sends text as it is; add the CRLF yourself. */
    write(raw: string | Buffer): void {
        this.#socket.write(raw);
    }

    untagged(line: string): void {
        this.write(`* ${line}\r\n`);
    }

    ok(command: PeerCommand, text = `${command.name} completed`): void {
        this.write(`${command.tag} OK ${text}\r\n`);
    }

    no(command: PeerCommand, text: string): void {
        this.write(`${command.tag} NO ${text}\r\n`);
    }

    bad(command: PeerCommand, text: string): void {
        this.write(`${command.tag} BAD ${text}\r\n`);
    }

    /** The next line of the client, outside of any command: after a continuation, in IDLE. */
    nextLine(): Promise<string> {
        return new Promise(resolve => {
            this.#lineReader = resolve;
        });
    }

    /** A literal for a response; `claimed` lies about its length. */
    static literal(content: string | Buffer, claimed = Buffer.byteLength(content)): Buffer {
        return Buffer.concat([Buffer.from(`{${claimed}}\r\n`), Buffer.from(content)]);
    }

    /** Stops listening to the client: commands are neither read nor answered, and the connection stays open. */
    silence(): void {
        this.#deaf = true;
    }

    /** Ends politely, as RFC 3501 section 7.1.5 asks for. */
    bye(text: string): void {
        this.untagged(`BYE ${text}`);
        this.end();
    }

    /** FIN without a word. */
    end(): void {
        this.#socket.end();
    }

    /** RST. */
    reset(): void {
        this.#socket.resetAndDestroy();
    }

    /** Sends so many bytes without a line end, no faster than the client takes them, until the client hangs up. */
    async flood(bytes: number): Promise<void> {
        for (let sent = 0; sent < bytes && this.open; sent += FLOOD_CHUNK.length) {
            if (!this.#socket.write(FLOOD_CHUNK)) {
                await new Promise<void>(resolve => {
                    const go = (): void => {
                        this.#socket.off('drain', go).off('close', go);
                        resolve();
                    };
                    this.#socket.on('drain', go).on('close', go);
                });
            }
        }
    }

    #read(data: Buffer): void {
        if (this.#deaf) {
            return;
        }
        this.#received = Buffer.concat([this.#received, data]);
        while (this.#takeLiteral() && this.#takeLine());
    }

    /** False while bytes of a literal are missing. */
    #takeLiteral(): boolean {
        const size = this.#literalBytes;
        if (size === undefined) {
            return true;
        }
        if (this.#received.length < size) {
            return false;
        }
        this.#literals.push(this.#received.subarray(0, size));
        this.#received = this.#received.subarray(size);
        this.#literalBytes = undefined;
        return true;
    }

    #takeLine(): boolean {
        const end = this.#received.indexOf('\n');
        if (end < 0 || this.#deaf) {
            return false;
        }
        const line = this.#received.subarray(0, end).toString('utf8').replace(/\r$/, '');
        this.#received = this.#received.subarray(end + 1);
        const literal = LITERAL.exec(line);
        if (literal) {
            this.#begun += line;
            this.#literalBytes = Number(literal[1]);
            if (literal[2] !== '+') {
                this.write('+ go on\r\n');
            }
        } else if (this.#lineReader && this.#begun === '') {
            const deliver = this.#lineReader;
            this.#lineReader = undefined;
            deliver(line);
        } else {
            this.#finishCommand(this.#begun + line);
        }
        return true;
    }

    #finishCommand(text: string): void {
        const literals = this.#literals;
        this.#begun = '';
        this.#literals = [];
        const [, tag, name = '', args = ''] = COMMAND.exec(text) ?? [];
        if (tag === undefined) {
            this.untagged('BAD cannot read this command');
            return;
        }
        this.#onCommand({ tag, name: name.toUpperCase(), args, literals });
    }
}
