import { setImmediate as nextTurn } from 'node:timers/promises';
import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { numberedMails } from './numbered-mails';
import { countFinished, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 300_000;

/**
 * A flow that fails twice on every seventh mail and always on every hundredth: the others are delivered once, sevenths
 * at the third try, hundredths leave by the second output.
 */
export async function failingFlow(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const dovecot = await startDovecot();
    const finished: string[] = [];
    const lastTry = new Map<string, number>();
    const intake = new IntakeUnderTest(dovecot, { ack: 'flow', attempts: 3 });
    intake.flow = async message => {
        await nextTurn();
        const number = Number(message.topic);
        const { attempt } = message.mail.delivery;
        lastTry.set(message.topic, attempt);
        if (number % 100 === 0 || (number % 7 === 0 && attempt < 3)) {
            return { kind: 'failed', reason: 'told to' };
        }
        finished.push(message.topic);
        return { kind: 'done' };
    };
    const hundredths = Math.floor(size.mails / 100);
    try {
        await dovecot.fill('anna', 'INBOX', numberedMails(1, size.mails));
        intake.start();
        await intake.until(
            () => finished.length >= size.mails - hundredths && intake.givenUp.length >= hundredths,
            'all outcomes',
            PATIENCE_MS
        );
        await intake.restart();
        await intake.looks(1, PATIENCE_MS);
    } finally {
        await intake.stop();
        await dovecot.stop();
    }
    const wrongTries = [...lastTry].filter(([subject, attempt]) => {
        const number = Number(subject);
        return attempt !== (number % 100 === 0 || number % 7 === 0 ? 3 : 1);
    });
    const givenUp = intake.givenUp.map(({ message }) => message.topic);
    return {
        what: 'a flow that fails',
        mails: size.mails,
        disturbances: hundredths + Math.floor(size.mails / 7),
        ...countFinished([...finished, ...givenUp], size.mails),
        note: `${givenUp.length} given up, ${wrongTries.length} with another number of tries than expected`,
        seconds: (Date.now() - begun) / 1000
    };
}
