import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Changes } from './changes';
import { findFreePort } from './free-port';
import { runtimeScript, selectedVersion, type NodeRedVersion } from './node-red-version';
import { OwnProcess } from './own-process';
import { createTempFolder, type TempFolder } from './temp-folder';

const ROOT = join(__dirname, '..', '..');
/** A cold start takes 2 to 5 s on a free machine. */
const START_TIMEOUT_MS = 60_000;
const STARTED = /Server now running at/;
/** Unknown node types keep the flows from starting, which may be what a test wants to see. */
const FLOWS_READY = /Started flows|Waiting for missing types/;

export type FlowNode = { id: string; type: string } & Record<string, unknown>;

export interface RuntimeOptions {
    /** By default the version that NODE_RED names. */
    version?: NodeRedVersion;
    flows?: readonly FlowNode[];
    /** By node id. */
    credentials?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** Environment variables on top of the test's own. */
    env?: Readonly<Record<string, string>>;
    /** Further settings, as JSON. */
    settings?: Readonly<Record<string, unknown>>;
    /** A user directory with packages of its own; by default an empty one that loads the nodes built in `dist`. */
    userDir?: string;
}

/** Starts a whole Node-RED as a child process; resolves when its flows run. The caller must `stop()` it. */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
    if (options.userDir === undefined && !existsSync(join(ROOT, 'dist', 'nodes'))) {
        throw new Error('the nodes are not built: npm run build');
    }
    const runtime = new Runtime(options, await findFreePort());
    try {
        await runtime.start();
    } catch (error) {
        await runtime.stop();
        throw error;
    }
    return runtime;
}

/** A real Node-RED with its own user directory, driven over HTTP as the editor does. */
export class Runtime {
    /** Of the admin API. */
    readonly url: string;
    readonly version: NodeRedVersion;
    readonly userDir: string;
    readonly #env: NodeJS.ProcessEnv;
    readonly #folder: TempFolder;
    #process: OwnProcess | undefined;

    /** Use startRuntime. */
    constructor(options: RuntimeOptions, port: number) {
        this.version = options.version ?? selectedVersion();
        const { httpAdminRoot = '' } = (options.settings ?? {}) as { httpAdminRoot?: string };
        this.url = `http://127.0.0.1:${port}${httpAdminRoot}`;
        this.#env = { ...process.env, ...options.env };
        this.#folder = createTempFolder('node-red');
        this.userDir = options.userDir ?? this.#folder.path;
        const settings = {
            uiHost: '127.0.0.1',
            uiPort: port,
            flowFile: 'flows.json',
            credentialSecret: 'only for tests',
            telemetry: { enabled: false, updateNotification: false },
            editorTheme: { tours: false, projects: { enabled: false } },
            runtimeState: { enabled: true, ui: false },
            ...(options.userDir === undefined ? { nodesDir: [ROOT] } : {}),
            ...options.settings
        };
        this.#write('settings.js', `module.exports = ${JSON.stringify(settings)};\n`);
        this.#write('flows.json', JSON.stringify(placeNodes(options.flows ?? [])));
        // Node-RED takes them in clear text and encrypts them when it saves them next
        this.#write('flows_cred.json', JSON.stringify(options.credentials ?? {}));
    }

    /** Lines of Node-RED's log, errors of the process included. */
    get log(): readonly string[] {
        return this.#process?.log ?? [];
    }

    get running(): boolean {
        return this.#process?.running ?? false;
    }

    /** Starts Node-RED again after `halt()` or `kill()`, with the same files and port. */
    async start(): Promise<void> {
        const args = [runtimeScript(this.version), '--userDir', this.userDir];
        this.#process = new OwnProcess(`Node-RED ${this.version}`, process.execPath, args, {
            cwd: this.userDir,
            env: this.#env
        });
        await this.#process.waitForLine(STARTED, START_TIMEOUT_MS);
        await this.#process.waitForLine(FLOWS_READY, START_TIMEOUT_MS);
        await this.get('/settings');
    }

    /** Asks Node-RED to end, as a restart of the service does; its files stay. */
    async halt(): Promise<void> {
        await this.#process?.stop();
    }

    /** Ends Node-RED at once, as a power cut would; its files stay as they are. */
    async kill(): Promise<void> {
        await this.#process?.kill();
    }

    /** Ends Node-RED and removes what it wrote into its own temporary folder. */
    async stop(): Promise<void> {
        await this.#process?.stop();
        this.#folder.remove();
    }

    /** Resolves with the first log line that matches; `after` is a `lineCount` of before the action under test. */
    waitForLog(pattern: RegExp, timeoutMs?: number, after?: number): Promise<string> {
        return this.#own().waitForLine(pattern, timeoutMs, after);
    }

    get lineCount(): number {
        return this.#own().lineCount;
    }

    /** Replaces all flows and resolves when the new ones have started; credentials go into a node's `credentials`. */
    async deploy(flows: readonly FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
        const before = this.lineCount;
        await this.request('/flows', {
            method: 'POST',
            headers: { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type },
            body: JSON.stringify({ flows: placeNodes(flows) })
        });
        await this.waitForLog(/Started (flows|modified)|Waiting for missing types/, START_TIMEOUT_MS, before);
    }

    /** Stops or starts the flows while Node-RED goes on; resolves when a crash would not undo it. */
    async setFlowState(state: 'start' | 'stop'): Promise<void> {
        const before = this.lineCount;
        await this.request('/flows/state', { method: 'POST', body: JSON.stringify({ state }) });
        await this.waitForLog(state === 'start' ? /Started flows/ : /Stopped flows/, START_TIMEOUT_MS, before);
        const changes = new Changes();
        const watcher = watch(this.userDir, () => changes.notify());
        // written after the answer and the line in the log
        const file = join(this.userDir, '.config.runtime.json');
        const isKept = (): boolean =>
            existsSync(file) && readFileSync(file, 'utf8').includes(`"runtimeFlowState": "${state}"`);
        await changes.until(isKept, `${state} in ${file}`).finally(() => watcher.close());
    }

    /** Reads JSON from the admin API. */
    async get(path: string): Promise<unknown> {
        return (await this.request(path)).json() as Promise<unknown>;
    }

    /** Calls the admin API with JSON; rejects with the answer's text when the status is not a success. */
    async request(path: string, init: RequestInit = {}): Promise<Response> {
        const headers = { accept: 'application/json', 'content-type': 'application/json', ...init.headers };
        const answer = await fetch(`${this.url}${path}`, { ...init, headers });
        if (!answer.ok) {
            throw new Error(`${init.method ?? 'GET'} ${path} answered ${answer.status}: ${await answer.text()}`);
        }
        return answer;
    }

    #own(): OwnProcess {
        if (!this.#process) {
            throw new Error('Node-RED was not started');
        }
        return this.#process;
    }

    #write(name: string, content: string): void {
        writeFileSync(join(this.userDir, name), content);
    }
}

/**
 * Node-RED takes every node without coordinates for a config node. Flows written by hand may leave them out: there,
 * what lies on a tab is a flow node.
 */
function placeNodes(flows: readonly FlowNode[]): readonly FlowNode[] {
    const drawn = flows.some(node => node.x !== undefined);
    return drawn ? flows : flows.map(node => (node.z === undefined ? node : { ...node, x: 0, y: 0 }));
}
