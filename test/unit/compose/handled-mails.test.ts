import assert from 'node:assert/strict';
import { HandledMails, type Holder } from '../../../src/compose/handled-mails';
import { MemoryStore } from '../../support/memory-store';

const DAY = 24 * 60 * 60_000;
const MINUTE = 60_000;

describe('the memory of what was sent', () => {
    let store: MemoryStore;
    let now: number;
    let mails: HandledMails;
    const first: Holder = { source: 'inbox 1', deliveryId: 'a' };
    const retry: Holder = { source: 'inbox 1', deliveryId: 'b' };
    const copy: Holder = { source: 'inbox 2', deliveryId: 'c' };

    beforeEach(async () => {
        store = new MemoryStore();
        now = Date.parse('2026-11-26T08:00:00Z');
        mails = await load();
    });

    function load(): Promise<HandledMails> {
        return HandledMails.load(store, 'handled', () => now);
    }

    it('gives a mail to one attempt, and not once more to the same', () => {
        assert.equal(mails.hold('k', first), true);
        assert.equal(mails.hold('k', first), false);
        assert.equal(mails.hold('other', first), true);
    });

    it('gives it to the next attempt of the same mail, because the earlier has failed', () => {
        mails.hold('k', first);
        assert.equal(mails.hold('k', retry), true);
    });

    it('does not give it to a second copy of the mail while it is being sent', () => {
        mails.hold('k', first);
        assert.equal(mails.hold('k', copy), false);
    });

    it('gives it to anybody when it could not be sent, or nobody can be at work on it any more', () => {
        mails.hold('k', first);
        mails.giveBack(['k']);
        assert.equal(mails.hold('k', copy), true);
        now += 15 * MINUTE + 1;
        assert.equal(mails.hold('k', first), true);
    });

    it('gives it to nobody once it was sent, also after a restart', async () => {
        mails.hold('k', first);
        await mails.confirm(['k']);
        assert.equal(mails.hold('k', retry), false);
        mails.giveBack(['k']);
        assert.equal(mails.hold('k', retry), false);
        assert.equal((await load()).hold('k', copy), false);
    });

    it('forgets after a restart what was not sent', async () => {
        mails.hold('k', first);
        await mails.confirm(['other']);
        assert.equal((await load()).hold('k', first), true);
    });

    it('keeps it for 7 days', async () => {
        await mails.confirm(['k']);
        now += 7 * DAY - MINUTE;
        assert.equal((await load()).hold('k', first), false);
        now += 2 * MINUTE;
        assert.equal((await load()).hold('k', first), true);
    });

    it('does not grow without end: the oldest go first', async () => {
        for (let batch = 0; batch < 21; batch++) {
            now += 1;
            await mails.confirm(Array.from({ length: 1_000 }, (_unused, index) => `${batch} ${index}`));
        }
        const saved = Object.keys(JSON.parse(store.values.get('handled') ?? '{}') as object);
        assert.equal(saved.length, 20_000);
        assert.equal(
            saved.some(key => key.startsWith('0 ')),
            false
        );
        assert.equal(mails.hold('20 999', first), false);
    });

    it('writes once for many that are sent at one time', async () => {
        await Promise.all(Array.from({ length: 100 }, (_unused, index) => mails.confirm([`k${index}`])));
        assert.ok(store.saves <= 2, String(store.saves));
        assert.equal((await load()).hold('k99', first), false);
    });

    it('says when it could not be stored, and remembers it all the same', async () => {
        store.failure = new Error('disk full');
        await assert.rejects(mails.confirm(['k']), /disk full/);
        assert.equal(mails.hold('k', retry), false);
    });

    it('begins anew with a record that cannot be used, and keeps that aside', async () => {
        for (const record of [[], 'x', null]) {
            await store.save('handled', record);
            assert.equal((await load()).hold('k', first), true);
        }
        assert.equal(store.setAsideKeys.length, 3);
        await store.save('handled', { good: now, bad: 'x', worse: null });
        const restored = await load();
        assert.deepEqual([restored.hold('good', first), restored.hold('bad', first)], [false, true]);
    });
});
