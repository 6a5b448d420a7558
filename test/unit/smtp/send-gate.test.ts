import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { MailErrorCode } from '../../../src/message/mail-error';
import { SendGate } from '../../../src/smtp/send-gate';

const never = new AbortController().signal;

/** Lets everything run that needs no timer. */
function settle(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve));
}

describe('the gate of an account', () => {
    it('lets through as many at a time as there are slots, first come, first served', async () => {
        const gate = new SendGate({ slots: 2, perMinute: 0 });
        const order: string[] = [];
        const leave: Array<() => void> = [];
        for (const name of ['a', 'b', 'c', 'd']) {
            void gate.enter(never).then(free => {
                order.push(name);
                leave.push(free);
            });
        }
        await settle();
        assert.deepEqual(order, ['a', 'b']);
        leave[0]?.();
        leave[0]?.();
        await settle();
        assert.deepEqual(order, ['a', 'b', 'c'], 'a slot is freed once');
    });

    it('gives a waiting mail back at once when its signal aborts, and serves the next', async () => {
        const gate = new SendGate({ slots: 1, perMinute: 0 });
        const leave = await gate.enter(never);
        const stop = new AbortController();
        const second = gate.enter(stop.signal);
        const third = gate.enter(never);
        stop.abort();
        await assert.rejects(second, { code: MailErrorCode.Closed });
        await assert.rejects(gate.enter(stop.signal), { code: MailErrorCode.Closed });
        leave();
        (await third)();
    });
});

describe('a limit per minute', () => {
    let now: number;
    beforeEach(() => {
        now = 1_000;
        mock.timers.enable({ apis: ['setTimeout'] });
    });
    afterEach(() => mock.timers.reset());

    async function pass(ms: number): Promise<void> {
        now += ms;
        mock.timers.tick(ms);
        await settle();
    }

    it('holds in any 60 seconds', async () => {
        const gate = new SendGate({ slots: 10, perMinute: 2, now: () => now });
        const times: number[] = [];
        const enter = (): void => void gate.enter(never).then(() => times.push(now - 1_000));
        enter();
        await settle();
        await pass(30_000);
        enter();
        enter();
        enter();
        await settle();
        assert.deepEqual(times, [0, 30_000]);
        await pass(29_999);
        assert.equal(times.length, 2);
        await pass(1);
        await pass(30_000);
        assert.deepEqual(times, [0, 30_000, 60_000, 90_000]);
    });

    it('refuses a mail that would wait longer than ten minutes', async () => {
        const gate = new SendGate({ slots: 10, perMinute: 1, now: () => now });
        const stop = new AbortController();
        const waiting = Array.from({ length: 11 }, () => gate.enter(stop.signal));
        await assert.rejects(gate.enter(never), {
            code: MailErrorCode.Throttled,
            kind: 'temporary',
            message: /"messagesPerMinute" \(1\)/
        });
        stop.abort();
        const outcomes = await Promise.allSettled(waiting);
        assert.equal(outcomes.filter(outcome => outcome.status === 'fulfilled').length, 1);
    });
});
