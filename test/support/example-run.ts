import { readdirSync, readFileSync, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Changes } from './changes';
import type { FlowConfig, NodeFile, NodeRedUnderTest } from './helper';
import { runtimeModule, selectedVersion } from './node-red-version';
import { createTempFolder, type TempFolder } from './temp-folder';
import helper = require('node-red-node-test-helper');

export interface ExampleNode {
    id: string;
    type: string;
    name?: string;
    credentials?: Record<string, string>;
    [property: string]: unknown;
}

/** Where an example finds its servers; the rest of an account stays as it is delivered. */
export interface ExampleServers {
    imapPort: number;
    smtpPort?: number;
    /** Variables that the example names, for as long as it runs. */
    environment: Readonly<Record<string, string>>;
}

type Message = Record<string, unknown>;

const ROOT = join(__dirname, '..', '..');
const CORE_NODES = [
    'function/10-function',
    'common/90-comment',
    'network/21-httprequest',
    'parsers/70-CSV',
    'storage/10-file'
];
/** A mail that failed is tried again after 10 s. */
const MESSAGE_TIMEOUT_MS = 25_000;
const PACK = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    'node-red': { nodes: Record<string, string> };
};

export function readExample(name: string): ExampleNode[] {
    return JSON.parse(readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8')) as ExampleNode[];
}

/**
 * Runs an example flow as it is delivered, with its accounts on test servers and a recorder in place of each debug
 * node. Nodes are called by the names they have in the flow.
 */
export class ExampleRun {
    readonly #red: NodeRedUnderTest;
    readonly #flow: ExampleNode[];
    readonly #userDir: TempFolder;
    readonly #outerEnvironment = new Map<string, string | undefined>();

    private constructor(red: NodeRedUnderTest, name: string, servers: ExampleServers) {
        this.#red = red;
        this.#flow = readExample(name).map(node => onTestServers(node, servers));
        this.#userDir = createTempFolder('example');
    }

    /** Resolves when the flow watches its mailbox. The caller must `stop()` it. */
    static async start(red: NodeRedUnderTest, name: string, servers: ExampleServers): Promise<ExampleRun> {
        const run = new ExampleRun(red, name, servers);
        try {
            await run.#start(servers.environment);
            return run;
        } catch (error) {
            await run.stop();
            throw error;
        }
    }

    /** What reached a debug node so far. */
    received(debugNode: string): readonly Message[] {
        return this.#red.recorded(this.#idOf(debugNode)).map(({ msg }) => msg);
    }

    /** Resolves with the messages of a debug node when there are so many. */
    async waitFor(debugNode: string, count: number): Promise<readonly Message[]> {
        await this.#red.waitForMessage(this.#idOf(debugNode), { count, timeoutMs: MESSAGE_TIMEOUT_MS });
        return this.received(debugNode);
    }

    /** Resolves when the node has reported an error like this. */
    async waitForError(node: string, text: RegExp): Promise<void> {
        await this.#red.waitForError(this.#idOf(node), text, MESSAGE_TIMEOUT_MS);
    }

    /** Resolves when every mail is done, well before a failed one would be tried again. */
    async waitForNothingPending(): Promise<void> {
        const ledgers = join(this.#userDir.path, 'mailflow', 'ledger');
        const changes = new Changes();
        const watcher = watch(ledgers, () => changes.notify());
        const look = (): boolean => {
            const files = readdirSync(ledgers).filter(file => file.endsWith('.json'));
            return files.every(file => /"pending": *\{\}/.test(readFileSync(join(ledgers, file), 'utf8')));
        };
        await changes.until(look, 'a ledger without pending mail', 5000).finally(() => watcher.close());
    }

    async stop(): Promise<void> {
        await this.#red.unload();
        for (const [name, value] of this.#outerEnvironment) {
            setVariable(name, value);
        }
        // a write of the ledger that is under way must not meet a folder that is being removed
        await rm(this.#userDir.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
        this.#userDir.remove();
    }

    async #start(environment: ExampleServers['environment']): Promise<void> {
        for (const [name, value] of Object.entries(environment)) {
            this.#outerEnvironment.set(name, process.env[name]);
            setVariable(name, value);
        }
        helper.settings({ userDir: this.#userDir.path });
        const nodes = this.#flow.map(({ credentials: _credentials, ...node }) => node) as FlowConfig;
        const credentials = this.#flow.flatMap(node => (node.credentials ? [[node.id, node.credentials]] : []));
        await this.#red.loadFlow(nodeFiles(), nodes, Object.fromEntries(credentials) as Record<string, object>);
        const input = this.#flow.find(node => node.type === 'imap-in');
        // "0 · 14:05": mails so far, and the time of a look at the mailbox
        await this.#red.waitForStatus(input?.id ?? '', /^\d+ · /);
    }

    #idOf(name: string): string {
        const node = this.#flow.find(candidate => candidate.name === name);
        if (!node) {
            throw new Error(`the example has no node "${name}"`);
        }
        return node.id;
    }
}

function onTestServers(node: ExampleNode, { imapPort, smtpPort }: ExampleServers): ExampleNode {
    switch (node.type) {
        case 'imap-account':
            return { ...node, port: imapPort, security: 'none' };
        case 'smtp-account':
            return { ...node, port: smtpPort, security: 'none' };
        case 'debug':
            return { ...node, type: 'recorder' };
        default:
            return node;
    }
}

function nodeFiles(): NodeFile[] {
    const runtime = createRequire(runtimeModule(selectedVersion()));
    const own = Object.keys(PACK['node-red'].nodes).map(type => join(ROOT, 'nodes', type));
    const core = CORE_NODES.map(file => runtime.resolve(`@node-red/nodes/core/${file}.js`));
    return [...own, ...core].map(file => require(file) as NodeFile);
}

function setVariable(name: string, value: string | undefined): void {
    if (value === undefined) {
        delete process.env[name];
    } else {
        process.env[name] = value;
    }
}
