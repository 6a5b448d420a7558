import type { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import testHelper = require('node-red-node-test-helper');
import { Changes } from './changes';
import { deployFlows } from './deploy-flows';
import { runtimeModule, selectedVersion } from './node-red-version';

/** Some core nodes return a promise. */
export type NodeFile = (RED: NodeAPI) => unknown;
export type FlowConfig = Parameters<typeof testHelper.load>[1];
export type Credentials = NonNullable<Parameters<typeof testHelper.load>[2]>;

export interface RecordedMessage<T extends object = Record<string, unknown>> {
    msg: NodeMessage & T;
    /** Completes the message; only for a recorder with the outcome `hold`. */
    done: (error?: Error) => void;
}

/** What happens to a message at a recorder: completed at once, failed at once, or left to the test. */
type RecorderOutcome = 'complete' | 'fail' | 'hold';

interface Hooks {
    clear(): void;
}

interface RuntimeParts {
    hooks: Hooks;
    runtime: { events: EventEmitter };
}

/** A call as the helper's spies keep it. */
interface SpyCall {
    thisValue: unknown;
    args: unknown[];
}

const runtimePath = runtimeModule(selectedVersion());

/**
 * Registers the mocha hooks that a suite with Node-RED's test helper needs, for the version that NODE_RED names. Call
 * it once inside a `describe`; each test loads its own flow, which is unloaded after it.
 */
export function useNodeRed(): NodeRedUnderTest {
    testHelper.init(runtimePath);
    loadCoreNodesOnce();
    const red = new NodeRedUnderTest();
    before(() => testHelper.startServer());
    afterEach(() => red.unload());
    after(() => testHelper.stopServer());
    return red;
}

/** The helper loads Catch, Status and Complete once per node of a flow, and the runtime refuses the second time. */
function loadCoreNodesOnce(): void {
    const { _nodeModules: modules } = testHelper as unknown as { _nodeModules: Record<string, NodeFile> };
    for (const [type, load] of Object.entries(modules)) {
        let loadedInto: NodeAPI | undefined;
        modules[type] = RED => {
            const isLoaded = RED === loadedInto;
            loadedInto = RED;
            return isLoaded ? undefined : load(RED);
        };
    }
}

/** Loads flows into a runtime without editor and files, and waits for what their nodes do. */
export class NodeRedUnderTest {
    readonly #runtime = require(runtimePath) as RuntimeParts;
    readonly #changes = new Changes();
    #recorded = new Map<string, RecordedMessage[]>();
    #loaded = false;

    /**
     * Starts a flow. Beside the given nodes it may use the types `recorder`, which keeps every message and completes
     * it (property `outcome`: `complete`, `fail` or `hold`), and the helper's own `helper`, which never completes.
     */
    async loadFlow(nodes: NodeFile | readonly NodeFile[], flow: FlowConfig, credentials?: Credentials): Promise<void> {
        this.#recorded = new Map();
        this.#loaded = true;
        const withHooks = [nodes].flat().map(node => (RED: NodeAPI) => {
            // the helper leaves the hooks out; those of the runtime work
            Object.assign(RED, { hooks: this.#runtime.hooks });
            // some core nodes register only when what they import has been loaded; the helper waits for that
            return node(RED);
        });
        await testHelper.load([...withHooks, RED => this.#registerRecorder(RED)], flow, credentials);
        for (const { id, type } of flow) {
            if (type === 'helper') {
                testHelper
                    .getNode(id)
                    .on('input', (msg: NodeMessage) => this.#record(id, { msg, done: () => undefined }));
            }
        }
    }

    /** Deploys another flow over the running one and resolves when it has started. */
    async deploy(
        flow: FlowConfig,
        type: 'full' | 'flows' | 'nodes' = 'full',
        credentials?: Credentials
    ): Promise<void> {
        await deployFlows(this.#runtime.runtime.events, flow, type, credentials);
    }

    /** Typed as present: a flow that does not hold the node is a broken test, and fails at the first use. */
    node(id: string): Node {
        return testHelper.getNode(id);
    }

    /** supertest on the admin routes of the loaded nodes. */
    request(): unknown {
        return testHelper.request();
    }

    /** Everything that reached a `recorder` or `helper` so far. */
    recorded(id: string): readonly RecordedMessage[] {
        return this.#recorded.get(id) ?? [];
    }

    /** Resolves with the n-th message (default: the first) that reached a `recorder` or `helper`, old or new. */
    async waitForMessage<T extends object = Record<string, unknown>>(
        id: string,
        options: { count?: number; timeoutMs?: number } = {}
    ): Promise<NodeMessage & T> {
        const { count = 1, timeoutMs } = options;
        const what = (): string => `message ${count} at "${id}", ${this.recorded(id).length} came`;
        const found = await this.#changes.until(() => this.recorded(id)[count - 1], what, timeoutMs);
        return found.msg as NodeMessage & T;
    }

    /** Every status the node has shown since the flow was loaded, the one set by its constructor included. */
    statuses(id: string): unknown[] {
        return this.#calls(id, 'status').map(([status]) => status);
    }

    /** Every call of `node.error`, with its arguments. */
    errors(id: string): unknown[][] {
        return this.#calls(id, 'error');
    }

    /** Every call of `node.warn`, with its arguments. */
    warnings(id: string): unknown[][] {
        return this.#calls(id, 'warn');
    }

    /** Resolves with the first status, old or new, whose text matches. */
    async waitForStatus(id: string, text: RegExp, timeoutMs?: number): Promise<unknown> {
        const matches = (status: unknown): boolean => text.test(String((status as { text?: string }).text ?? ''));
        const what = (): string => `a status like ${text} of "${id}" after ${JSON.stringify(this.statuses(id))}`;
        return this.#untilCall(id, 'status', () => this.statuses(id).find(matches), what, timeoutMs);
    }

    /** Resolves with the arguments of the first call of `node.error`, old or new, whose text matches. */
    async waitForError(id: string, text: RegExp, timeoutMs?: number): Promise<unknown[]> {
        const matches = ([error]: unknown[]): boolean => text.test(String(error));
        const what = (): string => `an error like ${text} of "${id}" after ${this.errors(id).map(String).join('; ')}`;
        return this.#untilCall(id, 'error', () => this.errors(id).find(matches), what, timeoutMs);
    }

    /** Stops the flow and removes hooks that nodes left behind; done after each test by useNodeRed. */
    async unload(): Promise<void> {
        if (this.#loaded) {
            this.#loaded = false;
            await testHelper.unload();
            this.#runtime.hooks.clear();
        }
    }

    #registerRecorder(RED: NodeAPI): void {
        const record = (id: string, message: RecordedMessage): void => this.#record(id, message);
        RED.nodes.registerType('recorder', function (this: Node, config) {
            RED.nodes.createNode(this, config);
            const { outcome = 'complete' } = config as { outcome?: RecorderOutcome };
            this.on('input', (msg, _send, done) => {
                record(this.id, { msg: msg as RecordedMessage['msg'], done });
                if (outcome === 'complete') {
                    done();
                } else if (outcome === 'fail') {
                    done(new Error('the recorder fails on purpose'));
                }
            });
        });
    }

    #record(id: string, message: RecordedMessage): void {
        const messages = this.#recorded.get(id) ?? [];
        this.#recorded.set(id, [...messages, message]);
        this.#changes.notify();
    }

    /** The helper's spies sit on the prototype and see the calls of all nodes. */
    #calls(id: string, method: 'status' | 'error' | 'warn'): unknown[][] {
        const node = this.node(id);
        const spy = node[method] as unknown as { getCalls(): SpyCall[] };
        return spy
            .getCalls()
            .filter(call => call.thisValue === node)
            .map(call => call.args);
    }

    async #untilCall<T>(
        id: string,
        method: 'status' | 'error',
        look: () => T | undefined,
        what: () => string,
        timeoutMs: number | undefined
    ): Promise<T> {
        const emitter = this.node(id) as unknown as EventEmitter;
        const notify = (): void => this.#changes.notify();
        emitter.on(`call:${method}`, notify);
        try {
            return await this.#changes.until(look, what, timeoutMs);
        } finally {
            emitter.removeListener(`call:${method}`, notify);
        }
    }
}
