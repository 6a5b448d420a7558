import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeMessage } from 'node-red';
import { onClose, onInput, type Send } from '../../../src/runtime/input';

type Handler = (...args: unknown[]) => void;

/** The part of a node that counts here; `handler` is what Node-RED would call. */
class FakeNode extends EventEmitter {
    readonly warnings: string[] = [];
    readonly errors: string[] = [];

    warn(text: string): void {
        this.warnings.push(text);
    }

    error(text: string): void {
        this.errors.push(text);
    }

    handler(event: string): Handler {
        return this.listeners(event)[0] as Handler;
    }
}

describe('onInput', () => {
    let fake: FakeNode;
    let node: Node;
    beforeEach(() => {
        fake = new FakeNode();
        node = fake as unknown as Node;
    });

    /** Sends a message through the node and gives every call of `done`, after all that could follow has happened. */
    async function run(handle: (msg: NodeMessage, send: Send) => Promise<void>): Promise<unknown[][]> {
        onInput(node, handle);
        const calls: unknown[][] = [];
        fake.handler('input')(
            { payload: 1 },
            () => undefined,
            (...args: unknown[]) => calls.push(args)
        );
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        return calls;
    }

    // Node-RED counts handlers of exactly this length; another one looks as if it never completed
    it('registers a handler with exactly three parameters', () => {
        onInput(node, async () => undefined);
        assert.equal(fake.handler('input').length, 3);
    });

    it('completes the message once when the work is done', async () => {
        assert.deepEqual(await run(async () => undefined), [[]]);
    });

    it('does not complete before the work is done', async () => {
        let finish: () => void = () => undefined;
        const calls = await run(() => new Promise(resolve => (finish = resolve)));
        assert.deepEqual(calls, []);
        finish();
        await new Promise(setImmediate);
        assert.deepEqual(calls, [[]]);
    });

    it('hands over the message and the way to send', async () => {
        const sent: unknown[] = [];
        onInput(node, async (msg, send) => send({ ...msg, payload: 2 }));
        fake.handler('input')(
            { payload: 1 },
            (message: unknown) => sent.push(message),
            () => undefined
        );
        await new Promise(setImmediate);
        assert.deepEqual(sent, [{ payload: 2 }]);
    });

    it('fails the message once, with the error of the work', async () => {
        const error = new Error('no');
        assert.deepEqual(await run(() => Promise.reject(error)), [[error]]);
    });

    it('fails the message when the work throws before it begins to wait', async () => {
        const error = new Error('no');
        const calls = await run(() => {
            throw error;
        });
        assert.deepEqual(calls, [[error]]);
    });

    // a falsy error counts as success
    for (const [what, reason, message] of [
        ['text', 'no way', 'no way'],
        ['empty text', '', 'unknown error'],
        ['nothing', undefined, 'unknown error'],
        ['null', null, 'unknown error'],
        ['a number', 0, '0'],
        ['an object', { message: 'inner' }, 'inner'],
        ['a symbol', Symbol('x'), 'Symbol(x)'],
        ['an object that cannot become text', Object.create(null), 'unknown error']
    ] as const) {
        it(`makes an error of ${what}`, async () => {
            const calls = await run(() => Promise.reject(reason as Error));
            assert.equal(calls.length, 1);
            const [error] = calls[0] as [unknown];
            assert.ok(error instanceof Error);
            assert.equal(error.message, message);
        });
    }

    // an unhandled rejection ends the process
    for (const fails of [false, true]) {
        it(`survives a runtime that throws in done after ${fails ? 'a failure' : 'a success'}`, async () => {
            let calls = 0;
            onInput(node, () => (fails ? Promise.reject(new Error('no')) : Promise.resolve()));
            fake.handler('input')(
                {},
                () => undefined,
                () => {
                    calls++;
                    throw new Error('hook failed');
                }
            );
            await new Promise(setImmediate);
            await new Promise(setImmediate);
            assert.equal(calls, 1);
            assert.deepEqual(fake.errors, ['hook failed']);
        });
    }
});

describe('onClose', () => {
    let fake: FakeNode;
    let node: Node;
    beforeEach(() => {
        fake = new FakeNode();
        node = fake as unknown as Node;
    });

    async function run(close: (removed: boolean) => Promise<void>, removed = false): Promise<unknown[][]> {
        onClose(node, close);
        const calls: unknown[][] = [];
        fake.handler('close')(removed, (...args: unknown[]) => calls.push(args));
        await new Promise(setImmediate);
        return calls;
    }

    // with one parameter Node-RED would pass `done` where `removed` is expected
    it('registers a handler with exactly two parameters', () => {
        onClose(node, async () => undefined);
        assert.equal(fake.handler('close').length, 2);
    });

    it('tells Node-RED once that it has closed', async () => {
        assert.deepEqual((await run(async () => undefined)).length, 1);
    });

    for (const removed of [true, false]) {
        it(`says whether the node was removed: ${removed}`, async () => {
            const seen: boolean[] = [];
            await run(async given => void seen.push(given), removed);
            assert.deepEqual(seen, [removed]);
        });
    }

    it('logs a failure and closes all the same', async () => {
        assert.deepEqual(await run(() => Promise.reject(new Error('stuck'))), [[]]);
        assert.deepEqual(fake.warnings, ['close: stuck']);
    });

    it('logs a failure that is thrown at once, or is no error', async () => {
        const calls = await run(() => {
            throw Object.create(null);
        });
        assert.deepEqual(calls, [[]]);
        assert.deepEqual(fake.warnings, ['close: unknown error']);
    });
});
