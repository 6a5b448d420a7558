import assert from 'node:assert/strict';
import { DayQuota } from '../../../src/smtp/day-quota';
import { SendCounter } from '../../../src/smtp/send-counter';
import { sendingSettings } from '../../support/sending-settings';

describe('SendCounter', () => {
    it('counts since midnight UTC where there is no daily limit', () => {
        let now = new Date('2026-11-24T23:59:00Z');
        const counter = new SendCounter(sendingSettings().limits, null, () => now);
        counter.add(2);
        counter.add(1);
        assert.deepEqual(counter.report(), { messages: 2, recipients: 3, messagesPerDay: 0, recipientsPerDay: 0 });
        now = new Date('2026-11-25T00:00:00Z');
        assert.deepEqual(counter.report(), { messages: 0, recipients: 0, messagesPerDay: 0, recipientsPerDay: 0 });
    });

    it('tells the count of the quota, which outlives a restart', async () => {
        const now = (): Date => new Date('2026-11-24T12:00:00Z');
        const stored = { day: '2026-11-24', messages: 7, recipients: 9 };
        const quota = new DayQuota({
            account: 'Shop',
            messages: 100,
            recipients: 0,
            store: {
                load: () => Promise.resolve({ state: 'present' as const, value: stored }),
                save: () => Promise.resolve()
            } as never,
            key: 'k',
            onProblem: error => assert.fail(String(error)),
            now
        });
        const counter = new SendCounter(sendingSettings({ limits: { messagesPerDay: 100 } }).limits, quota, now);
        counter.report();
        await new Promise(resolve => setImmediate(resolve));
        const { messages, recipients, messagesPerDay } = counter.report();
        assert.deepEqual([messages, recipients, messagesPerDay], [7, 9, 100]);
        await quota.take(2);
        assert.equal(counter.report().messages, 8);
        await quota.close();
    });
});
