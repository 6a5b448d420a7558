import assert from 'node:assert/strict';
import {
    assertDone,
    assertFailed,
    delay,
    end,
    func,
    settlementSuite,
    sort,
    source,
    split
} from '../support/settlement-suite';
import type { FlowNode } from '../support/settlement-flow';

const LINES = "msg.payload = 'a\\nb\\nc'; return msg;";

/** Sends on what has an `x` of 1. */
function switchNode(...wires: string[]): FlowNode {
    const rules = [{ t: 'eq', v: '1', vt: 'num' }];
    return {
        id: 'switch',
        type: 'switch',
        property: 'x',
        propertyType: 'msg',
        rules,
        checkall: 'true',
        wires: [wires]
    };
}

function batch(count: number): FlowNode {
    const groups = { count: 1, overlap: 0, interval: 1, allowEmptySequence: false, topics: [] };
    return { id: 'batch', type: 'batch', mode: 'count', ...groups, count, wires: [['end']] };
}

settlementSuite('settlement through sequences and switches', load => {
    it('waits for every part that split made, although each has an id of its own', async () => {
        const test = await load([
            source('lines'),
            func('lines', LINES, 'split'),
            split('slow'),
            delay('slow', 40, 'end'),
            end()
        ]);
        assertDone(await test.emit());
        const parts = test.received('end');
        assert.equal(parts.length, 3);
        assert.equal(new Set(parts.map(part => part._msgid)).size, 3);
    });

    it('fails a mail when one of its parts failed', async () => {
        const test = await load([
            source('lines'),
            func('lines', LINES, 'split'),
            split('check'),
            func('check', "if (msg.payload === 'b') throw new Error('no b'); return msg;", 'end'),
            end()
        ]);
        assertFailed(await test.emit(), /no b/);
    });

    it('settles a mail whose list has nothing to split', async () => {
        const test = await load([
            source('none'),
            func('none', 'msg.payload = []; return msg;', 'split'),
            split('end'),
            end()
        ]);
        assertDone(await test.emit());
    });

    it('follows the parts through join', async () => {
        const test = await load([
            source('lines'),
            func('lines', LINES, 'split'),
            split('join'),
            { id: 'join', type: 'join', mode: 'auto', wires: [['slow']] },
            delay('slow', 40, 'end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.deepEqual(
            test.received('end').map(msg => msg.payload),
            ['a\nb\nc']
        );
    });

    it('fails a mail when what join made of its parts failed', async () => {
        const test = await load([
            source('lines'),
            func('lines', LINES, 'split'),
            split('join'),
            { id: 'join', type: 'join', mode: 'auto', wires: [['bad']] },
            func('bad', "throw new Error('joined')")
        ]);
        assertFailed(await test.emit(), /joined/);
    });

    it('follows the parts through sort', async () => {
        const test = await load([
            source('lines'),
            func('lines', "msg.payload = 'c\\nb\\na'; return msg;", 'split'),
            split('sort'),
            sort('end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.deepEqual(
            test.received('end').map(msg => msg.payload),
            ['a', 'b', 'c']
        );
    });

    it('settles each of several mails that join makes one message of', async () => {
        const test = await load([
            source('join'),
            { id: 'join', type: 'join', mode: 'custom', build: 'array', count: '3', timeout: '', wires: [['end']] },
            end()
        ]);
        assert.deepEqual(await test.emitMany(3), ['done', 'done', 'done']);
        assert.equal(test.received('end').length, 1);
    });

    it('keeps mails open that wait in a join, until its time is over', async () => {
        const join = { mode: 'custom', build: 'array', count: '10', timeout: '0.1' };
        const test = await load([source('join'), { id: 'join', type: 'join', ...join, wires: [['end']] }, end()]);
        assert.deepEqual(await test.emitMany(2), ['done', 'done']);
        assert.equal(test.received('end').length, 1);
    });

    it('lets the time limit decide about a join that waits for ever', async () => {
        const join = { mode: 'custom', build: 'array', count: '2', timeout: '' };
        const test = await load([source('join'), { id: 'join', type: 'join', ...join, wires: [['end']] }, end()]);
        assertFailed(await test.emit('source', 150), /did not finish/);
    });

    it('keeps mails open that wait in a batch', async () => {
        const test = await load([source('batch'), batch(2), end()]);
        const first = test.emit();
        await test.emit();
        assertDone(await first);
        assert.equal(test.received('end').length, 2);
    });

    it('follows a mail through a switch whose rule matches', async () => {
        const test = await load([
            source('set'),
            func('set', 'msg.x = 1; return msg;', 'switch'),
            switchNode('slow'),
            delay('slow', 40, 'end'),
            end()
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('fails a mail when the node behind a switch failed', async () => {
        const test = await load([
            source('set'),
            func('set', 'msg.x = 1; return msg;', 'switch'),
            switchNode('bad'),
            func('bad', "throw new Error('behind')")
        ]);
        assertFailed(await test.emit(), /behind/);
    });

    it('settles a mail for which no rule of a switch matches', async () => {
        const test = await load([source('switch'), switchNode('end'), end()]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 0);
    });

    it('fails a mail for which a rule of a switch cannot be evaluated', async () => {
        const rules = [{ t: 'regex', v: '(', vt: 'str' }];
        const test = await load([source('switch'), { ...switchNode('end'), property: 'payload', rules }, end()]);
        assertFailed(await test.emit(), /Invalid regular expression/);
    });

    it('gives each of ten mails in one turn its own outcome behind a switch', async () => {
        const test = await load([
            source('set'),
            func('set', 'msg.x = msg.mail.ref.uid % 2; return msg;', 'switch'),
            switchNode('bad'),
            func('bad', "if (msg.mail.ref.uid % 3 === 0) throw new Error('third'); return msg;", 'slow'),
            delay('slow', 30, 'end'),
            end()
        ]);
        const expected = Array.from({ length: 10 }, (_, index) => ((index + 1) % 6 === 3 ? 'failed' : 'done'));
        assert.deepEqual(await test.emitMany(10), expected);
    });

    it('does not take a switch for silent that is busy with what came before', async () => {
        const busy = 'const end = Date.now() + 15; while (Date.now() < end); return msg;';
        const rows =
            'msg.x = 1; msg.payload = Array(msg.mail.ref.uid === 1 ? 20 : 1).fill(msg.mail.ref.uid); return msg;';
        const test = await load([
            source('rows'),
            func('rows', rows, 'split'),
            split('switch'),
            switchNode('busy'),
            func('busy', `if (msg.payload === 2) throw new Error('second'); ${busy}`, 'end'),
            end()
        ]);
        assert.deepEqual(await test.emitMany(2), ['done', 'failed']);
        assert.equal(test.received('end').length, 20);
    });

    it('follows a mail through a filter node', async () => {
        const rbe = { func: 'rbe', gap: '', start: '', inout: 'out', septopics: false, property: 'topic' };
        const test = await load([source('rbe'), { id: 'rbe', type: 'rbe', ...rbe, wires: [['end']] }, end()]);
        assert.deepEqual(await test.emitMany(2), ['done', 'done']);
        assert.equal(test.received('end').length, 2);
    });
});
