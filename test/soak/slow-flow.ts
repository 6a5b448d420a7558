import { setTimeout as sleep } from 'node:timers/promises';
import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { countFinished, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 300_000;
const MAIL_BYTES = 200_000;
const FLOW_MS = 20;

/** A flow slower than the server: never more than ten mails in it, and memory stays flat. */
export async function slowFlow(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const dovecot = await startDovecot();
    const finished: string[] = [];
    let open = 0;
    let most = 0;
    const rss: number[] = [];
    const intake = new IntakeUnderTest(dovecot, { ack: 'flow', inFlight: 10, content: 'full' });
    intake.keepMails = false;
    intake.flow = async message => {
        most = Math.max(most, ++open);
        await sleep(FLOW_MS);
        open--;
        finished.push(message.topic);
        rss.push(process.memoryUsage.rss());
        return { kind: 'done' };
    };
    try {
        await dovecot.fill('anna', 'INBOX', largeMails(size.mails));
        intake.start();
        await intake.until(() => finished.length >= size.mails, 'all mails', PATIENCE_MS);
    } finally {
        await intake.stop();
        await dovecot.stop();
    }
    const quarter = Math.floor(rss.length / 4);
    const growth = Math.max(...rss.slice(-quarter)) - Math.max(...rss.slice(quarter, 2 * quarter));
    return {
        what: `slow flow, ${(size.mails * MAIL_BYTES) / 1e6} MB`,
        mails: size.mails,
        disturbances: 0,
        ...countFinished(finished, size.mails),
        note: `at most ${most} unsettled; memory of the last quarter ${(growth / 1e6).toFixed(1)} MB above the second`,
        seconds: (Date.now() - begun) / 1000
    };
}

function* largeMails(count: number): Generator<Buffer> {
    for (let number = 1; number <= count; number++) {
        yield buildMail({
            from: 'sender@example.com',
            subject: String(number),
            messageId: `<large-${number}@example.com>`,
            size: MAIL_BYTES
        });
    }
}
