import assert from 'node:assert/strict';
import { HourCounts } from '../../../src/account/hour-counts';

const HOUR = 3_600_000;

describe('HourCounts', () => {
    it('counts per hour, the running one last', () => {
        const counts = new HourCounts();
        counts.add(100 * HOUR);
        counts.add(101 * HOUR);
        counts.add(101 * HOUR + 5);
        assert.deepEqual(counts.read(101 * HOUR + 9).slice(-3), [0, 1, 2]);
        assert.deepEqual(counts.read(103 * HOUR).slice(-4), [1, 2, 0, 0]);
    });

    it('forgets what is older than a day', () => {
        const counts = new HourCounts();
        counts.add(100 * HOUR);
        assert.equal(counts.read(123 * HOUR)[0], 1);
        assert.deepEqual(counts.read(124 * HOUR), new Array(24).fill(0));
        counts.add(124 * HOUR);
        assert.deepEqual(counts.read(500 * HOUR), new Array(24).fill(0));
    });

    it('keeps its counts when the clock is set back', () => {
        const counts = new HourCounts();
        counts.add(100 * HOUR);
        counts.add(90 * HOUR);
        assert.equal(counts.read(90 * HOUR).at(-1), 2);
    });
});
