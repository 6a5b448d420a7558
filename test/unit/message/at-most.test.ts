import assert from 'node:assert/strict';
import { atMost } from '../../../src/message/at-most';

describe('waiting at most so long', () => {
    it('ends with the work, whether it succeeds or fails', async () => {
        const started = performance.now();
        await atMost(60_000, Promise.resolve());
        await atMost(60_000, Promise.reject(new Error('no')));
        assert.ok(performance.now() - started < 5_000);
    });

    it('ends without the work when that takes longer', async () => {
        await atMost(1, new Promise(() => undefined));
    });
});
