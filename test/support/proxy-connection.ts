import type { Socket } from 'node:net';
import { ImapCommandLog } from './imap-command-log';

/** One client's connection through the proxy. */
export class ProxyConnection {
    bytesFromServer = 0;
    bytesFromClient = 0;
    open = true;
    /** What this client sent, without tags and secrets. */
    readonly commands: string[] = [];
    readonly #client: Socket;
    readonly #server: Socket;
    readonly #log = new ImapCommandLog(command => {
        this.commands.push(command);
        this.#changed(command);
    });
    readonly #changed: (command?: string) => void;
    /** What is to be done, in this order, each not before its time. */
    readonly #waiting: Array<{ due: number; action: () => void }> = [];
    #timer: NodeJS.Timeout | undefined;
    #delayMs = 0;
    #lastDue = 0;
    #remaining = Infinity;
    #truncated = false;

    /** `changed` hears of every change of the fields above, and of a command's text. */
    constructor(client: Socket, server: Socket, changed: (command?: string) => void) {
        this.#client = client;
        this.#server = server;
        this.#changed = changed;
        client.on('data', data => this.#fromClient(data));
        server.on('data', data => this.#fromServer(data));
        for (const [socket, other] of [
            [client, server],
            [server, client]
        ] as const) {
            // what went wrong on one side is shown to the other as an ended connection
            socket.on('error', () => this.cut());
            socket.on('end', () => this.#later(() => other.end()));
            socket.on('close', () => this.#later(() => this.cut()));
        }
    }

    cut(): void {
        if (!this.open) {
            return;
        }
        this.open = false;
        clearTimeout(this.#timer);
        this.#waiting.length = 0;
        this.#client.destroy();
        this.#server.destroy();
        this.#changed();
    }

    stall(): void {
        this.#client.pause();
        this.#server.pause();
    }

    resume(): void {
        this.#client.resume();
        this.#server.resume();
    }

    delay(milliseconds: number): void {
        this.#delayMs = milliseconds;
    }

    truncateAfter(bytes: number | undefined): void {
        this.#remaining = bytes ?? Infinity;
    }

    #fromClient(data: Buffer): void {
        this.bytesFromClient += data.length;
        this.#log.add(data);
        this.#later(() => void this.#server.write(data));
        this.#changed();
    }

    #fromServer(data: Buffer): void {
        if (this.#truncated) {
            return;
        }
        const passed = data.subarray(0, Math.min(data.length, this.#remaining));
        this.#remaining -= passed.length;
        this.bytesFromServer += passed.length;
        this.#truncated = this.#remaining === 0;
        // the client gets the last bytes before the cut
        const pass = this.#truncated
            ? () => void this.#client.end(passed, () => this.cut())
            : () => void this.#client.write(passed);
        this.#later(pass);
        this.#changed();
    }

    /**
     * Never lets later bytes overtake earlier ones, also when the delay has become shorter meanwhile. One timer for all:
     * timers count whole milliseconds, so that a later one of a shorter time may fire before an earlier one.
     */
    #later(action: () => void): void {
        if (this.#delayMs === 0 && this.#waiting.length === 0) {
            action();
            return;
        }
        this.#lastDue = Math.max(this.#lastDue, performance.now() + this.#delayMs);
        this.#waiting.push({ due: this.#lastDue, action });
        if (this.#waiting.length === 1) {
            this.#timer = setTimeout(() => this.#actOnDue(), this.#delayMs);
        }
    }

    #actOnDue(): void {
        this.#timer = undefined;
        // a timer may be a millisecond early
        while (this.#waiting[0] && this.#waiting[0].due <= performance.now() + 1) {
            this.#waiting.shift()?.action();
        }
        const [next] = this.#waiting;
        if (next && this.open) {
            clearTimeout(this.#timer);
            this.#timer = setTimeout(() => this.#actOnDue(), next.due - performance.now());
        }
    }
}
