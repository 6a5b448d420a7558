import assert from 'node:assert/strict';
import { SharedSave } from '../../../src/state/shared-save';

describe('a shared save', () => {
    it('saves what is asked for meanwhile with one further save', async () => {
        const saved: number[] = [];
        let state = 0;
        const saving = new SharedSave(async () => {
            const copy = state;
            await new Promise(setImmediate);
            saved.push(copy);
        });
        const requests = [1, 2, 3, 4].map(value => {
            state = value;
            return saving.request();
        });
        await Promise.all(requests);
        assert.deepEqual(saved, [1, 4]);
        state = 5;
        await saving.request();
        assert.deepEqual(saved, [1, 4, 5]);
    });

    it('rejects those whose save fails, and saves again for the next', async () => {
        let fails = true;
        const saving = new SharedSave(async () => {
            await new Promise(setImmediate);
            if (fails) {
                fails = false;
                throw new Error('disk full');
            }
        });
        const [first, second] = [saving.request(), saving.request()];
        await assert.rejects(first, /disk full/);
        await second;
    });

    it('has settled when nothing is being saved any more, also after a failure', async () => {
        let running = 0;
        const saving = new SharedSave(async () => {
            running++;
            await new Promise(setImmediate);
            running--;
            throw new Error('disk full');
        });
        const requests = [saving.request(), saving.request()];
        const outcomes = Promise.allSettled(requests);
        await saving.settled();
        assert.equal(running, 0);
        assert.ok((await outcomes).every(({ status }) => status === 'rejected'));
        await saving.settled();
    });
});
