import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper = require('node-red-node-test-helper');
import type { QuietTimes } from '../../src/delivery/flow-tracker';
import { mailKey, type InFlightMail, type Outcome } from '../../src/delivery/in-flight';
import { snapshot } from '../../src/delivery/mail-reader';
import type { MailMessage } from '../../src/message/types';
import { Settlement } from '../../src/runtime/settlement';
import { Changes } from './changes';
import { deployFlows } from './deploy-flows';

export type FlowNode = { id: string; type: string } & Record<string, unknown>;
export type FlowMessage = NodeMessage & Record<string, unknown>;
/** What a node of the type `custom` does with a message. */
export type Handler = (
    this: Node,
    msg: FlowMessage,
    send: (msg: unknown) => void,
    done: (error?: unknown) => void
) => void;

interface Hooks {
    add(name: string, callback: (event: never) => unknown): void;
    remove(name: string): void;
    has(name: string): boolean;
    clear(): void;
}

interface CustomConfig {
    /** Name of its handler; without one it passes messages on. */
    does?: string;
    /** True for a node that does not tell the runtime when it has completed a message. */
    silent?: boolean;
    /** True for a handler that takes what it gets as a list: the runtime counts no parameter at all. */
    rest?: boolean;
    /** How long it takes to close. */
    closeMs?: number;
}

interface MailSource extends Node {
    wires: string[][];
    emitMail(uid: number, timeoutMs: number): Promise<Outcome>;
}

/** Nodes without a place in a flow. */
const CONFIG_TYPES = ['mqtt-broker', 'websocket-listener'];
const RUNTIME = require.resolve(process.env.NODE_RED ?? 'node-red');
const CORE_NODES = [
    'common/05-junction',
    'common/21-debug',
    'common/60-link',
    'function/10-function',
    'function/10-switch',
    'function/15-change',
    'function/80-template',
    'function/89-delay',
    'function/89-trigger',
    'function/90-exec',
    'function/rbe',
    'network/10-mqtt',
    'network/21-httprequest',
    'network/22-websocket',
    'network/31-tcpin',
    'parsers/70-CSV',
    'parsers/70-HTML',
    'parsers/70-JSON',
    'parsers/70-XML',
    'parsers/70-YAML',
    'sequence/17-split',
    'sequence/18-sort',
    'sequence/19-batch',
    'storage/10-file'
];

// before anything else: the server that a test starts has to be of the same runtime
helper.init(RUNTIME);

/**
 * Short, so that a test of a node that says nothing does not wait long; but a busy process must not take the other
 * branches of a failed mail for endless.
 */
const QUIET_TIMES = { silentMs: 120, erredMs: 200, failedMs: 5_000 };
/** Label of the hook by which a test sees where messages are. */
const WATCH = 'settlement-flow';
const TIMEOUT_MS = 8_000;

/** The messaging hooks of the runtime under test; the helper does not hand them to nodes. */
export const { hooks, runtime } = require(RUNTIME) as { hooks: Hooks; runtime: { events: EventEmitter } };

/** Runs a flow of real core nodes behind a source that emits mails as imap-in does, and tells how each mail ended. */
export class SettlementFlow {
    settlement!: Settlement;
    /** Messages that reached `custom` nodes, by node id. */
    readonly #received = new Map<string, FlowMessage[]>();
    readonly #handled = new Set<string>();
    readonly #changes = new Changes();
    readonly #handlers: Readonly<Record<string, Handler>>;
    readonly #quietTimes: QuietTimes;
    #nextUid = 1;

    private constructor(handlers: Readonly<Record<string, Handler>>, failedMs = QUIET_TIMES.failedMs) {
        this.#handlers = handlers;
        this.#quietTimes = { ...QUIET_TIMES, failedMs };
    }

