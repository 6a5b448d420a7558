import assert from 'node:assert/strict';
import {
    assertDone,
    assertFailed,
    assertGivenBack,
    delay,
    end,
    func,
    hooksInPlace,
    settlementSuite,
    source
} from '../support/settlement-suite';
import type { FlowNode, SettlementFlow } from '../support/settlement-flow';

const LONG = 60_000;
const OTHER: FlowNode = { id: 'other', type: 'tab' };

function on(tab: FlowNode, ...nodes: FlowNode[]): FlowNode[] {
    return nodes.map(node => ({ ...node, z: tab.id }));
}

function change(flow: readonly FlowNode[], id: string, properties: object): FlowNode[] {
    return flow.map(node => (node.id === id ? { ...node, ...properties } : node));
}

/** The source on one tab, everything that takes time on another. */
function overTwoTabs(...nodes: FlowNode[]): FlowNode[] {
    return [
        OTHER,
        source('out'),
        { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [['in']] },
        ...on(OTHER, { id: 'in', type: 'link in', links: ['out'], wires: [['first']] }, ...nodes)
    ];
}

/** Lets a delay node send on what it has, whenever the test has come so far. */
function flush(test: SettlementFlow, delayNode: string): void {
    test.node(delayNode).receive({ flush: true } as never);
}

const WAITING: Array<[string, FlowNode[]]> = [
    ['a delay', [delay('wait', LONG, 'end')]],
    [
        'the queue of a rate limitation',
        [{ ...delay('wait', 0, 'end'), pauseType: 'rate', rate: '1', nbRateUnits: '60', rateUnits: 'second' }]
    ],
    ['a join', [{ id: 'wait', type: 'join', mode: 'custom', build: 'array', count: '9', wires: [['end']] }]],
    ['a batch', [{ id: 'wait', type: 'batch', mode: 'count', count: 9, overlap: 0, wires: [['end']] }]],
    [
        'a link call',
        [
            { id: 'wait', type: 'link call', linkType: 'static', links: ['keep'], timeout: '60', wires: [['end']] },
            { id: 'keep', type: 'link in', links: [], wires: [[]] }
        ]
    ],
    ['a function', [func('wait', `await new Promise(r => node.on('close', () => r())); return msg;`, 'end')]]
];

