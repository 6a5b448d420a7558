import { readFileSync, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { Changes } from './changes';
import { contentsBelow, lastLine } from './contents-below';
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
    /** What a mail-oauth node has in place of a known provider and somebody who signs in. */
    signIn?: Readonly<Partial<ExampleNode>>;
    /** Listens for its `http in` nodes; they are reached nowhere unless given. Closed when the example stops. */
    web?: Server;
    /** Variables that the example names, for as long as it runs. */
    environment: Readonly<Record<string, string>>;
    /** What a user sets in the properties of the flow, by the name of the variable. */
    flowVariables?: Readonly<Record<string, string>>;
    /** A debug node at which every message fails, as if a node behind the others did. */
    failing?: string;
}

type Message = Record<string, unknown>;

const ROOT = join(__dirname, '..', '..');
const CORE_NODES = [
    'common/20-inject',
    'common/90-comment',
    'function/10-function',
    'function/10-switch',
    'function/15-change',
    'function/89-delay',
    'network/21-httpin',
    'network/21-httprequest',
    'parsers/70-CSV',
    'storage/10-file'
];
/** A mail that failed is tried again after so long. */
const RETRY_PAUSE_MS = 10_000;
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
    readonly #web: Server | undefined;
    readonly #outerEnvironment = new Map<string, string | undefined>();

    private constructor(red: NodeRedUnderTest, name: string, servers: ExampleServers) {
        this.#red = red;
        this.#flow = readExample(name).map(node => onTestServers(node, servers));
        this.#userDir = createTempFolder('example');
        this.#web = servers.web;
    }

    /** Resolves when the flow watches its mailbox, if it has one to watch. The caller must `stop()` it. */
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

    /** Presses the button of an inject node. */
    press(node: string): void {
        this.#red.node(this.#idOf(node)).receive({ payload: Date.now() });
    }

    /** Resolves when the node has reported an error like this. */
    async waitForError(node: string, text: RegExp): Promise<void> {
        await this.#red.waitForError(this.#idOf(node), text, MESSAGE_TIMEOUT_MS);
    }

    /** Resolves when the node has shown a status like this. */
    async waitForStatus(node: string, text: RegExp): Promise<void> {
        await this.#red.waitForStatus(this.#idOf(node), text, MESSAGE_TIMEOUT_MS);
    }

    /** Resolves when every mail is done, well before a failed one would be tried again. */
    async waitForNothingPending(): Promise<void> {
        await this.#waitForLedger(/"pending": *\{\}/, 'a ledger without pending mail');
    }

    /** Resolves when a mail waits for its next try, long before that is due. */
    async waitForRetry(): Promise<void> {
        await this.#waitForLedger(/"retryAt"/, 'a mail that waits for another try');
    }

    /** Resolves when the ledger says that the mails with these UIDs, and no others, are not done. */
    async waitForPending(...uids: string[]): Promise<void> {
        const pending = uids.map(uid => `"${uid}":{[^}]*}`).join();
        await this.#waitForLedger(new RegExp(`"pending":{${pending}}`), `a ledger in which ${uids.join()} is pending`);
    }

    /** A ledger that is just being replaced is not there for a moment. */
    async #waitForLedger(content: RegExp, what: string): Promise<void> {
        const changes = new Changes();
        const watcher = watch(this.#ledgerFolder, () => changes.notify());
        const look = (): boolean => {
            const ledgers = contentsBelow(this.#ledgerFolder, name => name.endsWith('.json'));
            return ledgers.length > 0 && ledgers.every(text => content.test(lastLine(text)));
        };
        await changes.until(look, what, RETRY_PAUSE_MS - 1_000).finally(() => watcher.close());
    }

    get #ledgerFolder(): string {
        return join(this.#userDir.path, 'mailflow', 'ledger');
    }

    async stop(): Promise<void> {
        await this.#red.unload();
        this.#web?.closeAllConnections();
        this.#web?.close();
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
        await this.#red.loadFlow(
            [...nodeFiles(), RED => this.#serve(RED)],
            nodes,
            Object.fromEntries(credentials) as Record<string, object>
        );
        const input = this.#flow.find(node => node.type === 'imap-in');
        if (!input) {
            return;
        }
        // "0 · 14:05": mails so far, and the time of a look at the mailbox
        await this.#red.waitForStatus(input.id, /^\d+ · /);
    }

    /** Opens the address of the `http in` nodes, which the test helper does not. */
    #serve(RED: NodeAPI): void {
        this.#web?.on('request', RED.httpNode as RequestListener);
    }

    #idOf(name: string): string {
        const node = this.#flow.find(candidate => candidate.name === name);
        if (!node) {
            throw new Error(`the example has no node "${name}"`);
        }
        return node.id;
    }
}

function onTestServers(node: ExampleNode, servers: ExampleServers): ExampleNode {
    const { imapPort, smtpPort, signIn, flowVariables = {}, failing } = servers;
    // an example for one provider names its server, all others a variable
    const host = /^\$/.test(String(node['host'])) ? {} : { host: '127.0.0.1' };
    switch (node.type) {
        case 'tab': {
            const variables = (node['env'] ?? []) as Array<{ name: string; value: string; type: string }>;
            return { ...node, env: variables.map(own => ({ ...own, value: flowVariables[own.name] ?? own.value })) };
        }
        case 'imap-account':
            return { ...node, ...host, port: imapPort, security: 'none' };
        case 'smtp-account':
            return { ...node, ...host, port: smtpPort, security: 'none' };
        case 'mail-oauth':
            return { ...node, ...signIn };
        case 'debug':
            return { ...node, type: 'recorder', outcome: node.name === failing ? 'fail' : 'complete' };
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
