import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { numberedMails } from './numbered-mails';
import { countFinished, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 300_000;

/** UIDVALIDITY changes when half of the mails are settled: nothing lost, nothing doubled. */
export async function renewedFolder(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const dovecot = await startDovecot();
    const finished: string[] = [];
    const intake = new IntakeUnderTest(dovecot, { ack: 'flow' });
    const half = Math.floor(size.mails / 2);
    intake.flow = async message => {
        finished.push(message.topic);
        return { kind: 'done' };
    };
    try {
        await dovecot.fill('anna', 'INBOX', numberedMails(1, half));
        intake.start();
        await intake.until(() => finished.length === half, 'the first half', PATIENCE_MS);
        await dovecot.halt();
        await dovecot.start();
        await dovecot.doveadm('mailbox', 'update', '-u', 'anna', '--uid-validity', '4242424242', 'INBOX');
        await dovecot.fill('anna', 'INBOX', numberedMails(half + 1, size.mails));
        await intake.restart();
        await intake.until(() => new Set(finished).size === size.mails, 'the second half', PATIENCE_MS);
        await intake.restart();
        await intake.looks(1, PATIENCE_MS);
    } finally {
        await intake.stop();
        await dovecot.stop();
    }
    return {
        what: 'UIDVALIDITY changed',
        mails: size.mails,
        disturbances: 1,
        ...countFinished(finished, size.mails),
        note: `${intake.notices.filter(notice => /renewed/.test(notice)).length} notice`,
        seconds: (Date.now() - begun) / 1000
    };
}
