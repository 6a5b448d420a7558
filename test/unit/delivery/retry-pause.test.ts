import assert from 'node:assert/strict';
import { retryPauseMs } from '../../../src/delivery/retry-pause';

describe('retryPauseMs', () => {
    for (const [attempt, seconds] of [
        [1, 10],
        [2, 30],
        [3, 90],
        [4, 270],
        [5, 600],
        [100, 600],
        [Number.MAX_SAFE_INTEGER, 600]
    ] as const) {
        it(`waits ${seconds} s after try ${attempt}`, () => assert.equal(retryPauseMs(attempt), seconds * 1000));
    }
});
