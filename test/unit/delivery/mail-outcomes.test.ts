import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { InFlightMail, Outcome } from '../../../src/delivery/in-flight';
import type { IntakeOptions, IntakePorts } from '../../../src/delivery/intake-ports';
import { Ledger } from '../../../src/delivery/ledger';
import { MailOutcomes } from '../../../src/delivery/mail-outcomes';
import { MailQueue } from '../../../src/delivery/mail-queue';
import type { MailReader } from '../../../src/delivery/mail-reader';
import type { MailMessage } from '../../../src/message/types';
import { MemoryStore } from '../../support/memory-store';

const PLACE = { node: 'node', account: 'account', folder: 'INBOX' };

function mail(uidValidity: string, uid: number, outcome: Promise<Outcome>): InFlightMail {
    const message = { mail: { ref: { account: 'account', folder: 'INBOX', uidValidity, uid } }, header: {} };
    return { message: message as unknown as MailMessage, fingerprint: 'print', outcome };
}

describe('what follows the outcome of a mail', () => {
    let ledger: Ledger;
    let queue: MailQueue;
    let outcomes: MailOutcomes;
    let claimed: string[];
    let acted: string[];
    let act: () => Promise<void>;

    beforeEach(async () => {
        ledger = await Ledger.open(new MemoryStore(), PLACE);
        ledger.start('2', { watermark: 10, since: null, sinceBelowUid: 0 });
        queue = new MailQueue();
        claimed = [];
        acted = [];
        act = () => Promise.resolve();
        const ports: IntakePorts = {
            deliver: () => undefined,
            adopt: () => null,
            claim: (uidValidity, uid) => void claimed.push(`${uidValidity} ${uid}`),
            afterSuccess: ({ mail: { ref } }) => {
                acted.push(`${ref.uidValidity} ${ref.uid}`);
                return act();
            },
            giveUp: () => Promise.resolve(),
            notice: text => assert.fail(text),
            progress: () => undefined,
            settled: () => undefined,
            resume: () => undefined
        };
        const options = { attempts: 5, pauseMs: () => 60_000, place: PLACE } as unknown as IntakeOptions;
        outcomes = new MailOutcomes(options, ports, {} as MailReader, queue, () => undefined);
    });
    afterEach(() => outcomes.close(null));

    const settle = async (...mails: InFlightMail[]): Promise<void> => {
        mails.forEach(one => outcomes.follow(ledger, one));
        await Promise.all(mails.map(one => one.outcome));
        await new Promise(setImmediate);
    };

    it('leaves a mail to the next instance when its action does not end in time', async () => {
        ledger.begin(5, 1);
        let end: () => void = () => undefined;
        act = () => new Promise(resolve => (end = resolve));
        await settle(mail('2', 5, Promise.resolve({ kind: 'done' })));
        mock.timers.enable({ apis: ['setTimeout'] });
        try {
            const closed = outcomes.close(ledger);
            mock.timers.tick(5_000);
            await closed;
        } finally {
            mock.timers.reset();
        }
        end();
        await new Promise(setImmediate);
        assert.deepEqual([acted, claimed], [['2 5'], []], 'the next instance still finds the outcome');
    });

    for (const kind of ['failed', 'given-back'] as const) {
        it(`leaves another mail alone that has the number of one that is ${kind} after the folder was renewed`, async () => {
            ledger.begin(5, 3);
            await settle(mail('1', 5, Promise.resolve({ kind, reason: 'told to' })));
            assert.equal(ledger.attempts(5), 3);
            assert.equal(queue.nextDue, null);
            assert.deepEqual([outcomes.awaited, claimed], [0, ['1 5']]);
        });
    }

    it('acts once on a mail that has a new number since the folder was renewed', async () => {
        ledger.begin(5, 1);
        const outcome = Promise.resolve<Outcome>({ kind: 'done' });
        await settle(mail('1', 7, outcome), mail('2', 5, outcome));
        assert.deepEqual(acted, ['2 5']);
        assert.equal(ledger.isPending(5), false);
        assert.equal(ledger.delivered, 1);
    });
});
