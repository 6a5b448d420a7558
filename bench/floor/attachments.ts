import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { END_OF_TEXT, reportArrival } from '../measure/report-arrival';

const LF = 0x0a;
/** The attachment is the second part of each mail of the bench. */
const PART = '2';
const BATCH_BYTES = 1024 * 1024;

/**
 * Attachments of all mails to files, as fast as Node.js can do it by hand: a socket, one command for all mails, its own
 * decoder for base64, large writes while more arrives. Relies on mails as the bench writes them.
 */
class AttachmentReader {
    readonly #socket: Socket;
    readonly #folder: string;
    readonly #steps: string[];
    /** Of the answer that is waited for; the greeting has none. */
    #tag = '*';
    /** Bytes of the literal that are still to come. */
    #remaining = 0;
    #line = '';
    /** The end of what came, less than a line of base64. */
    #rest: Buffer = Buffer.alloc(0);
    #batch: Buffer[] = [];
    #bytes = 0;
    #file = 0;
    #pending = 0;
    #writing: Promise<unknown> = Promise.resolve();

    constructor(socket: Socket, folder: string, steps: string[]) {
        this.#socket = socket;
        this.#folder = folder;
        this.#steps = steps;
        socket.on('data', chunk => this.#read(chunk));
    }

    #read(chunk: Buffer): void {
        for (let at = 0; at < chunk.length;) {
            if (this.#remaining > 0) {
                const end = Math.min(at + this.#remaining, chunk.length);
                this.#remaining -= end - at;
                this.#decode(chunk.subarray(at, end));
                at = end;
                continue;
            }
            const end = chunk.indexOf(LF, at) + 1;
            this.#line += chunk.toString('latin1', at, end || chunk.length);
            at = end || chunk.length;
            if (end > 0) {
                this.#endLine(this.#line);
                this.#line = '';
            }
        }
    }

    #endLine(line: string): void {
        this.#remaining = Number(/\{(\d+)\}\r\n$/.exec(line)?.[1] ?? 0);
        if (line.startsWith(`${this.#tag} OK`)) {
            const command = this.#steps.shift();
            this.#tag = command?.[0] ?? '';
            if (command === undefined) {
                void this.#writing.then(() => reportArrival('<everything>', END_OF_TEXT));
            } else {
                this.#socket.write(`${command}\r\n`);
            }
        }
    }

    #decode(bytes: Buffer): void {
        const chunk = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
        const end = this.#remaining === 0 ? chunk.length : chunk.lastIndexOf(LF) + 1;
        this.#rest = chunk.subarray(end);
        if (end > 0) {
            this.#batch.push(Buffer.from(chunk.toString('latin1', 0, end), 'base64'));
            this.#bytes += end;
        }
        if (this.#remaining === 0 || this.#bytes >= BATCH_BYTES) {
            this.#write(this.#batch, this.#remaining === 0);
            this.#batch = [];
            this.#bytes = 0;
        }
    }

    #write(batch: Buffer[], isLast: boolean): void {
        const path = join(this.#folder, `${this.#file}.bin`);
        this.#file += isLast ? 1 : 0;
        this.#pending++;
        if (this.#pending > 1) {
            this.#socket.pause();
        }
        this.#writing = this.#writing.then(async () => {
            const file = await open(path, 'a', 0o600);
            await file.writev(batch);
            await file.close();
            this.#pending--;
            this.#socket.resume();
        });
    }
}

function main([host = '', port = '', user = '', pass = '', folder = '']: string[]): void {
    new AttachmentReader(connect(Number(port), host), folder, [
        `a LOGIN ${user} ${pass}`,
        'b EXAMINE INBOX',
        `c UID FETCH 1:* (UID BODY.PEEK[${PART}])`
    ]);
}

// the bench looks at the finished process before it ends it, and takes it along when it ends itself
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
main(process.argv.slice(2));
