import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Changes } from '../../test/support/changes';
import { cpuSeconds, memoryBytes, peakMemoryBytes } from './process-usage';
import type { Arrival } from './report-arrival';

export interface ChildOptions {
    args?: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** Folder for a CPU profile, written when the process ends. */
    profileDir?: string | undefined;
    /** Called when the process is gone, to remove what it needed. */
    onEnd?: () => void;
}

const STOP_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_LINES = 200;

/** A program in a process of its own, of which every mail, the processor time and the peak of memory are known. */
export class MeasuredChild {
    readonly name: string;
    readonly arrivals: Arrival[] = [];
    readonly #process: ChildProcess;
    readonly #ended: Promise<void>;
    readonly #changes = new Changes();
    readonly #ids = new Set<string>();
    readonly #output: string[] = [];
    #endReason: string | undefined;
    #figures: unknown;

    constructor(name: string, script: string, options: ChildOptions = {}) {
        this.name = name;
        const { args = [], env = {}, profileDir } = options;
        this.#process = fork(script, args, {
            // not the parent's: it runs under a TypeScript loader that would be measured as well
            execArgv: profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`],
            env: { ...process.env, NODE_OPTIONS: '', ...env },
            stdio: ['ignore', 'pipe', 'pipe', 'ipc']
        });
        const killNow = (): void => void this.#process.kill('SIGKILL');
        process.on('exit', killNow);
        this.#ended = new Promise(resolve => {
            const end = (reason: string): void => {
                process.off('exit', killNow);
                this.#endReason = reason;
                this.#changes.notify();
                resolve();
                options.onEnd?.();
            };
            this.#process.once('error', error => end(`could not be started: ${error.message}`));
            this.#process.once('exit', (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
        });
        this.#process.on('message', message => this.#hear(message as { arrival?: Arrival; figures?: unknown }));
        for (const stream of [this.#process.stdout, this.#process.stderr]) {
            if (stream) {
                createInterface({ input: stream }).on('line', line => this.#keep(line));
            }
        }
    }

    /** Number of different mails that arrived. */
    get delivered(): number {
        return this.#ids.size;
    }

    get doubles(): number {
        return this.arrivals.length - this.#ids.size;
    }

    get cpuSeconds(): number {
        return cpuSeconds(this.#process.pid as number);
    }

    get memoryBytes(): number {
        return memoryBytes(this.#process.pid as number);
    }

    get peakMemoryBytes(): number {
        return peakMemoryBytes(this.#process.pid as number);
    }

    /** Resolves when so many different mails have arrived; rejects with the program's output when it ends before. */
    async waitForMails(count: number, timeoutMs: number): Promise<void> {
        await this.#until(() => this.delivered >= count, `${count} mails`, timeoutMs);
    }

    /** Resolves with the first arrival of a mail. */
    waitForMail(messageId: string, timeoutMs: number): Promise<Arrival> {
        const find = (): Arrival | undefined => this.arrivals.find(arrival => arrival.messageId === messageId);
        return this.#until(find, messageId, timeoutMs);
    }

    /** Resolves with what the process has measured itself; the caller knows the shape. */
    waitForFigures<T>(timeoutMs: number): Promise<T> {
        return this.#until(() => this.#figures as T | undefined, 'figures', timeoutMs);
    }

    /** Asks the process to end and kills it when it does not; resolves when it is gone. */
    async stop(): Promise<void> {
        if (this.#endReason === undefined) {
            this.#process.kill('SIGTERM');
            const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
            await this.#ended;
            clearTimeout(timer);
        }
    }

    #until<T>(look: () => T | undefined | false, what: string, timeoutMs: number): Promise<T> {
        const describe = (): string =>
            `${what} from ${this.name}, which gave ${this.delivered}\n${this.#output.join('\n')}`;
        const lookAlive = (): T | undefined | false => {
            const found = look();
            if ((found === undefined || found === false) && this.#endReason !== undefined) {
                throw new Error(`${this.name} ${this.#endReason}; missing: ${describe()}`);
            }
            return found;
        };
        return this.#changes.until(lookAlive, describe, timeoutMs);
    }

    #hear(message: { arrival?: Arrival; figures?: unknown }): void {
        if (message.figures !== undefined) {
            this.#figures = message.figures;
            this.#changes.notify();
        }
        if (message.arrival) {
            this.arrivals.push(message.arrival);
            this.#ids.add(message.arrival.messageId);
            this.#changes.notify();
        }
    }

    #keep(line: string): void {
        this.#output.push(line);
        if (this.#output.length > MAX_OUTPUT_LINES) {
            this.#output.shift();
        }
    }
}
