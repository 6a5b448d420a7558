import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findFreePort } from '../support/free-port';
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
import type { FlowNode } from '../support/settlement-flow';

const SLEEP = 'await new Promise(r => setTimeout(r, 30));';

function catchAll(...wires: string[]): FlowNode {
    return { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [wires] };
}

function httpRequest(url: string, ...wires: string[]): FlowNode {
    const rest = { ret: 'txt', paytoqs: 'ignore', tls: '', persist: false, proxy: '', authType: '', senderr: false };
    return { id: 'request', type: 'http request', method: 'GET', url, ...rest, wires: [wires] };
}

/** A folder where a file should be: the node reports it and completes all the same. */
function writeNowhere(...wires: string[]): FlowNode {
    const rest = { appendNewline: false, createDir: false, overwriteFile: 'true', encoding: 'none' };
    return { id: 'write', type: 'file', filename: '.', filenameType: 'str', ...rest, wires: [wires] };
}

/** A link call whose target keeps the message. */
function callWithoutReturn(timeout: string): FlowNode[] {
    return [
        source('call'),
        { id: 'call', type: 'link call', linkType: 'static', links: ['in'], timeout, wires: [['end']] },
        { id: 'in', type: 'link in', links: [], wires: [[]] },
        end()
    ];
}

const FAILING: Array<[string, string, RegExp]> = [
    ['throws', "throw new Error('broken')", /broken/],
    ['throws later', `${SLEEP} throw new Error('broken later')`, /broken later/],
    ['throws a text', "throw 'only words'", /only words/],
    ['calls node.error and goes on', "node.error('not good', msg); return msg;", /not good/],
    ['calls node.error later and goes on', `${SLEEP} node.error('not good', msg); return msg;`, /not good/],
    ['calls node.error with an Error', "node.error(new Error('an error'), msg); return msg;", /an error/],
    ['cannot be compiled at run time', 'return missing.value;', /missing/]
];

