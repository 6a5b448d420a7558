import assert from 'node:assert/strict';
import { benchDecisions, HEADERS } from '../../../bench/decisions-automatic';
import { classify } from '../../../src/automatic/classify';

describe('the bench of telling people and machines apart', () => {
    it('measures decisions that are right for every mail', () => {
        assert.deepEqual(
            HEADERS.map(header => classify({ header }).kind),
            ['human', 'human', 'auto-reply', 'bounce', 'bulk']
        );
        const { decisionsPerSecond, median } = benchDecisions({ decisions: 100, repetitions: 2 });
        assert.equal(decisionsPerSecond.length, 2);
        assert.ok(median > 0);
    });
});
