import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Changes } from './changes';

/** Keeps a chatty server from filling the memory of the test run. */
const MAX_LOG_LINES = 5000;
/** How long a server may take to end in good order before it is killed. */
const STOP_TIMEOUT_MS = 10_000;

/** A server that belongs to one test: its output is kept, and it never outlives the test process. */
export class OwnProcess {
    readonly log: string[] = [];
    readonly #name: string;
    readonly #child: ChildProcess;
    readonly #ended: Promise<void>;
    readonly #changes = new Changes();
    #endReason: string | undefined;

    constructor(name: string, command: string, args: readonly string[], options: SpawnOptions = {}) {
        this.#name = name;
        this.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        const killNow = (): void => void this.#child.kill('SIGKILL');
        process.on('exit', killNow);
        this.#ended = new Promise(resolve => {
            const end = (reason: string): void => {
                process.off('exit', killNow);
                this.#endReason = reason;
                this.#changes.notify();
                resolve();
            };
            this.#child.once('error', error => end(`could not be started: ${error.message}`));
            this.#child.once('exit', (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
        });
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            if (stream) {
                createInterface({ input: stream }).on('line', line => this.#keep(line));
            }
        }
    }

    get pid(): number | undefined {
        return this.#child.pid;
    }

    get running(): boolean {
        return this.#endReason === undefined;
    }

    /** Resolves with the first log line, old or new, that matches; rejects with the log when the process ends first. */
    waitForLine(pattern: RegExp, timeoutMs: number): Promise<string> {
        const look = (): string | undefined => {
            const line = this.log.find(candidate => pattern.test(candidate));
            if (line === undefined && this.#endReason !== undefined) {
                throw new Error(`${this.#name} ${this.#endReason} before ${pattern} was seen\n${this.tail()}`);
            }
            return line;
        };
        return this.#changes.until(look, () => `${pattern} in the log of ${this.#name}\n${this.tail()}`, timeoutMs);
    }

    /** The end of the log, for an error message. */
    tail(lines = 30): string {
        return this.log.slice(-lines).join('\n');
    }

    /** Asks the process to end and kills it when it does not; resolves when it is gone. */
    async stop(): Promise<void> {
        if (this.running) {
            this.#child.kill('SIGTERM');
            const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
            await this.#ended;
            clearTimeout(timer);
        }
    }

    /** Ends the process at once, as a power cut would. */
    async kill(): Promise<void> {
        this.#child.kill('SIGKILL');
        await this.#ended;
    }

    signal(signal: NodeJS.Signals): void {
        this.#child.kill(signal);
    }

    #keep(line: string): void {
        this.log.push(line);
        if (this.log.length > MAX_LOG_LINES) {
            this.log.shift();
        }
        this.#changes.notify();
    }
}