settlementSuite('settlement of a mail whose flow fails', load => {
    for (const [what, code, reason] of FAILING) {
        it(`fails a mail when a function ${what}`, async () => {
            assertFailed(await (await load([source('f'), func('f', code, 'end'), end()])).emit(), reason);
        });

        it(`settles a mail when a function ${what} and the branch of a Catch node has finished`, async () => {
            const test = await load([
                source('f'),
                func('f', code, 'end'),
                catchAll('slow'),
                delay('slow', 40, 'care'),
                end('care'),
                end()
            ]);
            assertDone(await test.emit());
            assert.equal(test.received('care').length, 1);
        });
    }

    it('fails a mail when the branch of the Catch node fails too', async () => {
        const test = await load([
            source('f'),
            func('f', "throw new Error('first')"),
            { ...catchAll('care'), scope: ['f'] },
            func('care', "throw new Error('second')")
        ]);
        assertFailed(await test.emit(), /second/);
    });

    it('fails a mail whose errors go in circles between a Catch node and a function', async () => {
        const test = await load([source('f'), func('f', "throw 'again'"), catchAll('f')]);
        assertFailed(await test.emit(), /again/);
    });

    it('fails a mail when the only Catch node is for another node', async () => {
        const test = await load([
            source('f'),
            func('f', "throw new Error('mine')"),
            { ...catchAll('end'), scope: ['end'] },
            end()
        ]);
        assertFailed(await test.emit(), /mine/);
    });

    it('settles a mail whose error went to a Catch node for what no other Catch node took', async () => {
        const test = await load([
            source('f'),
            func('f', "throw new Error('mine')"),
            { ...catchAll('end'), uncaught: true },
            end()
        ]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('waits for each of two Catch nodes', async () => {
        const flow = [source('f'), func('f', "throw new Error('mine')"), catchAll('end'), end()];
        const test = await load(flow);
        const other = { ...catchAll('bad'), id: 'other' };
        await test.deploy([...flow, other, func('bad', `${SLEEP} throw 'the other'`)], 'full');
        assertFailed(await test.emit(), /the other/);
    });

    it('fails a mail when a handler throws, although the runtime never completes it', async () => {
        const test = await load([source('throws'), { id: 'throws', type: 'custom', does: 'throws' }], {
            throws: () => assert.fail('thrown at once')
        });
        assertFailed(await test.emit(), /thrown at once/);
    });

    it('settles a mail when a handler throws and the branch of a Catch node has finished', async () => {
        const test = await load(
            [
                source('throws'),
                { id: 'throws', type: 'custom', does: 'throws' },
                catchAll('slow'),
                delay('slow', 40, 'end'),
                end()
            ],
            { throws: () => assert.fail('thrown at once') }
        );
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('waits for a function that works on after node.error, although a Catch node took the error', async () => {
        const code = `node.error('a warning', msg); ${SLEEP} throw new Error('the real one')`;
        const test = await load([source('f'), func('f', code), { ...catchAll('end'), scope: ['f'] }, end()]);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 2);
    });

    it('does not wait for a branch that may never end once the mail has failed', async () => {
        const flow = [source('a', 'b'), func('a', "throw 'bad'"), delay('b', 7_000, 'end'), end()];
        const test = await load(flow, {}, {}, IMPATIENT_MS);
        assertFailed(await test.emit(), /bad/);
        assert.equal(test.received('end').length, 0);
    });

    it('waits for a long branch of a mail whose failure was caught', async () => {
        const flow = [
            source('a', 'b'),
            func('a', "throw 'bad'"),
            catchAll('care'),
            end('care'),
            delay('b', IMPATIENT_MS + 300, 'end'),
            end()
        ];
        const test = await load(flow, {}, {}, IMPATIENT_MS);
        assertDone(await test.emit());
        assert.equal(test.received('end').length, 1);
    });

    it('fails the right one of several mails at an asynchronous function', async () => {
        const code = `${SLEEP} if (msg.mail.ref.uid === 2) { throw new Error('two'); } return msg;`;
        const test = await load([source('f'), func('f', code, 'end'), end()]);
        assert.deepEqual(await test.emitMany(4), ['done', 'failed', 'done', 'done']);
    });

    it('fails the right one of several mails when the function calls node.error and returns', async () => {
        const code = `${SLEEP} if (msg.mail.ref.uid === 3) { node.error('three', msg); } return msg;`;
        const test = await load([source('f'), func('f', code, 'end'), end()]);
        assert.deepEqual(await test.emitMany(4), ['done', 'done', 'failed', 'done']);
    });

    it('does not blame a mail for the failure of another message at the same node', async () => {
        const code = `${SLEEP} if (!msg.mail) { throw new Error('other'); } ${SLEEP} return msg;`;
        const test = await load([source('f'), func('f', code, 'end'), end(), end('stranger')]);
        const settled = test.emit();
        test.node('f').receive({ payload: 'no mail' });
        assertDone(await settled);
    });

    describe('at a file', () => {
        it('fails a mail that could not be written, although the node completes it', async () => {
            assertFailed(await (await load([source('write'), writeNowhere('end'), end()])).emit(), /./);
        });

        it('settles it when the branch of a Catch node has finished', async () => {
            const test = await load([source('write'), writeNowhere(), catchAll('end'), end()]);
            assertDone(await test.emit());
            assert.equal(test.received('end').length, 1);
        });

        it('fails each of several mails', async () => {
            const test = await load([source('write'), writeNowhere()]);
            assert.deepEqual(await test.emitMany(4), Array(4).fill('failed'));
        });
    });

    describe('at a http request', () => {
        let server: Server;
        let url: string;

        beforeEach(async () => {
            server = createServer((request, answer) => {
                answer.statusCode = request.url === '/bad' ? 500 : 200;
                setTimeout(() => answer.end('answer'), 20);
            });
            await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
            url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        });
        afterEach(async () => {
            server.closeAllConnections();
            await new Promise(resolve => server.close(resolve));
        });

        it('settles a mail when the answer has been worked on', async () => {
            const test = await load([source('request'), httpRequest(url, 'slow'), delay('slow', 40, 'end'), end()]);
            assertDone(await test.emit());
            assert.equal(test.received('end')[0]?.payload, 'answer');
        });

        it('settles a mail when the answer is an error of the server that the flow looks at', async () => {
            const test = await load([source('request'), httpRequest(`${url}/bad`, 'end'), end()]);
            assertDone(await test.emit());
            assert.equal(test.received('end')[0]?.statusCode, 500);
        });

        it('fails a mail when the connection is refused, although the node completes it', async () => {
            const test = await load([source('request'), httpRequest(await nobody(), 'end'), end()]);
            assertFailed(await test.emit(), /ECONNREFUSED/);
        });

        it('settles it when the branch of a Catch node has finished', async () => {
            const test = await load([source('request'), httpRequest(await nobody()), catchAll('end'), end()]);
            assertDone(await test.emit());
            assert.equal(test.received('end').length, 1);
        });

        it('fails those of several mails at once whose connection is refused', async () => {
            const address = "msg.url = msg.mail.ref.uid % 2 ? 'ODD' : 'EVEN'; return msg;";
            const code = address.replace('ODD', url).replace('EVEN', await nobody());
            const test = await load([
                source('address'),
                func('address', code, 'request'),
                httpRequest('', 'end'),
                end()
            ]);
            assert.deepEqual(await test.emitMany(6), ['done', 'failed', 'done', 'failed', 'done', 'failed']);
        });
    });

    describe('at a link call', () => {
        it('fails a mail when the call did not return in time', async () => {
            assertFailed(await (await load(callWithoutReturn('0.1'))).emit(), /timeout/);
        });

        it('settles it when the branch of a Catch node has finished', async () => {
            const test = await load([
                ...callWithoutReturn('0.1'),
                catchAll('slow'),
                delay('slow', 40, 'care'),
                end('care')
            ]);
            assertDone(await test.emit());
            assert.equal(test.received('care').length, 1);
        });

        it('fails each of several mails', async () => {
            assert.deepEqual(await (await load(callWithoutReturn('0.1'))).emitMany(3), Array(3).fill('failed'));
        });

        it('fails a mail whose target does not exist', async () => {
            const call = { links: [], linkType: 'dynamic', timeout: '5', wires: [['end']] };
            const test = await load([source('call'), { id: 'call', type: 'link call', ...call }, end()]);
            assertFailed(await test.emit(), /not found/);
        });

        it('fails a mail when what is called fails', async () => {
            const flow = [
                source('call'),
                { id: 'call', type: 'link call', linkType: 'static', links: ['in'], timeout: '60', wires: [['end']] },
                { id: 'in', type: 'link in', links: [], wires: [['bad']] },
                func('bad', "throw new Error('called')"),
                end()
            ];
            const test = await load(flow, {}, {}, IMPATIENT_MS);
            assertFailed(await test.emit(), /called/);
        });
    });
});

/** An address where nothing listens. */
async function nobody(): Promise<string> {
    return `http://127.0.0.1:${await findFreePort()}/`;
}
