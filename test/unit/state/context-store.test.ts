import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ContextStore, type Context } from '../../../src/state/context-store';

type Answer<T> = (error: unknown, value?: T) => void;

/** A store that only knows callbacks and answers later, like one in a database; a key is a property path. */
class FakeContext implements Context {
    readonly values = new Map<string, unknown>();
    readonly keys = new Set<string>();
    readonly stores = new Set<string>();
    failure: unknown = null;

    get(key: string, store: string, callback: Answer<unknown>): void {
        this.#answer(key, store, () => callback(this.failure, this.values.get(key)));
    }

    set(key: string, value: unknown, store: string, callback: Answer<never>): void {
        this.#answer(key, store, () => {
            if (!this.failure) {
                this.values.set(key, value);
            }
            callback(this.failure);
        });
    }

    #answer(key: string, store: string, answer: () => void): void {
        this.keys.add(key);
        this.stores.add(store);
        setImmediate(answer);
    }
}

describe('ContextStore', () => {
    let context: FakeContext;
    let store: ContextStore;

    beforeEach(() => {
        context = new FakeContext();
        store = new ContextStore(context, 'shared');
    });

    it('gives back what was saved', async () => {
        await store.save('key', { a: [1] });
        assert.deepEqual(await store.load('key'), { state: 'present', value: { a: [1] }, earlier: [] });
        assert.deepEqual([...context.stores], ['shared']);
    });

    for (const nothing of [undefined, null]) {
        it(`has nothing where the store says ${nothing}`, async () => {
            context.get = (_key, _store, callback) => callback(null, nothing);
            assert.deepEqual(await store.load('key'), { state: 'absent' });
        });
    }

    it('works with a store that answers at once', async () => {
        context.get = (_key, _store, callback) => callback(null, 5);
        context.set = (_key, _value, _store, callback) => callback(null);
        await store.save('key', 5);
        assert.deepEqual(await store.load('key'), { state: 'present', value: 5, earlier: [] });
    });

    // The memory store hands out its own object: changes that were never saved would already be in the store
    it('gives a copy, which is not the object in the store', async () => {
        const value = { pending: {} };
        context.get = (_key, _store, callback) => callback(null, value);
        const loaded = await store.load('key');
        assert.ok(loaded.state === 'present' && loaded.value !== value);
        assert.deepEqual(loaded.value, value);
    });

    it('keeps the value of the moment, whatever becomes of the object', async () => {
        const value = { pending: { 1: 'one' } as Record<string, string> };
        const saved = [store.save('key', value), store.append('other', 'unused', () => value)];
        value.pending['2'] = 'two';
        await Promise.all(saved);
        value.pending['3'] = 'three';
        for (const key of ['key', 'other']) {
            assert.deepEqual(await store.load(key), {
                state: 'present',
                value: { pending: { 1: 'one' } },
                earlier: []
            });
        }
    });

    it('makes no property path of folder names with dots, brackets and quotes', async () => {
        const keys = ['["n","a","INBOX.Sub"]', 'a[0]', `it's "x"`, 'a.b.c', 'a..b', '[', '__proto__', 'ä/„', ''];
        for (const key of keys) {
            await store.save(key, key);
        }
        for (const key of keys) {
            assert.deepEqual(await store.load(key), { state: 'present', value: key, earlier: [] });
        }
        for (const property of context.keys) {
            assert.match(property, /^mailflow_[0-9a-f]*$/);
        }
        assert.equal(context.keys.size, keys.length);
    });

    describe('that sets a value aside', () => {
        it('keeps it under another key, and has nothing under its own', async () => {
            await store.save('key', { evidence: true });
            await store.setAside('key');
            assert.deepEqual(await store.load('key'), { state: 'absent' });
            assert.ok([...context.values.values()].some(value => JSON.stringify(value) === '{"evidence":true}'));
        });

        // each attempt to open a foreign ledger on a bad line kept one more copy
        it('keeps one copy, however often it is asked', async () => {
            mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
            try {
                await store.save('key', { evidence: true });
                await store.setAside('key');
                const { size } = context.values;
                mock.timers.tick(1000);
                await store.setAside('key');
                assert.equal(context.values.size, size);
            } finally {
                mock.timers.reset();
            }
        });

        it('does nothing where nothing is', async () => {
            await store.setAside('key');
            assert.equal(context.values.size, 0);
        });
    });

    describe('with a store that fails', () => {
        it('rejects with its error', async () => {
            context.failure = new Error('no such table');
            await assert.rejects(store.load('key'), /no such table/);
            await assert.rejects(store.save('key', 1), /no such table/);
            await assert.rejects(store.setAside('key'), /no such table/);
        });

        it('rejects when its error is text', async () => {
            context.failure = 'not connected';
            await assert.rejects(store.load('key'), (error: unknown) => {
                assert.ok(error instanceof Error);
                assert.equal(error.message, 'not connected');
                return true;
            });
        });
    });

    describe('with timers', () => {
        beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
        afterEach(() => mock.timers.reset());

        for (const [what, ask] of [
            ['load', () => store.load('key')],
            ['save', () => store.save('key', 1)]
        ] as const) {
            it(`gives up a ${what} that is never answered, and names the store`, async () => {
                context.get = context.set = () => undefined;
                const asked = assert.rejects(ask(), /the context store "shared" did not answer in 15 s/);
                mock.timers.tick(15_000);
                await asked;
            });
        }

        it('ignores an answer that comes too late', async () => {
            let answer: Answer<unknown> = () => undefined;
            context.get = (_key, _store, callback) => (answer = callback);
            const asked = assert.rejects(store.load('key'), /did not answer/);
            mock.timers.tick(15_000);
            await asked;
            answer(null, 1);
        });
    });

    describe('leaves no timer behind', () => {
        async function timers(): Promise<number> {
            // the test runner starts its own while the test waits for the first time; others may end meanwhile
            await new Promise(setImmediate);
            return process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
        }

        it('after an answer', async () => {
            const before = await timers();
            await store.load('key');
            assert.ok((await timers()) <= before);
        });

        it('after an error', async () => {
            const before = await timers();
            context.failure = new Error('x');
            await assert.rejects(store.load('key'));
            assert.ok((await timers()) <= before);
        });

        it('after a store that throws at once', async () => {
            const before = await timers();
            context.get = () => {
                throw new Error('no such store');
            };
            await assert.rejects(store.load('key'), /no such store/);
            assert.ok((await timers()) <= before);
        });
    });
});
