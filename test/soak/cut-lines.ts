import { setImmediate as nextTurn } from 'node:timers/promises';
import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { startProxy } from '../support/tcp-proxy';
import { numberedMails } from './numbered-mails';
import { countFinished, seededRandom, type SoakRow, type SoakSize } from './scenario';

/** A stalled line is given up after the socket time-out of the test, 5 s; a cut one is noticed at once. */
const STALL_SHARE = 0.05;
const PATIENCE_MS = 60_000;

/** Connections are cut or fall silent at random moments while mails are delivered: nothing lost, nothing doubled. */
export async function cutLines(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const random = seededRandom(1);
    const dovecot = await startDovecot();
    const proxy = await startProxy(dovecot);
    const finished: string[] = [];
    const intake = new IntakeUnderTest(proxy, { ack: 'flow' });
    intake.flow = async message => {
        await nextTurn();
        finished.push(message.topic);
        return { kind: 'done' };
    };
    let stalls = 0;
    const isOver = (): boolean => new Set(finished).size === size.mails;
    /** The last mails may have been read ahead, so that nobody waits for the line any more. */
    const failure = (failures: number): Promise<void> =>
        intake.until(() => intake.failures.length > failures || isOver(), 'a failure', PATIENCE_MS);
    try {
        await dovecot.fill('anna', 'INBOX', numberedMails(1, size.mails));
        intake.start();
        const step = size.mails / (size.disturbances + 1);
        for (let cut = 1; cut <= size.disturbances; cut++) {
            await intake.mailCount(Math.floor(cut * step), PATIENCE_MS);
            if (random() < STALL_SHARE) {
                stalls++;
                const failures = intake.failures.length;
                proxy.stall();
                await failure(failures);
                proxy.resume();
            } else if (random() < 0.3) {
                // the next answers break off in the middle of a line or a literal
                proxy.truncateAfter(Math.floor(random() * 4000));
                const failures = intake.failures.length;
                await failure(failures);
                proxy.truncateAfter(undefined);
            } else {
                proxy.cut();
            }
        }
        await intake.until(isOver, 'all mails', PATIENCE_MS);
        await intake.restart();
        await intake.looks(1, PATIENCE_MS);
    } finally {
        await intake.stop();
        await proxy.stop();
        await dovecot.stop();
    }
    return {
        what: 'lines cut, truncated or stalled',
        mails: size.mails,
        disturbances: size.disturbances,
        ...countFinished(finished, size.mails),
        note: `${stalls} of them stalled; ${proxy.connections.length} connections`,
        seconds: (Date.now() - begun) / 1000
    };
}
