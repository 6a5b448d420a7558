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

describe('afterwards', () => {
    it('makes items while it waits and hands on none before', async () => {
        const seen: string[] = [];
        let open: () => void = () => undefined;
        const first = new Promise<void>(resolve => (open = resolve));
        const reading = (async () => {
            for await (const item of afterwards(first, letters('a', 'b', 'c'))) {
                seen.push(item);
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
        for await (const item of afterwards(Promise.resolve(), source)) {
            assert.equal(item, made.at(-1));
        }
        assert.deepEqual(made, ['a', 'b']);
    });

    it('hands on nothing when what came first failed', async () => {
        const failed = Promise.reject(new Error('disk'));
        const items = afterwards(failed, letters('a', 'b'));
        await assert.rejects(items.next(), /disk/);
    });

    it('hands on what was made before a failure, then fails', async () => {
        const seen: string[] = [];
        await assert.rejects(async () => {
            const first = new Promise<void>(resolve => setTimeout(resolve, 20));
            for await (const item of afterwards(first, letters('a', 'b', new Error('line')))) {
                seen.push(item);
            }
        }, /line/);
        assert.deepEqual(seen, ['a', 'b']);
    });
});
