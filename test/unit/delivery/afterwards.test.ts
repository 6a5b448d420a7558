import assert from 'node:assert/strict';
import { afterwards } from '../../../src/delivery/afterwards';

async function* letters(...items: Array<string | Error>): AsyncGenerator<string> {
    for (const item of items) {
        await new Promise(setImmediate);
        if (item instanceof Error) {
            throw item;
        }
        yield item;
    }
}

function nothing(): Iterator<Promise<void>> {
    return [].values();
}

describe('afterwards', () => {
    it('makes items while it waits and hands on none before', async () => {
        const seen: string[] = [];
        let open: () => void = () => undefined;
        const first = new Promise<void>(resolve => (open = resolve));
        const reading = (async () => {
            for await (const items of afterwards(first, letters('a', 'b', 'c'), nothing())) {
                seen.push(...items);
            }
        })();
        for (let turn = 0; turn < 10; turn++) {
            await new Promise(setImmediate);
        }
        assert.deepEqual(seen, []);
        open();
        await reading;
        assert.deepEqual(seen, ['a', 'b', 'c']);
    });

    it('hands on item by item when there is nothing to wait for', async () => {
        const made: string[] = [];
        const source = (async function* () {
            for await (const item of letters('a', 'b')) {
                made.push(item);
                yield item;
            }
        })();
        for await (const items of afterwards(Promise.resolve(), source, nothing())) {
            assert.ok(items.length === 0 || items[0] === made.at(-1));
        }
        assert.deepEqual(made, ['a', 'b']);
    });

    it('hands on nothing when what came first failed', async () => {
        const failed = Promise.reject(new Error('disk'));
        const items = afterwards(failed, letters('a', 'b'), nothing());
        await assert.rejects(items.next(), /disk/);
    });

    it('hands on what was made before a failure, then fails', async () => {
        const seen: string[] = [];
        await assert.rejects(async () => {
            const first = new Promise<void>(resolve => setTimeout(resolve, 20));
            for await (const items of afterwards(first, letters('a', 'b', new Error('line')), nothing())) {
                seen.push(...items);
            }
        }, /line/);
        assert.deepEqual(seen, ['a', 'b']);
    });

    it('does other work while nothing but the first is awaited, until that is over or no work is left', async () => {
        for (const [most, isRefused] of [
            [2, false],
            [Infinity, false],
            [Infinity, true]
        ] as const) {
            const steps: number[] = [];
            let end: () => void = () => undefined;
            const first = new Promise<void>((resolve, reject) => {
                end = () => (isRefused ? reject(new Error('disk')) : resolve());
            });
            const source = letters('a', 'b');
            const work = (function* () {
                for (let step = 1; step <= most; step++) {
                    yield new Promise<void>(resolve => setImmediate(resolve)).then(() => void steps.push(step));
                }
            })();
            const seen: string[] = [];
            const reading = (async () => {
                for await (const items of afterwards(first, source, work)) {
                    seen.push(...items);
                }
            })();
            reading.catch(() => undefined);
            while (steps.length < 2) {
                await new Promise(setImmediate);
            }
            assert.deepEqual(seen, []);
            end();
            await (isRefused ? assert.rejects(reading, /disk/) : reading);
            assert.deepEqual(seen, isRefused ? [] : ['a', 'b']);
            assert.ok(steps.length >= 2 && steps.length <= 4, String(steps.length));
        }
    });
});
