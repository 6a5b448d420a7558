import assert from 'node:assert/strict';
import { ReconnectPause } from '../../../src/imap/reconnect-pause';

const MINUTE = 60_000;

describe('ReconnectPause', () => {
    let now: number;
    let random: number;
    let pause: ReconnectPause;

    beforeEach(() => {
        now = 1_000_000;
        random = 1;
        pause = new ReconnectPause(
            () => now,
            () => random
        );
    });

    function pauses(count: number): number[] {
        return Array.from({ length: count }, () => pause.next());
    }

    it('doubles from one second while nothing connects, up to ten minutes', () => {
        assert.deepEqual(pauses(4), [1000, 2000, 4000, 8000]);
        assert.equal(pauses(20).at(-1), 10 * MINUTE);
    });

    it('stays finite and at the cap after thousands of failures', () => {
        assert.equal(pauses(5000).at(-1), 10 * MINUTE);
    });

    it('is half fixed and half random, so that many accounts do not come back together', () => {
        random = 0;
        assert.deepEqual(pauses(3), [500, 1000, 2000]);
        random = 0.5;
        assert.equal(pause.next(), 6000);
    });

    it('lets the first attempt after a good connection come at once', () => {
        pause.connected();
        assert.equal(pause.next(), 0);
    });

    it('keeps growing while a server drops every login soon', () => {
        const seen = Array.from({ length: 4 }, () => {
            pause.connected();
            now += 1000;
            return pause.next();
        });
        assert.deepEqual(seen, [0, 2000, 4000, 8000]);
    });

    it('starts anew after a connection that held for five minutes', () => {
        pauses(6);
        pause.connected();
        now += 5 * MINUTE;
        assert.equal(pause.next(), 0);
        assert.equal(pause.next(), 2000);
    });

    it('does not start anew a moment before', () => {
        pauses(3);
        pause.connected();
        now += 5 * MINUTE - 1;
        assert.equal(pause.next(), 8000);
    });

    // Polling reports a contact with every look. Each one used to begin the stable while anew, so that a folder looked
    // at every minute never became stable and waited ten minutes after a single failure a week later.
    it('takes a long row of contacts as one stable while', () => {
        pauses(8);
        for (let look = 0; look < 10; look++) {
            pause.connected();
            now += MINUTE;
        }
        assert.equal(pause.next(), 0);
    });
});
