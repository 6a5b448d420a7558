import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import helper = require('node-red-node-test-helper');
import { Changes } from './changes';
import { createTempFolder, type TempFolder } from './temp-folder';

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

const RUNTIME = require.resolve(process.env.NODE_RED ?? 'node-red');
const ROOT = join(__dirname, '..', '..');
const CORE_NODES = ['function/10-function', 'common/21-debug', 'common/90-comment'];
const PACK = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    'node-red': { nodes: Record<string, string> };
};

helper.init(RUNTIME);

export function readExample(name: string): ExampleNode[] {
    return JSON.parse(readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8')) as ExampleNode[];
}

/** Runs an example flow as it is delivered, with its accounts on test servers, and keeps what reaches its debug nodes. */
export class ExampleRun {
    readonly #flow: ExampleNode[];
    readonly #servers: ExampleServers;
    readonly #received = new Map<string, Message[]>();
    readonly #changes = new Changes();
    readonly #userDir: TempFolder;
    readonly #outerEnvironment = new Map<string, string | undefined>();

    private constructor(name: string, servers: ExampleServers) {
        this.#servers = servers;
        this.#flow = readExample(name).map(node => pointAt(node, servers));
        this.#userDir = createTempFolder('example');
    }

    /** Resolves when the flow watches its mailbox. The caller must `stop()` it. */
    static async start(name: string, servers: ExampleServers): Promise<ExampleRun> {
        const run = new ExampleRun(name, servers);
        try {
            await run.#start();
            return run;
        } catch (error) {
            await run.stop();
            throw error;
        }
    }

    /** What reached the debug node of this name so far. */
    received(debugNode: string): readonly Message[] {
        return this.#received.get(debugNode) ?? [];
    }

    /** Resolves with the messages of a debug node when there are so many. */
    waitFor(debugNode: string, count: number): Promise<readonly Message[]> {
        const what = (): string => {
            const others = [...this.#received].map(([name, messages]) => `${name} has ${messages.length}`);
            return `${count} messages at "${debugNode}"; ${others.join(', ')}`;
        };
        const look = (): readonly Message[] | false =>
            this.received(debugNode).length >= count && this.received(debugNode);
        return this.#changes.until(look, what, 20_000);
    }

    async stop(): Promise<void> {
        await helper.unload();
        for (const [name, value] of this.#outerEnvironment) {
            setVariable(name, value);
        }
        this.#userDir.remove();
    }

    async #start(): Promise<void> {
        for (const [name, value] of Object.entries(this.#servers.environment)) {
            this.#outerEnvironment.set(name, process.env[name]);
            setVariable(name, value);
        }
        helper.settings({ userDir: this.#userDir.path });
        const nodes = this.#flow.map(({ credentials: _credentials, ...node }) => node);
        const credentials = this.#flow.flatMap(node => (node.credentials ? [[node.id, node.credentials]] : []));
        await helper.load(nodeFiles(), nodes, Object.fromEntries(credentials) as Record<string, object>);
        this.#flow.filter(node => node.type === 'debug').forEach(node => this.#record(node));
        await this.#watching();
    }

    #record({ id, name = id }: ExampleNode): void {
        helper.getNode(id).on('input', message => {
            this.#received.set(name, [...this.received(name), message as Message]);
            this.#changes.notify();
        });
    }

    /** The input node is green from its first look at the mailbox on. */
    async #watching(): Promise<void> {
        const input = helper.getNode(this.#flow.find(node => node.type === 'imap-in')?.id ?? '');
        const shown = input.status as unknown as { thisValues: Node[]; args: Array<[{ fill?: string }]> };
        (input as EventEmitter).on('call:status', () => this.#changes.notify());
        await this.#changes.until(
            () => shown.args.some(([status], index) => shown.thisValues[index] === input && status.fill === 'green'),
            'a green imap-in'
        );
    }
}

function pointAt(node: ExampleNode, { imapPort, smtpPort }: ExampleServers): ExampleNode {
    const port = node.type === 'imap-account' ? imapPort : node.type === 'smtp-account' ? smtpPort : undefined;
    return port === undefined ? node : { ...node, port, security: 'none' };
}

function nodeFiles(): Array<(RED: NodeAPI) => void> {
    const runtime = createRequire(RUNTIME);
    const own = Object.keys(PACK['node-red'].nodes).map(type => join(ROOT, 'nodes', type));
    const core = CORE_NODES.map(file => runtime.resolve(`@node-red/nodes/core/${file}.js`));
    return [...own, ...core].map(file => require(file) as (RED: NodeAPI) => void);
}

function setVariable(name: string, value: string | undefined): void {
    if (value === undefined) {
        delete process.env[name];
    } else {
        process.env[name] = value;
    }
}
