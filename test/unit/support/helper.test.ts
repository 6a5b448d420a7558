import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { useNodeRed, type FlowConfig } from '../../support/helper';

/** Shows its `text` as status and passes messages on; fails when the payload is "bad". */
function passOn(RED: NodeAPI): void {
    RED.nodes.registerType('pass-on', function (this: Node, config) {
        RED.nodes.createNode(this, config);
        this.status({ text: (config as unknown as { text: string }).text });
        this.on('input', (msg, send, done) => {
            if (msg.payload === 'bad') {
                done(new Error('bad payload'));
            } else {
                send(msg);
                done();
            }
        });
    });
}

/** Counts completed messages through the runtime's hooks. */
function countCompleted(RED: NodeAPI): void {
    const { hooks } = RED as unknown as { hooks: { add(id: string, callback: (event: object) => void): void } };
    RED.nodes.registerType('count-completed', function (this: Node, config) {
        RED.nodes.createNode(this, config);
        let count = 0;
        hooks.add('onComplete.count', _event => this.status({ text: `${++count} completed` }));
    });
}

function flow(text: string, outcome = 'complete'): FlowConfig {
    return [
        { id: 'tab', type: 'tab' },
        { id: 'in', type: 'pass-on', z: 'tab', text, wires: [['out', 'end']] },
        { id: 'out', type: 'helper', z: 'tab' },
        { id: 'end', type: 'recorder', z: 'tab', outcome, wires: [] },
        { id: 'counter', type: 'count-completed', z: 'tab', wires: [] }
    ];
}

describe('the wrapped test helper', () => {
    const red = useNodeRed();

    it('hands out what reaches the end of a flow', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready'));
        red.node('in').receive({ payload: 'one' });
        red.node('in').receive({ payload: 'two' });
        assert.equal((await red.waitForMessage('out')).payload, 'one');
        assert.equal((await red.waitForMessage('end', { count: 2 })).payload, 'two');
    });

    it('starts every test with a clean record and without old hooks', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready'));
        assert.equal(red.recorded('end').length, 0);
        red.node('in').receive({ payload: 'one' });
        await red.waitForStatus('counter', /^2 completed$/);
        assert.deepEqual(red.statuses('counter'), [{ text: '1 completed' }, { text: '2 completed' }]);
    });

    it('leaves completion to the test when told to hold', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready', 'hold'));
        red.node('in').receive({ payload: 'one' });
        await red.waitForStatus('counter', /^1 completed$/);
        await red.waitForMessage('end');
        red.recorded('end')[0]?.done();
        await red.waitForStatus('counter', /^2 completed$/);
    });

    it('shows statuses and errors of a node, also those of its constructor', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready', 'fail'));
        assert.deepEqual(red.statuses('in'), [{ text: 'ready' }]);
        red.node('in').receive({ payload: 'bad' });
        await red.waitForError('in', /bad payload/);
        red.node('in').receive({ payload: 'good' });
        await red.waitForError('end', /on purpose/);
    });

    it('deploys a changed flow over the running one', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready'));
        await red.deploy(flow('changed'), 'nodes');
        await red.waitForStatus('in', /changed/);
    });

    it('names what it waited for', async () => {
        await red.loadFlow([passOn, countCompleted], flow('ready'));
        await assert.rejects(red.waitForMessage('out', { timeoutMs: 10 }), /message 1 at "out", 0 came/);
        await assert.rejects(red.waitForStatus('in', /red/, 10), /a status like \/red\/ of "in" after .*ready/);
    });
});
