import assert from 'node:assert/strict';
import { BusyPatience } from '../../../src/imap/busy-patience';

const MINUTE_MS = 60_000;

describe('BusyPatience', () => {
    let now: number;
    let patience: BusyPatience;

    beforeEach(() => {
        now = 1_000_000;
        patience = new BusyPatience(MINUTE_MS, () => now);
    });

    /** Waits as told; gives the pauses until the patience is over. */
    const pauses = (before: () => void = () => undefined): number[] => {
        const waited: number[] = [];
        for (before(); ; before()) {
            const pause = patience.next();
            if (pause === null || waited.length > 100) {
                return waited;
            }
            waited.push(pause);
            now += pause;
        }
    };

    it('pauses five times in a minute, each time twice as long', () => {
        assert.deepEqual(pauses(), [1_875, 3_750, 7_500, 15_000, 30_000]);
    });

    it('waits for what is left of the time that the server has named', () => {
        assert.equal(patience.accepts(40_000), true);
        assert.equal(patience.waits, true);
        now += 25_000;
        assert.equal(patience.next(), 15_000);
    });

    it('waits no more when that time is over already', () => {
        patience.accepts(5_000);
        now += 5_001;
        assert.equal(patience.waits, false);
        assert.equal(patience.next(), 0);
    });

    it('accepts no time that is longer than a minute, nor several that are in sum', () => {
        assert.equal(patience.accepts(60_001), false);
        patience.over();
        assert.equal(patience.accepts(35_000), true);
        now += 35_000;
        assert.equal(patience.accepts(35_000), false);
    });

    // "Suggested Backoff Time: 1 milliseconds", again and again
    it('does not hammer a server that names a short time again and again', () => {
        const waited = pauses(() => patience.accepts(1));
        assert.ok(waited.length <= 6, `${waited.length} times`);
    });

    it('begins anew when the server did what it was asked', () => {
        pauses();
        patience.over();
        assert.equal(patience.next(), 1_875);
    });
});
