import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ContactAlarm } from '../../../src/imap/contact-alarm';

const INTERVAL_MS = 60_000;

describe('ContactAlarm', () => {
    let silences: Array<Date | null>;
    let recoveries: number;
    let alarm: ContactAlarm;

    beforeEach(() => {
        mock.timers.enable({ apis: ['setTimeout', 'Date'] });
        silences = [];
        recoveries = 0;
        alarm = new ContactAlarm(INTERVAL_MS, {
            silent: since => void silences.push(since),
            recovered: () => void recoveries++
        });
        alarm.start();
    });

    afterEach(() => mock.timers.reset());

    it('is raised once after three intervals without any contact', () => {
        mock.timers.tick(3 * INTERVAL_MS - 1);
        assert.deepEqual(silences, []);
        mock.timers.tick(10 * INTERVAL_MS);
        assert.deepEqual(silences, [null]);
    });

    it('names the last contact, and is taken back once by the next', () => {
        mock.timers.tick(INTERVAL_MS);
        alarm.contact();
        mock.timers.tick(3 * INTERVAL_MS);
        assert.deepEqual(silences, [new Date(INTERVAL_MS)]);
        alarm.contact();
        alarm.contact();
        assert.equal(recoveries, 1);
    });

    // a look that was under way when the node closed kept the process alive for three intervals, and then raised it
    it('stays silent after it was closed, whatever is still reported', () => {
        alarm.close();
        alarm.contact();
        mock.timers.tick(10 * INTERVAL_MS);
        assert.deepEqual(silences, []);
    });
});