    /**
     * Loads a flow and resolves when it runs. The caller must `stop()` it.
     *
     * @param flow nodes without `z` come to lie on the tab "tab".
     * @param handlers what the nodes of the type `custom` do, by their property `does`.
     * @param failedMs how long a failed mail waits for its other branches; for a test in which they never end.
     */
    static async load(
        flow: readonly FlowNode[],
        handlers: Readonly<Record<string, Handler>> = {},
        settings: object = {},
        failedMs?: number
    ): Promise<SettlementFlow> {
        const test = new SettlementFlow(handlers, failedMs);
        helper.settings({ runtimeSyncDelivery: false, ...settings });
        try {
            hooks.add(`postReceive.${WATCH}`, event => test.#note(event));
            await helper.load([...test.#nodeTypes(), ...coreNodes()], placed(flow));
            return test;
        } catch (error) {
            await test.stop();
            throw error;
        }
    }

    /** Emits one mail, or rather a message with the ids of one, and resolves with how its way through the flow ended. */
    emit(source = 'source', timeoutMs = TIMEOUT_MS): Promise<Outcome> {
        return (helper.getNode(source) as MailSource).emitMail(this.#nextUid++, timeoutMs);
    }

    /** Emits so many mails in one turn of the event loop; resolves with the kinds of their outcomes, in that order. */
    async emitMany(count: number, source = 'source'): Promise<string[]> {
        const outcomes = await Promise.all(Array.from({ length: count }, () => this.emit(source)));
        return outcomes.map(outcome => outcome.kind);
    }

    /** The mail with this number as a new instance of its node would find it. */
    find(uid: number, source = 'source'): InFlightMail | null {
        return this.settlement.inFlight.find(mailKey(source, refOf(uid)));
    }

    /** What the node does once the outcome of the mail is written down. */
    claim(uid: number, source = 'source'): void {
        this.settlement.inFlight.claim(mailKey(source, refOf(uid)));
    }

    node(id: string): Node {
        return helper.getNode(id);
    }

    received(nodeId: string): readonly FlowMessage[] {
        return this.#received.get(nodeId) ?? [];
    }

    /** Resolves when so many messages reached a `custom` node. */
    reached(nodeId: string, count = 1): Promise<readonly FlowMessage[]> {
        return this.#changes.until(
            () => this.received(nodeId).length >= count && this.received(nodeId),
            `${count} messages at ${nodeId}`
        );
    }

    /** Resolves when a node, of whatever type, has been given a message. */
    handled(nodeId: string): Promise<true> {
        return this.#changes.until(() => this.#handled.has(nodeId), `a message at ${nodeId}`);
    }

    deploy(flow: readonly FlowNode[], type: 'full' | 'flows' | 'nodes'): Promise<void> {
        return deployFlows(runtime.events, placed(flow), type);
    }

    /** Stops the flows as a runtime does that goes on without them. */
    stopFlows(): Promise<void> {
        return helper.clearFlows();
    }

    async stop(): Promise<void> {
        hooks.remove(`*.${WATCH}`);
        await helper.unload();
    }

    #note(event: { destination: { id: string } }): void {
        this.#handled.add(event.destination.id);
        this.#changes.notify();
    }

    #nodeTypes(): Array<(RED: NodeAPI) => void> {
        const prepare = (RED: NodeAPI): void => {
            Object.assign(RED, { hooks });
            this.settlement = new Settlement(RED as never, this.#quietTimes);
        };
        const source = (RED: NodeAPI): void => this.#registerSource(RED);
        const custom = (RED: NodeAPI): void => this.#registerCustom(RED);
        return [prepare, source, custom];
    }

    #registerSource(RED: NodeAPI): void {
        const settlement = this.settlement;
        RED.nodes.registerType('mail-source', function (this: MailSource, config): void {
            RED.nodes.createNode(this, config);
            settlement.acquire(this.id);
            this.emitMail = (uid, timeoutMs) => {
                const message = { ...mail(uid), _msgid: RED.util.generateId() } as unknown as MailMessage;
                const send = (): boolean => {
                    this.send([message as unknown as NodeMessage, null]);
                    return this.wires.some(wires => wires.length > 0);
                };
                const kept = { message: snapshot(message), fingerprint: 'print' };
                return settlement.followFlow(mailKey(this.id, refOf(uid)), message, kept, timeoutMs, send);
            };
            this.on('close', () => settlement.release(this.id));
        });
    }

    #registerCustom(RED: NodeAPI): void {
        const handlers = this.#handlers;
        const note = (id: string, msg: FlowMessage): void => {
            this.#received.set(id, [...this.received(id), msg]);
            this.#changes.notify();
        };
        RED.nodes.registerType('custom', function (this: Node, config): void {
            RED.nodes.createNode(this, config);
            const { does, silent, rest, closeMs } = config as unknown as CustomConfig;
            const handler = handlers[does ?? ''] ?? passOn;
            const run: Handler = (msg, send, done) => {
                note(this.id, msg);
                handler.call(this, msg, send, done);
            };
            if (silent) {
                // a handler with one parameter: the runtime will never hear that it has completed
                const nothing = (): void => undefined;
                this.on('input', ((msg: FlowMessage) =>
                    run.call(this, msg, this.send.bind(this) as never, nothing)) as never);
            } else if (rest) {
                this.on('input', ((...all: Parameters<Handler>) => run.apply(this, all)) as never);
            } else {
                this.on('input', (msg, send, done) => run.call(this, msg as FlowMessage, send as never, done as never));
            }
            if (closeMs !== undefined) {
                this.on('close', (closed: () => void) => setTimeout(closed, closeMs));
            }
        });
    }
}

const passOn: Handler = (msg, send, done) => {
    send(msg);
    done();
};

function coreNodes(): Array<(RED: NodeAPI) => void> {
    const { resolve } = createRequire(RUNTIME);
    return CORE_NODES.map(file => require(resolve(`@node-red/nodes/core/${file}.js`)) as (RED: NodeAPI) => void);
}

/** Node-RED takes a node without coordinates for a config node, and lets flow nodes be on tabs or in subflows only. */
function placed(flow: readonly FlowNode[]): FlowNode[] {
    const tabs = new Set(flow.filter(node => node.type === 'tab').map(node => node.id));
    const own = tabs.has('tab') ? [] : [{ id: 'tab', type: 'tab', label: 'tab' }];
    const unplaced = ['tab', 'subflow', ...CONFIG_TYPES];
    const nodes = flow.map(node =>
        unplaced.includes(node.type) ? node : { z: 'tab', x: 0, y: 0, wires: [], ...node }
    );
    return structuredClone([...own, ...nodes]);
}

function refOf(uid: number): MailMessage['mail']['ref'] {
    return { account: 'account', folder: 'INBOX', uidValidity: '1', uid };
}

function mail(uid: number): object {
    const delivery = { id: `delivery-${uid}`, attempt: 1 };
    return { payload: 'text', topic: `mail ${uid}`, attachments: [], mail: { ref: refOf(uid), delivery } };
}
