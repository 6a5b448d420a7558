import assert from 'node:assert/strict';
import { startImapPeer, type ImapPeer, type PeerHandler } from '../../support/imap-peer';
import { IntakeUnderTest } from '../../support/intake-under-test';

const PAUSE_MS = 1500;
/** The words of Microsoft 365. */
const WORDS = `Request is throttled. Suggested Backoff Time: ${PAUSE_MS} milliseconds`;
const NO_MAILBOX = 'User is authenticated but not connected.';

describe('the intake of a server that', function () {
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

    /** Answers the first command with BAD; tells when each was given. */
    const throttle = (command: string): number[] => {
        const asked: number[] = [];
        peer.handlers[command] = async (given, session, fallback) => {
            asked.push(performance.now());
            if (asked.length === 1) {
                return session.bad(given, WORDS);
            }
            return fallback();
        };
        return asked;
    };
    const assertPause = ([first = 0, second = 0]: number[]): void => {
        // timers may be a millisecond early
        assert.ok(second - first >= PAUSE_MS - 2, `asked again after ${second - first} ms`);
        assert.ok(second - first < 5 * PAUSE_MS, `asked again only after ${second - first} ms`);
    };

    it('throttles the login is asked again after the pause that it names, and not before', async () => {
        const asked = throttle('LOGIN');
        intake = new IntakeUnderTest(peer, {}).start();
        await intake.failureCount(1);
        const told = performance.now() - (asked[0] ?? 0);
        assert.ok(told < PAUSE_MS, `it is told at once, and not after a wait: ${told} ms`);
        const [failure] = intake.failures;
        assert.deepEqual([failure?.code, failure?.kind, failure?.step], ['THROTTLED', 'temporary', 'login']);
        assert.equal(failure?.retryAfterMs, PAUSE_MS);
        assert.match(failure?.message ?? '', /throttles this account for 2 s/);
        await intake.looks();
        assertPause(asked);
        assert.equal(peer.sessions.length, 2, 'one connection that was throttled, and one after the pause');
        assert.equal(intake.failures.length, 1);
    });

    it('throttles the selection is asked again after the pause that it names, on the same connection', async () => {
        const asked = throttle('EXAMINE');
        intake = new IntakeUnderTest(peer, {}).start();
        await intake.failureCount(1);
        assert.equal(intake.failures[0]?.code, 'THROTTLED');
        await intake.looks();
        assertPause(asked);
        assert.equal(peer.sessions.length, 1);
        assert.equal(intake.failures.length, 1);
    });

    it('throttles a login is left alone by every other connection too', async () => {
        const asked = throttle('LOGIN');
        intake = new IntakeUnderTest(peer, {}).start();
        await intake.failureCount(1);
        await assert.rejects(intake.account.listFolders(), { code: 'THROTTLED' });
        assert.equal(asked.length, 1);
        await intake.looks();
    });

    it('throttles in IDLE is reported and goes on', async () => {
        throttle('IDLE');
        intake = new IntakeUnderTest(peer, { interval: 2 }).start();
        await intake.looks(1);
        await intake.failureCount(1);
        assert.equal(intake.failures[0]?.code, 'THROTTLED');
        await intake.looks(2);
        await peer.waitForCommand('IDLE', 2);
        assert.equal(peer.sessions.length, 1);
    });

    // Microsoft 365: the login is accepted, and every command after it refused
    for (const capabilities of [
        ['IMAP4rev1', 'NAMESPACE', 'IDLE'],
        ['IMAP4rev1', 'IDLE']
    ]) {
        it(`gives no mailbox to a good login is not hammered (${capabilities.join(' ')})`, async () => {
            await peer.stop();
            const refuse: PeerHandler = (command, session) => session.bad(command, NO_MAILBOX);
            const names = ['NAMESPACE', 'LIST', 'LSUB', 'SELECT', 'EXAMINE', 'STATUS', 'NOOP'];
            const handlers = Object.fromEntries(names.map(name => [name, refuse]));
            peer = await startImapPeer({ capabilities, handlers });
            intake = new IntakeUnderTest(peer, { interval: 1 }).start();
            await intake.failureCount(1);
            const [failure] = intake.failures;
            assert.deepEqual([failure?.code, failure?.kind], ['SERVER_REFUSED', 'configuration']);
            assert.match(failure?.message ?? '', /the login is right but there is no mailbox behind it/);
            assert.match(failure?.message ?? '', /The server said: "User is authenticated but not connected\."/);
            assert.match(failure?.message ?? '', /the right to this mailbox/);
            const commands = peer.commands.length;
            assert.ok(commands <= 8, `${commands} commands`);
            // longer than any pause between tries of a server that is only out of order
            await new Promise(resolve => setTimeout(resolve, 1_500));
            assert.deepEqual(
                peer.commands.slice(commands).filter(({ name }) => name !== 'LOGOUT'),
                []
            );
            assert.deepEqual([peer.sessions.length, intake.failures.length], [1, 1]);
        });
    }
});
