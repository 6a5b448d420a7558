import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { now } from '../measure/clock';
import type { HookFigures } from '../measure/hook-figures';
import { reportFigures } from '../measure/report-arrival';

/** What the settlement of a runtime offers to nodes that need hooks. */
interface Hooks {
    acquire(nodeId: string): void;
    release(nodeId: string): void;
}

const ROUNDS = 15;
const AT_ONCE = 100;
const HOOKS = ['onSend', 'preRoute', 'preDeliver', 'postDeliver', 'onReceive', 'postReceive', 'onComplete'];

/** Sends messages to a bench-sink, in turns with and without the hooks by which imap-in follows its mails. */
export = function (RED: NodeAPI): void {
    process.once('disconnect', () => process.exit());
    let received: () => void = () => undefined;

    function SinkNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        this.on('input', (_msg, _send, done) => {
            done();
            received();
        });
    }

    function MessagesNode(this: Node, config: NodeDef & { messages: number }): void {
        RED.nodes.createNode(this, config);
        const { settlementOf } = require(
            join(process.env['BENCH_PROJECT'] ?? '', 'dist/src/runtime/settlement.js')
        ) as { settlementOf: (runtime: NodeAPI) => Hooks };
        const settlement = settlementOf(RED);
        const hooks = (RED as unknown as { hooks: { has(name: string): boolean } }).hooks;

        const round = async (): Promise<number> => {
            const begun = now();
            for (let sent = 0; sent < config.messages; sent += AT_ONCE) {
                await new Promise<void>(resolve => {
                    let open = AT_ONCE;
                    received = () => --open === 0 && resolve();
                    for (let index = 0; index < AT_ONCE; index++) {
                        this.send({ payload: index });
                    }
                });
            }
            return ((now() - begun) / config.messages) * 1_000;
        };

        const measure = async (): Promise<void> => {
            const figures: HookFigures = { without: [], with: [], left: [] };
            // the first rounds are the compiler's
            for (let turn = -3; turn < ROUNDS; turn++) {
                const without = await round();
                settlement.acquire('bench');
                const withHooks = await round();
                settlement.release('bench');
                if (turn >= 0) {
                    figures.without.push(without);
                    figures.with.push(withHooks);
                }
            }
            figures.left = HOOKS.filter(name => hooks.has(name));
            reportFigures(figures);
        };
        setTimeout(() => void measure(), 500);
    }

    RED.nodes.registerType('bench-sink', SinkNode);
    RED.nodes.registerType('bench-messages', MessagesNode);
};
