import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import RED = require('node-red');

export interface FlowNode {
    id: string;
    type: string;
    name?: string;
    credentials?: Record<string, string>;
    [property: string]: unknown;
}

export interface RuntimeOptions {
    /** Where the pack lies: its package.json tells Node-RED what to load. */
    root: string;
    /** Node-RED writes here and nowhere else. */
    userDir: string;
    flow: readonly FlowNode[];
    /** Tried first; the next free one is taken when it is in use. */
    port: number;
    /** Sees each message that reaches a node. */
    onReceive(nodeId: string, message: Record<string, unknown>): void;
    /** Warnings and errors of the runtime, one line each. */
    onTrouble(text: string): void;
}

/** A line of Node-RED's log; `type` and `name` are those of the node that wrote it. */
interface LogEntry {
    level: number;
    msg: unknown;
    name?: string;
    type?: string;
}

const HOST = '127.0.0.1';
const PORTS_TRIED = 50;
/** Nodes that do not close in this time are left behind, so that the demo ends quickly. */
const CLOSE_TIMEOUT_MS = 2000;
/** Node-RED's numbers; smaller ones are worse. */
const LEVEL_ERROR = 20;
const LEVEL_WARN = 30;
const LABEL = 'mailflow-demo';

/** Runs Node-RED with a flow inside this process. There can be one per process, because Node-RED is a single object. */
export class Runtime {
    readonly #server: Server;

    private constructor(server: Server) {
        this.#server = server;
    }

    /** Resolves when the flow runs. */
    static async start(options: RuntimeOptions): Promise<Runtime> {
        writeUserDir(options.userDir, options.flow);
        const server = createServer((request, response) => void RED.httpAdmin(request, response));
        await listen(server, options.port);
        const runtime = new Runtime(server);
        try {
            RED.init(server, settings(options));
            RED.hooks.add(`onReceive.${LABEL}`, event => {
                options.onReceive(event.destination.id, event.msg as Record<string, unknown>);
            });
            const started = once(RED.events, 'flows:started');
            await RED.start();
            await started;
            return runtime;
        } catch (error) {
            await runtime.stop();
            throw error;
        }
    }

    get url(): string {
        const address = this.#server.address();
        return `http://${HOST}:${address !== null && typeof address === 'object' ? address.port : 0}/`;
    }

    async stop(): Promise<void> {
        RED.hooks.remove(`*.${LABEL}`);
        await RED.stop();
        const closed = once(this.#server, 'close');
        this.#server.close();
        // an open editor keeps its connection for ever
        this.#server.closeAllConnections();
        await closed;
    }
}

/** The flow file, and beside it the credentials, which a flow file never holds. */
function writeUserDir(userDir: string, flow: readonly FlowNode[]): void {
    mkdirSync(userDir, { recursive: true });
    const nodes = flow.map(({ credentials: _credentials, ...node }) => node);
    const credentials = flow.flatMap(({ id, credentials }) => (credentials ? [[id, credentials] as const] : []));
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(nodes));
    writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(Object.fromEntries(credentials)));
}

/** Everything that would reach for the network, or that a demo has no use for, is off. */
function settings(options: RuntimeOptions): Parameters<typeof RED.init>[1] {
    const handler = ({ level, msg, name, type }: LogEntry): void => {
        // warnings without a node are about the set-up of the runtime, which is the demo's own choice
        if (level <= (type === undefined ? LEVEL_ERROR : LEVEL_WARN)) {
            const text = msg instanceof Error ? msg.message : String(msg);
            options.onTrouble(type === undefined ? text : `${name ?? type}: ${text}`);
        }
    };
    return {
        userDir: options.userDir,
        nodesDir: [options.root],
        flowFile: 'flows.json',
        // the credentials of a server in memory are no secret, and the folder is removed in the end
        credentialSecret: false,
        httpAdminRoot: '/',
        httpNodeRoot: false,
        uiHost: HOST,
        nodeCloseTimeout: CLOSE_TIMEOUT_MS,
        telemetry: { enabled: false, updateNotification: false },
        externalModules: {
            autoInstall: false,
            palette: { allowInstall: false, allowUpload: false, allowUpdate: false },
            modules: { allowInstall: false }
        },
        editorTheme: { tours: false, palette: { catalogues: [] } },
        logging: { console: { level: 'off' }, demo: { level: 'warn', handler: () => handler } }
    } as unknown as Parameters<typeof RED.init>[1];
}

/** Takes the wanted port or, when others have it, one of the next, at last any that is free. */
async function listen(server: Server, wanted: number): Promise<void> {
    for (let port = wanted; port < wanted + PORTS_TRIED && port <= 65_535; port++) {
        if (await listens(server, port)) {
            return;
        }
    }
    server.listen(0, HOST);
    await once(server, 'listening');
}

async function listens(server: Server, port: number): Promise<boolean> {
    try {
        server.listen(port, HOST);
        await once(server, 'listening');
        return true;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE' || code === 'EACCES') {
            return false;
        }
        throw error;
    }
}
