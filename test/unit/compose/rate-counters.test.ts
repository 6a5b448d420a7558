import assert from 'node:assert/strict';
import { RateCounters, type Limit } from '../../../src/compose/rate-counters';
import { MemoryStore } from '../../support/memory-store';

const MINUTE = 60_000;

describe('the counters', () => {
    let store: MemoryStore;
    let now: number;
    let counters: RateCounters;

    beforeEach(async () => {
        store = new MemoryStore();
        now = Date.parse('2026-11-26T08:00:00Z');
        counters = await load();
    });

    function load(): Promise<RateCounters> {
        return RateCounters.load(store, 'counters', () => now);
    }

    function limit(key: string, max: number, minutes = 10): Limit {
        return { key, max, windowMs: minutes * MINUTE };
    }

    async function take(mail: string, ...limits: Limit[]): Promise<string | null> {
        const { reached, saved } = counters.take(mail, limits);
        await saved;
        return reached?.key ?? null;
    }

    it('let through as many as the limit allows, and more when time has passed', async () => {
        assert.equal(await take('1', limit('a', 2)), null);
        now += 6 * MINUTE;
        assert.equal(await take('2', limit('a', 2)), null);
        assert.equal(await take('3', limit('a', 2)), 'a');
        now += 4 * MINUTE;
        assert.equal(await take('3', limit('a', 2)), null);
        assert.equal(await take('4', limit('a', 2)), 'a');
    });

    it('count a mail once, however often it is tried', async () => {
        for (let attempt = 0; attempt < 5; attempt++) {
            assert.equal(await take('1', limit('a', 1)), null);
        }
        assert.equal(await take('2', limit('a', 1)), 'a');
    });

    it('count mails without a name each by itself', async () => {
        await take('', limit('a', 1));
        assert.equal(await take('', limit('a', 1)), 'a');
    });

    it('count under no limit when one is reached', async () => {
        await take('1', limit('full', 1));
        assert.equal(await take('2', limit('free', 1), limit('full', 1)), 'full');
        assert.equal(await take('3', limit('free', 1)), null);
    });

    it('survive a restart', async () => {
        await take('1', limit('a', 1));
        counters = await load();
        assert.equal(await take('2', limit('a', 1)), 'a');
        assert.equal(await take('1', limit('a', 1)), null);
    });

    it('forget who has been silent, first those who have been so longest', async () => {
        await take('1', limit('old', 1));
        now += 11 * MINUTE;
        await take('2', limit('new', 1));
        assert.deepEqual(Object.keys(JSON.parse(store.values.get('counters') ?? '{}') as object), ['new']);
        const many = Array.from({ length: 10_050 }, (_unused, index) => limit(`k${index}`, 5));
        await take('3', ...many);
        const kept = Object.keys(JSON.parse(store.values.get('counters') ?? '{}') as object);
        assert.equal(kept.length, 10_000);
        assert.equal(kept.at(-1), 'k10049');
    });

    it('begin anew with a record that cannot be used', async () => {
        await store.save('counters', [1, 2]);
        counters = await load();
        assert.equal(await take('1', limit('a', 1)), null);
        assert.deepEqual(store.setAsideKeys, ['counters']);
        const entries = [[now, 'x']];
        await store.save('counters', {
            good: { windowMs: 600_000, entries },
            bad: { windowMs: 'x', entries: [] },
            worse: null,
            odd: { windowMs: 1, entries: [null] }
        });
        counters = await load();
        assert.equal(await take('1', limit('good', 1)), 'good');
    });

    it('do not let through everything when the clock was set back', async () => {
        await take('1', limit('a', 1));
        now -= 60 * MINUTE;
        assert.equal(await take('2', limit('a', 1)), 'a');
    });
});
