import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Changes } from './changes';

/** Keeps a chatty server from filling the memory of the test run. */
const MAX_LOG_LINES = 5000;
/** How long a server may take to end in good order before it is killed. */
const STOP_TIMEOUT_MS = 10_000;
/** How long the last lines may take to arrive after the process has ended. */
const LAST_LINES_MS = 500;

/** A server that belongs to one test: its output is kept, and it never outlives the test process. */
export class OwnProcess {
    readonly log: string[] = [];
    readonly #name: string;
    readonly #child: ChildProcess;
    readonly #ownGroup: boolean;
    readonly #ended: Promise<void>;
    readonly #changes = new Changes();
    #droppedLines = 0;
    #endReason: string | undefined;

    /** With `detached` the process leads a group of its own, and signals reach its children too. */
    constructor(name: string, command: string, args: readonly string[], options: SpawnOptions = {}) {
        this.#name = name;
        this.#ownGroup = options.detached === true;
        this.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        const killNow = (): void => this.signal('SIGKILL');
        process.on('exit', killNow);
        this.#ended = new Promise(resolve => {
            const end = (reason: string): void => {
                if (this.#endReason === undefined) {
                    process.off('exit', killNow);
                    this.#endReason = reason;
                    this.#changes.notify();
                    resolve();
                }
            };
            this.#child.once('error', error => end(`could not be started: ${error.message}`));
            this.#child.once('exit', (code, signal) => {
                const reason = `ended with ${signal ?? `code ${code}`}`;
                // children that outlive it may hold its output open, so `close` may come late
                const timer = setTimeout(end, LAST_LINES_MS, reason);
                this.#child.once('close', () => {
                    clearTimeout(timer);
                    end(reason);
                });
            });
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

    /** How many lines were written so far; hand it to waitForLine to see only later ones. */
    get lineCount(): number {
        return this.#droppedLines + this.log.length;
    }

    /** Resolves with the first log line, old or new, that matches; rejects with the log when the process ends first. */
    waitForLine(pattern: RegExp, timeoutMs?: number, after = 0): Promise<string> {
        const look = (): string | undefined =>
            this.log.slice(Math.max(0, after - this.#droppedLines)).find(line => pattern.test(line));
        return this.until(look, `${pattern}`, timeoutMs);
    }

    /** Like Changes.until, with a look after every log line; rejects with the log when the process ends first. */
    until<T>(look: () => T | undefined | false, what: string, timeoutMs?: number): Promise<T> {
        const lookOrFail = (): T | undefined | false => {
            const value = look();
            if ((value === undefined || value === false) && this.#endReason !== undefined) {
                throw new Error(`${this.#name} ${this.#endReason} before ${what} was seen\n${this.tail()}`);
            }
            return value;
        };
        return this.#changes.until(lookOrFail, () => `${what} from ${this.#name}\n${this.tail()}`, timeoutMs);
    }

    /** The end of the log, for an error message. */
    tail(lines = 30): string {
        return this.log.slice(-lines).join('\n');
    }

    /** Asks the process to end and kills it when it does not; resolves when it is gone. */
    async stop(): Promise<void> {
        if (this.running) {
            this.signal('SIGTERM');
            const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
            await this.#ended;
            clearTimeout(timer);
        }
    }

    /** Ends the process at once, as a power cut would. */
    async kill(): Promise<void> {
        this.signal('SIGKILL');
        await this.#ended;
    }

    /** Does nothing when the process has ended. */
    signal(signal: NodeJS.Signals): void {
        const { pid, exitCode, signalCode } = this.#child;
        if (pid !== undefined && exitCode === null && signalCode === null) {
            process.kill(this.#ownGroup ? -pid : pid, signal);
        }
    }

    #keep(line: string): void {
        this.log.push(line);
        if (this.log.length > MAX_LOG_LINES) {
            this.log.shift();
            this.#droppedLines++;
        }
        this.#changes.notify();
    }
}
