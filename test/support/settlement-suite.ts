import assert from 'node:assert/strict';
import helper = require('node-red-node-test-helper');
import type { Outcome } from '../../src/delivery/in-flight';
import { SettlementFlow, hooks, type FlowNode, type Handler } from './settlement-flow';

const HOOKS = ['onSend', 'preRoute', 'preDeliver', 'postDeliver', 'onReceive', 'postReceive', 'onComplete'];

/** For a flow in which a mail fails that still has a branch without an end. */
export const IMPATIENT_MS = 400;

/** Loads a flow that the suite stops after the test. */
export type Load = (
    flow: readonly FlowNode[],
    handlers?: Readonly<Record<string, Handler>>,
    settings?: object,
    failedMs?: number
) => Promise<SettlementFlow>;

/** A suite whose every test runs one flow, and leaves no hook behind when it is stopped. */
export function settlementSuite(title: string, define: (load: Load) => void): void {
    describe(title, () => {
        let flow: SettlementFlow | undefined;

        before(() => helper.startServer());
        afterEach(async () => {
            await flow?.stop();
            flow = undefined;
            assert.deepEqual(hooksInPlace(), [], 'no hook is left behind');
        });
        after(() => helper.stopServer());

        define(async (...given) => (flow = await SettlementFlow.load(...given)));
    });
}

/** The messaging hooks in which the settlement has a callback now. */
export function hooksInPlace(): string[] {
    return HOOKS.filter(hook => hooks.has(`${hook}.mailflow`));
}

/** The node "source", which emits the mails, wired to these. */
export function source(...wires: string[]): FlowNode {
    return { id: 'source', type: 'mail-source', wires: [wires, []] };
}

/** A node that takes part only by receiving and completing. */
export function end(id = 'end'): FlowNode {
    return { id, type: 'custom' };
}

/** A function node; `wires` are those of its first output. */
export function func(id: string, code: string, ...wires: string[]): FlowNode {
    return { id, type: 'function', func: code, outputs: 1, wires: [wires] };
}

export function delay(id: string, milliseconds: number, ...wires: string[]): FlowNode {
    const timing = { pauseType: 'delay', timeout: String(milliseconds), timeoutUnits: 'milliseconds' };
    return { id, type: 'delay', ...timing, rate: '1', rateUnits: 'second', wires: [wires] };
}

/** Splits a text at its line ends, and a list into its items. */
export function split(...wires: string[]): FlowNode {
    const how = { splt: '\\n', spltType: 'str', arraySplt: 1, arraySpltType: 'len' };
    return { id: 'split', type: 'split', ...how, wires: [wires] };
}

/** Sorts the messages of a sequence by their payload. */
export function sort(...wires: string[]): FlowNode {
    const by = { target: 'payload', targetType: 'seq', msgKey: 'payload', msgKeyType: 'elem', order: 'ascending' };
    return { id: 'sort', type: 'sort', ...by, seqKey: 'payload', seqKeyType: 'msg', wires: [wires] };
}

export function assertDone(outcome: Outcome): void {
    assert.deepEqual(outcome, { kind: 'done' });
}

export function assertFailed(outcome: Outcome, reason: RegExp): void {
    assert.equal(outcome.kind, 'failed');
    assert.match((outcome as { reason: string }).reason, reason);
}

export function assertGivenBack(outcome: Outcome, reason: RegExp): void {
    assert.equal(outcome.kind, 'given-back');
    assert.match((outcome as { reason: string }).reason, reason);
}
