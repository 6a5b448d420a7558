import assert from 'node:assert/strict';
import {
    assertDone,
    assertFailed,
    delay,
    end,
    func,
    IMPATIENT_MS,
    settlementSuite,
    source
} from '../support/settlement-suite';
import type { FlowMessage, FlowNode, Handler } from '../support/settlement-flow';

const FLOW: FlowNode[] = [
    source('n'),
    { id: 'n', type: 'custom', does: 'it', wires: [['slow']] },
    delay('slow', 60, 'check'),
    func('check', "if (msg.payload === 'bad') { throw new Error('found bad'); } return msg;", 'end'),
    end()
];

/** Sends something else than what came in, and completes. */
function sending(make: (msg: FlowMessage) => unknown): Record<string, Handler> {
    return {
        it: (msg, send, done) => {
            send(make(msg));
            done();
        }
    };
}

settlementSuite('settlement of a mail whose message is replaced on the way', load => {
    it('knows a fresh message by the delivery id alone', async () => {
        const test = await load(
            FLOW,
            sending(msg => ({ payload: 'bad', mail: msg.mail }))
        );
        assertFailed(await test.emit(), /found bad/);
    });

    it('knows a message that was JSON in between', async () => {
        const test = await load(
            FLOW,
            sending(msg => JSON.parse(JSON.stringify({ ...msg, _msgid: undefined, payload: 'bad' })))
        );
        assertFailed(await test.emit(), /found bad/);
    });

    it('knows a message without the mail by its _msgid', async () => {
        const test = await load(
            FLOW,
            sending(msg => ({ _msgid: msg._msgid, payload: 'bad' }))
        );
        assertFailed(await test.emit(), /found bad/);
    });

    it('knows the descendants of a message that has lost one id and then the other', async () => {
        const test = await load(
            [
                ...FLOW.slice(0, 1),
                { id: 'n', type: 'custom', does: 'it', wires: [['lose']] },
                func('lose', "delete msg.mail; msg.payload = 'bad'; return msg;", 'slow'),
                ...FLOW.slice(2)
            ],
            sending(msg => ({ mail: msg.mail }))
        );
        assertFailed(await test.emit(), /found bad/);
    });

    it('knows the message that a function made anew', async () => {
        const test = await load([source('n'), func('n', "return { payload: 'bad' };", 'slow'), ...FLOW.slice(2)]);
        assertFailed(await test.emit(), /found bad/);
    });

    it('cannot follow a message that has lost both ids, and settles the mail without it', async () => {
        const test = await load(
            FLOW,
            sending(() => ({ payload: 'bad' }))
        );
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 0);
    });

    it('does not mind properties that only look like those of a mail', async () => {
        const values = [null, 1, 'text', { delivery: null }, { delivery: 'x' }, { delivery: { id: {} } }];
        const test = await load(
            FLOW,
            sending(() => [values.map(mail => ({ mail, error: mail, payload: 'odd' }))])
        );
        assertDone(await test.emit());
        await test.reached('end', values.length);
    });

    it('settles each of two mails that one message carries through the same node in turn', async () => {
        const kept: FlowMessage[] = [];
        const test = await load(FLOW, {
            // the object of the first mail is sent again for the second, with the ids of that
            it: (msg, send, done) => {
                kept.push(msg);
                send(Object.assign(kept[0] as FlowMessage, { _msgid: msg._msgid, mail: msg.mail }));
                done();
            }
        });
        assert.deepEqual(await test.emitMany(2), ['done', 'done']);
    });

    it('settles a mail whose message goes in a circle through the same nodes', async () => {
        const test = await load(
            [
                source('count'),
                func(
                    'count',
                    'msg.round = (msg.round ?? 0) + 1; return msg.round < 5 ? [msg, null] : [null, msg];',
                    'count',
                    'end'
                ),
                end()
            ].map(node => (node.id === 'count' ? { ...node, outputs: 2, wires: [['count'], ['end']] } : node))
        );
        assertDone(await test.emit());
        assert.equal(test.received('end')[0]?.round, 5);
    });

    it('follows the mails of two sources apart', async () => {
        const test = await load([
            source('good'),
            { ...source('bad'), id: 'source2' },
            delay('good', 30, 'end'),
            func('bad', "throw new Error('always')"),
            end()
        ]);
        const [good, bad] = await Promise.all([test.emitMany(5), test.emitMany(5, 'source2')]);
        assert.deepEqual([good, bad], [Array(5).fill('done'), Array(5).fill('failed')]);
    });

    it('gives each of 200 mails in a mixed flow its own outcome', async () => {
        const flow = [
            source('sort'),
            func('sort', "msg.kind = msg.mail.ref.uid % 5; msg.payload = ['a', 'b', 'c']; return msg;", 'switch'),
            {
                id: 'switch',
                type: 'switch',
                property: 'kind',
                propertyType: 'msg',
                rules: [0, 1, 2, 3].map(v => ({ t: 'eq', v: String(v), vt: 'num' })),
                checkall: 'false',
                wires: [['split'], ['throws'], ['caught'], ['slow', 'out']]
            },
            { id: 'split', type: 'split', splt: '\\n', spltType: 'str', arraySplt: 1, wires: [['third']] },
            func('third', "if (msg.payload === 'c' && msg.mail.ref.uid % 2) { throw 'odd'; } return msg;", 'join'),
            { id: 'join', type: 'join', mode: 'auto', wires: [['end']] },
            func('throws', "await new Promise(r => setTimeout(r, msg.mail.ref.uid % 7)); throw 'one';"),
            func('caught', "throw 'two';"),
            { id: 'catch', type: 'catch', scope: ['caught'], wires: [['slow']] },
            delay('slow', 20, 'end'),
            { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [['in']] },
            { id: 'in', type: 'link in', wires: [['end']] },
            end()
        ];
        const test = await load(flow, {}, {}, IMPATIENT_MS);
        const outcomes = await test.emitMany(200);
        // a part that failed never reaches join, where the others of its mail wait for it in vain
        const expected = outcomes.map((_, index) => {
            const uid = index + 1;
            return uid % 5 === 1 || (uid % 5 === 0 && uid % 2 === 1) ? 'failed' : 'done';
        });
        assert.deepEqual(outcomes, expected);
    });
});
