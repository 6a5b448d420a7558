import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertDone, assertFailed, delay, end, func, settlementSuite, source } from '../support/settlement-suite';
import { hooks, type FlowNode } from '../support/settlement-flow';

const FOREIGN = 'settlement-foreign';
const SYNC = { runtimeSyncDelivery: true };

/** Uses what is delivered in different ways: several wires, a switch, parts, a subflow, a Catch node. */
const MIXED: FlowNode[] = [
    { id: 'sub', type: 'subflow', in: [{ wires: [{ id: 'inner' }] }], out: [{ wires: [{ id: 'inner', port: 0 }] }] },
    { id: 'inner', z: 'sub', type: 'function', func: 'return msg;', outputs: 1, wires: [[]] },
    source('switch', 'lines'),
    {
        id: 'switch',
        type: 'switch',
        property: 'mail.ref.uid',
        propertyType: 'msg',
        rules: [{ t: 'lt', v: '5', vt: 'num' }],
        checkall: 'true',
        wires: [['one']]
    },
    { id: 'one', type: 'subflow:sub', wires: [['third']] },
    func('third', "if (msg.mail.ref.uid === 3) { throw new Error('third'); } return msg;", 'end'),
    // longer than the way to the Catch node: what comes to that after all else has ended cannot be known
    delay('slow', 60, 'split'),
    func('lines', "msg.payload = 'a\\nb'; return msg;", 'slow'),
    { id: 'split', type: 'split', splt: '\\n', spltType: 'str', arraySplt: 1, wires: [['fourth']] },
    func('fourth', "if (msg.mail.ref.uid === 4) { throw new Error('fourth'); } return msg;", 'join'),
    { id: 'join', type: 'join', mode: 'auto', wires: [['end']] },
    { id: 'catch', type: 'catch', scope: ['third'], wires: [['care']] },
    delay('care', 30, 'end'),
    end()
];
const MIXED_OUTCOMES = ['done', 'done', 'done', 'failed', 'done', 'done'];

settlementSuite('settlement in runtimes with other habits', load => {
    afterEach(() => hooks.remove(`*.${FOREIGN}`));

    describe('with synchronous delivery', () => {
        it('gives each of several mails in a mixed flow its own outcome', async () => {
            const test = await load(MIXED, {}, SYNC);
            assert.deepEqual(await test.emitMany(6), MIXED_OUTCOMES);
        });

        it('settles a mail that is through the whole flow before it was sent', async () => {
            const test = await load([source('n'), func('n', 'return msg;', 'end'), end()], {}, SYNC);
            assertDone(await test.emit());
            assert.equal(test.received('end').length, 1);
        });

        it('waits for a branch that takes longer', async () => {
            const test = await load([source('a', 'b'), end('a'), delay('b', 50, 'end'), end()], {}, SYNC);
            assertDone(await test.emit());
            assert.equal(test.received('end').length, 1);
        });

        it('fails a mail when a handler throws', async () => {
            const test = await load(
                [source('throws'), { id: 'throws', type: 'custom', does: 'throws' }],
                { throws: () => assert.fail('in the same stack') },
                SYNC
            );
            assertFailed(await test.emit(), /in the same stack/);
        });
    });

    for (const hook of ['preRoute', 'onReceive']) {
        it(`waits while a foreign ${hook} hook holds messages up, as a debugger does`, async () => {
            hooks.add(`${hook}.${FOREIGN}`, _event => sleep(15));
            const test = await load(MIXED);
            assert.deepEqual(await test.emitMany(6), MIXED_OUTCOMES);
        });
    }

    // what a node completes before the hooks tell what it sent cannot be known; but the mail must not come again and again
    it('does not give a mail back because a foreign onSend hook holds it up', async () => {
        hooks.add(`onSend.${FOREIGN}`, _event => sleep(15));
        const test = await load([source('n'), delay('n', 60, 'end'), end()]);
        assertDone(await test.emit());
    });

    it('waits while foreign hooks hold messages up that came after ours', async () => {
        const test = await load(MIXED);
        hooks.add(`preDeliver.${FOREIGN}`, _event => sleep(15));
        hooks.add(`onSend.${FOREIGN}`, _event => sleep(15));
        assert.deepEqual(await test.emitMany(6), MIXED_OUTCOMES);
    });

    for (const hook of ['preRoute', 'preDeliver', 'onReceive']) {
        it(`leaves a mail whose message a foreign ${hook} hook drops to the time limit`, async () => {
            const test = await load([source('n'), func('n', 'return msg;', 'end'), end()]);
            hooks.add(`${hook}.${FOREIGN}`, (event: { destination: { id: string } }) =>
                event.destination.id === 'end' ? false : undefined
            );
            assertFailed(await test.emit('source', 200), /did not finish/);
            assert.equal(test.received('end').length, 0);
        });
    }

    it('does not lose a message of others when a mail is followed', async () => {
        const test = await load([source('n'), delay('n', 60, 'end'), end(), func('f', 'return msg;', 'end')]);
        const outcome = test.emit();
        for (let number = 0; number < 20; number++) {
            test.node('f').receive({ payload: number } as never);
        }
        assertDone(await outcome);
        await test.reached('end', 21);
    });

    describe('with a handler that takes all its parameters as a list', () => {
        const node = { id: 'rest', type: 'custom', rest: true };

        it('follows a mail that it sends on and completes', async () => {
            const test = await load([
                source('rest'),
                { ...node, wires: [['slow']] },
                delay('slow', 40, 'bad'),
                func('bad', "throw new Error('behind')")
            ]);
            assertFailed(await test.emit(), /behind/);
        });

        it('settles a mail that it only completes', async () => {
            const test = await load([source('rest'), { ...node, does: 'complete' }], {
                complete: (_msg, _send, done) => done()
            });
            assertDone(await test.emit());
        });

        it('fails a mail for which it reports an error', async () => {
            const test = await load([source('rest'), { ...node, does: 'fail' }], {
                fail: (_msg, _send, done) => done(new Error('listed'))
            });
            assertFailed(await test.emit(), /listed/);
        });
    });

    describe('with a node that does not report completion', () => {
        const node = { id: 'silent', type: 'custom', silent: true };

        it('goes on with what it sends', async () => {
            const test = await load([
                source('silent'),
                { ...node, wires: [['slow']] },
                delay('slow', 40, 'bad'),
                func('bad', "throw new Error('behind')")
            ]);
            assertFailed(await test.emit(), /behind/);
        });

        it('settles the mail after a quiet time when it sends nothing', async () => {
            const test = await load([source('silent'), { ...node, does: 'nothing' }], { nothing: () => undefined });
            assertDone(await test.emit());
        });
    });
});
