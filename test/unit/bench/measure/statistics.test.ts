import assert from 'node:assert/strict';
import { median, percentile } from '../../../../bench/measure/statistics';

describe('the statistics of the bench', () => {
    it('takes the middle value, whatever the order', () => {
        assert.equal(median([30, 1, 2]), 2);
    });

    it('takes the mean of the two middle values of an even number', () => {
        assert.equal(median([4, 1, 3, 100]), 3.5);
    });

    it('gives a percentile that was measured', () => {
        const values = Array.from({ length: 200 }, (_, index) => index + 1);
        assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)], [100, 198, 200]);
        assert.equal(percentile([7], 0.99), 7);
    });

    it('has no value for no measurement', () => {
        assert.deepEqual([median([]), percentile([], 0.5)], [NaN, NaN]);
    });
});