settlementSuite('settlement over deploys', load => {
    for (const [where, nodes] of WAITING) {
        const flow = [source('first'), func('first', 'node.send(msg); return msg;', 'wait'), ...nodes, end()];

        it(`gives a mail back that is in ${where} when the flows stop`, async () => {
            const test = await load(flow);
            const outcome = test.emit();
            await test.handled('wait');
            await test.stopFlows();
            assertGivenBack(await outcome, /stopped|deployed/);
        });

        it(`gives a mail back that is in ${where} when everything is deployed`, async () => {
            const test = await load(flow);
            const outcome = test.emit();
            await test.handled('wait');
            await test.deploy(flow, 'full');
            assertGivenBack(await outcome, /stopped|deployed/);
        });

        it(`gives a mail back that is in ${where} when that node is deployed anew`, async () => {
            const test = await load(flow);
            const outcome = test.emit();
            await test.handled('wait');
            await test.deploy(change(flow, 'wait', { name: 'changed' }), 'nodes');
            assertGivenBack(await outcome, /stopped|deployed/);
        });
    }

    it('gives a mail back that is at a node that is deleted', async () => {
        const flow = [source('wait'), delay('wait', LONG, 'end'), end()];
        const test = await load(flow);
        const outcome = test.emit();
        await test.handled('wait');
        await test.deploy([source('end'), end()], 'nodes');
        assertGivenBack(await outcome, /stopped/);
    });

    it('gives a mail back that is in a subflow when its instance is deployed anew', async () => {
        const sub = { id: 'sub', type: 'subflow', in: [{ wires: [{ id: 'wait' }] }], out: [] };
        const flow = [sub, { ...delay('wait', LONG), z: 'sub' }, source('one'), { id: 'one', type: 'subflow:sub' }];
        const test = await load(flow);
        const outcome = test.emit();
        await test.handled('one-wait');
        await test.deploy(change(flow, 'one', { name: 'changed' }), 'nodes');
        assertGivenBack(await outcome, /stopped/);
    });

    it('gives a mail back that is in the event loop when the flows stop', async () => {
        const test = await load([source('end'), end()]);
        const outcome = test.emit();
        await test.stopFlows();
        assertGivenBack(await outcome, /stopped/);
        assert.equal(test.received('end').length, 0);
    });

    it('gives a mail back, and does not count a try, when a node fails because it is stopped', async () => {
        const test = await load([source('dies'), { id: 'dies', type: 'custom', does: 'dies' }], {
            dies(_msg, _send, done) {
                this.on('close', () => done(new Error('closed')));
            }
        });
        const outcome = test.emit();
        await test.handled('dies');
        await test.stopFlows();
        assertGivenBack(await outcome, /stopped/);
    });

    it('fails a mail that had failed before the flows stopped', async () => {
        const test = await load([source('bad', 'wait'), func('bad', "throw 'bad'"), delay('wait', LONG)]);
        const outcome = test.emit();
        await test.handled('wait');
        await test.stopFlows();
        assertFailed(await outcome, /bad/);
    });

    it('gives a mail back that is sent to a node just being replaced', async () => {
        const slow = { id: 'slow', type: 'custom', closeMs: 150, wires: [[]] };
        const flow = [source('wait'), { id: 'wait', type: 'custom', does: 'wait', wires: [['slow']] }, slow];
        const test = await load(flow, {
            // its turn comes in the very moment in which the old node is gone and the new one not there
            wait: (msg, send, done) => {
                test.node('slow').on('close', () => {
                    send(msg);
                    done();
                });
            }
        });
        const outcome = test.emit();
        await test.handled('wait');
        await test.deploy(change(flow, 'slow', { name: 'changed' }), 'nodes');
        assertGivenBack(await outcome, /deployed/);
        assert.equal(test.received('slow').length, 0);
    });

    it('goes on with a mail in another flow while its source is deployed', async () => {
        const flow = overTwoTabs(delay('first', LONG, 'end'), end());
        const test = await load(flow);
        const emitted = test.emit('source', LONG);
        await test.handled('first');
        await test.deploy(change(flow, 'source', { name: 'changed' }), 'nodes');
        const adopted = test.find(1);
        assert.ok(adopted, 'the new instance finds it, so that it does not emit it again');
        assert.deepEqual(adopted.message.mail.ref.uid, 1);
        flush(test, 'first');
        assertDone(await adopted.outcome);
        assertDone(await emitted);
        assert.ok(test.find(1), 'until an instance has written the outcome down');
        test.claim(1);
        assert.equal(test.find(1), null);
        assert.equal(test.received('end').length, 1);
    });

    it('hands an adopter the mail as it was emitted, whatever the flow made of it', async () => {
        const flow = overTwoTabs(
            func('first', "delete msg.mail; msg.topic = 'changed'; return msg;", 'wait'),
            delay('wait', 150)
        );
        const test = await load(flow);
        const emitted = test.emit();
        await test.handled('wait');
        const { message } = test.find(1) ?? assert.fail('not found');
        assert.deepEqual([message.topic, message.mail.ref.uid], ['mail 1', 1]);
        assertDone(await emitted);
    });

    it('keeps its hooks for a mail that is still under way when its source is deleted', async () => {
        const flow = overTwoTabs(delay('first', LONG, 'end'), end());
        const test = await load(flow);
        const outcome = test.emit('source', LONG);
        await test.handled('first');
        await test.deploy(
            flow.filter(node => node.id !== 'source'),
            'nodes'
        );
        assert.notDeepEqual(hooksInPlace(), []);
        flush(test, 'first');
        assertDone(await outcome);
        assert.deepEqual(hooksInPlace(), []);
    });

    it('does not mind a deploy that changes wires alone', async () => {
        const flow = [source('wait'), delay('wait', LONG, 'end'), end(), end('end2')];
        const test = await load(flow);
        const outcome = test.emit('source', LONG);
        await test.handled('wait');
        await test.deploy(change(flow, 'wait', { wires: [['end2']] }), 'nodes');
        flush(test, 'wait');
        assertDone(await outcome);
        assert.deepEqual([test.received('end').length, test.received('end2').length], [0, 1]);
    });

    it('settles mails of after a deploy as those of before', async () => {
        const flow = [source('f'), func('f', "if (msg.mail.ref.uid === 2) { throw 'two'; } return msg;", 'end'), end()];
        const test = await load(flow);
        assertDone(await test.emit());
        await test.deploy(change(flow, 'f', { name: 'changed' }), 'full');
        assertFailed(await test.emit(), /two/);
        assertDone(await test.emit());
    });
});
