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
    readonly #timers = new Set<NodeJS.Timeout>();
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
        this.#timers.forEach(timer => clearTimeout(timer));
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

    /** Never lets later bytes overtake earlier ones, also when the delay has become shorter meanwhile. */
    #later(action: () => void): void {
        const now = performance.now();
        this.#lastDue = Math.max(this.#lastDue, now + this.#delayMs);
        if (this.#delayMs === 0 && this.#timers.size === 0) {
            action();
            return;
        }
        const timer = setTimeout(() => {
            this.#timers.delete(timer);
            action();
        }, this.#lastDue - now);
        this.#timers.add(timer);
    }
}
