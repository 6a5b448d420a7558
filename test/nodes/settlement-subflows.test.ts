import assert from 'node:assert/strict';
import { assertDone, assertFailed, delay, end, func, settlementSuite, source } from '../support/settlement-suite';
import type { FlowNode } from '../support/settlement-flow';

/** A subflow that hands its input to `first` and takes its output from `last`. */
function subflow(id: string, first: string, last: string, ...nodes: FlowNode[]): FlowNode[] {
    const ports = { in: [{ wires: [{ id: first }] }], out: [{ wires: [{ id: last, port: 0 }] }] };
    return [{ id, type: 'subflow', name: id, ...ports }, ...nodes.map(node => ({ ...node, z: id }))];
}

function instance(id: string, of: string, ...wires: string[]): FlowNode {
    return { id, type: `subflow:${of}`, wires: [wires] };
}

function catchAll(...wires: string[]): FlowNode {
    return { id: 'caught', type: 'catch', scope: null, uncaught: false, wires: [wires] };
}

const BAD = func('inner', "throw new Error('inside')");

settlementSuite('settlement through subflows', load => {
    it('follows a mail into a subflow and out of it', async () => {
        const test = await load([
            ...subflow('sub', 'inner', 'inner', delay('inner', 40)),
            source('one'),
            instance('one', 'sub', 'slow'),
            delay('slow', 40, 'end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('follows a mail through nested subflows', async () => {
        const test = await load([
            ...subflow('deep', 'inner', 'inner', delay('inner', 40)),
            ...subflow('sub', 'nested', 'nested', instance('nested', 'deep')),
            source('one'),
            instance('one', 'sub', 'two'),
            instance('two', 'sub', 'end'),
            end()
        ]);
        assert.deepEqual(await test.emitMany(4), Array(4).fill('done'));
        assert.equal(test.received('end').length, 4);
    });

    it('settles a mail in a subflow whose input is wired to nothing', async () => {
        const test = await load([
            { id: 'sub', type: 'subflow', in: [{ wires: [] }], out: [] },
            source('one'),
            instance('one', 'sub')
        ]);
        assertDone(await test.emit());
    });

    it('follows a mail through a subflow whose input is wired straight to its output', async () => {
        const test = await load([
            { id: 'sub', type: 'subflow', in: [{ wires: [] }], out: [{ wires: [{ id: 'sub', port: 0 }] }] },
            source('one'),
            instance('one', 'sub', 'slow'),
            delay('slow', 40, 'end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('fails a mail when a node deep inside failed and nobody caught it', async () => {
        const test = await load([
            ...subflow('deep', 'inner', 'inner', BAD),
            ...subflow('sub', 'nested', 'nested', instance('nested', 'deep')),
            source('one'),
            instance('one', 'sub')
        ]);
        assertFailed(await test.emit(), /inside/);
    });

    it('settles it when a Catch node inside the subflow took the error', async () => {
        const test = await load([
            ...subflow('sub', 'inner', 'inner', BAD, catchAll('slow'), delay('slow', 40, 'care'), end('care')),
            source('one'),
            instance('one', 'sub')
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('one-care').length, 1);
    });

    it('settles it when a Catch node of the outer flow took the error of a nested subflow', async () => {
        const test = await load([
            ...subflow('deep', 'inner', 'inner', BAD),
            ...subflow('sub', 'nested', 'nested', instance('nested', 'deep')),
            source('one'),
            instance('one', 'sub'),
            catchAll('slow'),
            delay('slow', 40, 'care'),
            end('care')
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('care').length, 1);
    });

    it('fails it when the branch of the Catch node inside failed', async () => {
        const test = await load([
            ...subflow(
                'sub',
                'inner',
                'inner',
                BAD,
                { ...catchAll('care'), scope: ['inner'] },
                func('care', 'throw 1;')
            ),
            source('one'),
            instance('one', 'sub')
        ]);
        assertFailed(await test.emit(), /1/);
    });

    it('fails a mail for an error inside that was only reported by node.error', async () => {
        const inner = func('inner', "node.error('said inside', msg); return msg;");
        const test = await load([
            ...subflow('sub', 'inner', 'inner', inner),
            source('one'),
            instance('one', 'sub', 'end'),
            end()
        ]);
        assertFailed(await test.emit(), /said inside/);
    });

    it('settles a mail that also reaches the status output of a subflow', async () => {
        const sub = subflow('sub', 'inner', 'inner', func('inner', "msg.payload = 'busy'; return msg;"));
        const [definition, ...inner] = sub as [FlowNode, ...FlowNode[]];
        const test = await load([
            { ...definition, status: { wires: [{ id: 'inner', port: 0 }] } },
            ...inner,
            source('one'),
            instance('one', 'sub', 'end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });
});
