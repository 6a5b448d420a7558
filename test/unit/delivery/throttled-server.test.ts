import assert from 'node:assert/strict';
import { startImapPeer, type ImapPeer } from '../../support/imap-peer';
import { IntakeUnderTest } from '../../support/intake-under-test';

const PAUSE_MS = 1500;
/** The words of Microsoft 365. */
const WORDS = `Request is throttled. Suggested Backoff Time: ${PAUSE_MS} milliseconds`;

describe('the intake of a server that throttles', function () {
    this.timeout(30_000);
    let peer: ImapPeer;
    let intake: IntakeUnderTest | undefined;

    beforeEach(async () => {
        peer = await startImapPeer();
    });
    afterEach(async () => {
        await intake?.stop();
        intake = undefined;
        await peer.stop();
    });

    for (const command of ['LOGIN', 'EXAMINE']) {
        it(`asks again after the pause that the answer to ${command} names, and not before`, async () => {
            const asked: number[] = [];
            peer.handlers[command] = async (given, session, fallback) => {
                asked.push(performance.now());
                if (asked.length === 1) {
                    return session.bad(given, WORDS);
                }
                return fallback();
            };
            intake = new IntakeUnderTest(peer, {}).start();
            await intake.failureCount(1);
            const [failure] = intake.failures;
            assert.deepEqual([failure?.code, failure?.kind], ['THROTTLED', 'temporary']);
            assert.equal(failure?.retryAfterMs, PAUSE_MS);
            assert.match(failure?.message ?? '', /throttles this account for 2 s/);
            await intake.looks();
            const [first = 0, second = 0] = asked;
            assert.equal(asked.length, 2);
            assert.ok(second - first >= PAUSE_MS, `asked again after ${second - first} ms`);
            assert.equal(peer.sessions.length, 2, 'one connection that was throttled, and one after the pause');
            assert.equal(intake.failures.length, 1);
        });
    }
});
