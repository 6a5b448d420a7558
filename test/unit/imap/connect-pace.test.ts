import assert from 'node:assert/strict';
import { ConnectPace } from '../../../src/imap/connect-pace';

describe('ConnectPace', () => {
    let now: number;
    let pace: ConnectPace;

    beforeEach(() => {
        now = 1_000_000;
        pace = new ConnectPace(
            () => now,
            () => 0.5
        );
    });

    it('lets ten connections through at once', () => {
        assert.deepEqual(
            Array.from({ length: 10 }, () => pace.take()),
            Array.from({ length: 10 }, () => 0)
        );
    });

    it('spreads 200 over five seconds, at most six in a tenth of a second after the first ten', () => {
        const waits = Array.from({ length: 200 }, () => pace.take());
        const last = Math.max(...waits);
        assert.ok(last > 4_500 && last < 5_500, `${last} ms`);
        const busiest = Math.max(
            ...waits.slice(10).map(from => waits.filter(wait => wait >= from && wait < from + 100).length)
        );
        assert.ok(busiest <= 6, `${busiest} in a tenth of a second`);
    });

    it('gives the places back with time, and never more than ten', () => {
        Array.from({ length: 20 }, () => pace.take());
        now += 60_000;
        const waits = Array.from({ length: 11 }, () => pace.take());
        assert.deepEqual([waits.filter(wait => wait === 0).length, waits.at(-1)], [10, 25 + 12.5]);
    });

    it('waits for its turn', async () => {
        const real = new ConnectPace();
        const begun = performance.now();
        await Promise.all(Array.from({ length: 14 }, () => real.turn()));
        const took = performance.now() - begun;
        assert.ok(took >= 95 && took < 2_000, `${took} ms`);
    });
});
