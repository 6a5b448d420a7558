import {
    assertDone,
    assertFailed,
    assertGivenBack,
    delay,
    end,
    func,
    settlementSuite,
    source
} from '../support/settlement-suite';
import assert from 'node:assert/strict';
import type { FlowNode } from '../support/settlement-flow';

const PASSING: Array<[string, FlowNode]> = [
    ['a change node', { id: 'n', type: 'change', rules: [{ t: 'set', p: 'x', pt: 'msg', to: '1', tot: 'num' }] }],
    ['a template', { id: 'n', type: 'template', template: 'Hello', field: 'payload', fieldType: 'msg' }],
    ['a json node', { id: 'n', type: 'json', property: 'parsed' }],
    ['a junction', { id: 'n', type: 'junction' }],
    ['a fixed delay', delay('n', 20)],
    [
        'a random delay',
        { id: 'n', type: 'delay', pauseType: 'random', randomFirst: '1', randomLast: '20', randomUnits: 'milliseconds' }
    ],
    ['a function', func('n', 'return msg;')],
    ['an asynchronous function', func('n', 'await new Promise(r => setTimeout(r, 20)); return msg;')],
    ['a function that sends several messages', func('n', 'node.send(msg); node.send([[msg, msg]]); return [msg];')],
    ['a function that completes by itself', func('n', 'setTimeout(() => { node.send(msg); node.done(); }, 20);')],
    [
        'a trigger',
        { id: 'n', type: 'trigger', op1: '1', op1type: 'str', op2: '', op2type: 'nul', duration: '5', units: 'ms' }
    ]
];

settlementSuite('settlement by the flow', load => {
    for (const [name, node] of PASSING) {
        it(`settles a mail behind ${name}, when the last node has finished`, async () => {
            const test = await load(
                [source('n'), { ...node, wires: [['slow']] }, func('slow', SLEEP, 'end'), end()],
                {}
            );
            assertDone(await test.emit());
            assert.ok(test.received('end').length >= 1);
        });
    }

    it('settles a mail that ends in a debug node', async () => {
        const debug = { id: 'n', type: 'debug', active: true, complete: 'payload', targetType: 'msg' };
        assertDone(await (await load([source('n'), debug])).emit());
    });

    it('settles a mail that ends in a function that returns nothing', async () => {
        assertDone(await (await load([source('n'), func('n', 'return null;', 'end'), end()])).emit());
    });

    it('settles a mail that goes on to an output without a wire', async () => {
        assertDone(await (await load([source('n'), func('n', 'return msg;')])).emit());
    });

    it('settles a mail that goes on to a disabled node', async () => {
        assertDone(
            await (await load([source('n'), func('n', 'return msg;', 'off'), { ...end('off'), d: true }])).emit()
        );
    });

    it('gives a mail back that nobody received, because nothing is wired to the source', async () => {
        assertGivenBack(await (await load([source()])).emit(), /nothing is wired/);
    });

    it('gives a mail back that nobody received, because the one receiver is disabled', async () => {
        assertGivenBack(await (await load([source('off'), { ...end('off'), d: true }])).emit(), /disabled/);
    });

    it('waits for every branch', async () => {
        const test = await load([source('a', 'b'), func('a', 'return msg;', 'end'), delay('b', 60, 'end'), end()]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 2);
    });

    it('fails a mail when one branch of several failed', async () => {
        const test = await load([source('a', 'b'), func('a', 'throw new Error("bad");'), delay('b', 30, 'end'), end()]);
        assertFailed(await test.emit(), /bad/);
        assert.equal(test.received('end').length, 1, 'the other branch is awaited');
    });

    it('follows a mail through rate limitation', async () => {
        const limit = { pauseType: 'rate', rate: '50', rateUnits: 'second', nbRateUnits: '1', drop: false };
        const test = await load([source('n'), { ...delay('n', 1, 'end'), ...limit }, end()]);
        assert.deepEqual(await test.emitMany(5), Array(5).fill('done'));
        assert.equal(test.received('end').length, 5);
    });

    it('settles what a rate limitation drops', async () => {
        const limit = { pauseType: 'rate', rate: '1', rateUnits: 'second', nbRateUnits: '1', drop: true };
        const test = await load([source('n'), { ...delay('n', 1, 'end'), ...limit }, end()]);
        assert.deepEqual(await test.emitMany(3), Array(3).fill('done'));
        assert.equal(test.received('end').length, 1);
    });

    it('follows a mail from link out to link in on another tab', async () => {
        const test = await load([
            { id: 'other', type: 'tab' },
            source('out'),
            { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [['in']] },
            { id: 'in', type: 'link in', z: 'other', links: ['out'], wires: [['slow']] },
            { ...func('slow', SLEEP, 'end'), z: 'other' },
            { ...end(), z: 'other' }
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('follows a mail into a link call and back', async () => {
        const test = await load([...linkCall({ links: ['in'], timeout: '5' }), end()]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('counts a Complete node and what follows it', async () => {
        const complete = { id: 'complete', type: 'complete', scope: ['n'], wires: [['slow']] };
        const test = await load([source('n'), func('n', 'return null;'), complete, func('slow', SLEEP, 'end'), end()]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('fails a mail when what follows a Complete node fails', async () => {
        const complete = { id: 'complete', type: 'complete', scope: ['n'], wires: [['bad']] };
        const test = await load([
            source('n'),
            func('n', 'return null;'),
            complete,
            func('bad', 'throw new Error("late")')
        ]);
        assertFailed(await test.emit(), /late/);
    });

    it('settles once when a node calls done twice', async () => {
        const test = await load(
            [
                source('twice'),
                { id: 'twice', type: 'custom', does: 'twice', wires: [['slow']] },
                delay('slow', 40, 'end'),
                end()
            ],
            {
                twice: (msg, send, done) => {
                    send(msg);
                    done();
                    done();
                }
            }
        );
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('lets the time limit decide about a node that never completes', async () => {
        const test = await load([source('never'), { id: 'never', type: 'custom', does: 'never' }], {
            never: () => undefined
        });
        assertFailed(await test.emit('source', 150), /did not finish with the mail in 0.15 s/);
    });

    it('ignores what a flow still sends of a mail whose time was over', async () => {
        const test = await load([
            source('slow'),
            delay('slow', 150, 'bad'),
            func('bad', 'throw new Error("late")', 'end'),
            end('end')
        ]);
        const outcome = await test.emit('source', 50);
        assertFailed(outcome, /did not finish/);
    });
});

const SLEEP = 'await new Promise(r => setTimeout(r, 30)); return msg;';

function linkCall(call: object): FlowNode[] {
    return [
        source('call'),
        { id: 'call', type: 'link call', linkType: 'static', ...call, wires: [['end']] },
        { id: 'in', type: 'link in', links: [], wires: [['slow']] },
        func('slow', SLEEP, 'back'),
        { id: 'back', type: 'link out', mode: 'return', links: [] }
    ];
}
