import assert from 'node:assert/strict';
import { InFlightMails, mailKey, type KeptMail, type Outcome } from '../../../src/delivery/in-flight';
import type { MailMessage } from '../../../src/message/types';

const DONE: Outcome = { kind: 'done' };
const FAILED: Outcome = { kind: 'failed', reason: 'no' };
const LONG = 60_000;

function kept(id: string): KeptMail {
    const ref = { account: 'a', folder: 'INBOX', uidValidity: '7', uid: 1 };
    const message = { topic: id, attachments: [], mail: { ref, delivery: { id, attempt: 1 } } };
    return { message: message as unknown as MailMessage, fingerprint: 'print' };
}

describe('InFlightMails', () => {
    let mails: InFlightMails;

    beforeEach(() => (mails = new InFlightMails()));

    function enter(id: string, awaitsAck = true, timeoutMs = LONG): ReturnType<InFlightMails['enter']> {
        return mails.enter(`key of ${id}`, kept(id), timeoutMs, awaitsAck);
    }

    it('names a mail for a node, whatever stands in the names', () => {
        const ref = { account: 'a', folder: 'b', uidValidity: '1', uid: 1 };
        const keys = [
            mailKey('n', ref),
            mailKey('na', { ...ref, account: '' }),
            mailKey('n', { ...ref, folder: 'b1' }),
            mailKey('n', { ...ref, uid: 11 }),
            mailKey('n', { ...ref, uidValidity: '11' })
        ];
        assert.equal(new Set(keys).size, keys.length);
    });

    describe('acknowledged', () => {
        it('settles the mail that waits under the id, and no other', async () => {
            const first = enter('1');
            enter('2').settle(DONE);
            assert.equal(mails.acknowledge('1', FAILED), 'settled');
            assert.deepEqual(await first.mail.outcome, FAILED);
            assert.equal(mails.size, 0);
        });

        it('does not mind the same answer again', () => {
            enter('1');
            assert.deepEqual([mails.acknowledge('1', DONE), mails.acknowledge('1', DONE)], ['settled', 'repeated']);
            enter('2');
            mails.acknowledge('2', FAILED);
            assert.equal(mails.acknowledge('2', { kind: 'failed', reason: 'in other words' }), 'repeated');
        });

        it('tells when the opposite was said before, which counts', async () => {
            const { mail } = enter('1');
            mails.acknowledge('1', DONE);
            assert.equal(mails.acknowledge('1', FAILED), 'contradicts');
            assert.deepEqual(await mail.outcome, DONE);
        });

        it('tells when the time of the mail was over', async () => {
            const { mail } = enter('1', true, 5);
            assert.deepEqual(await mail.outcome, {
                kind: 'failed',
                reason: 'the flow did not finish with the mail in 0.005 s'
            });
            assert.deepEqual([mails.acknowledge('1', DONE), mails.acknowledge('1', FAILED)], ['late', 'late']);
        });

        it('tells when the mail is followed through the flow', () => {
            enter('1', false);
            assert.equal(mails.acknowledge('1', DONE), 'not-awaited');
            assert.equal(mails.size, 1);
        });

        it('knows nothing of other ids', () => {
            enter('1', false).settle(DONE);
            for (const id of ['', '1', '2', '__proto__', 'key of 1']) {
                assert.equal(mails.acknowledge(id, DONE), 'unknown');
            }
        });

        it('forgets the oldest of more than 10,000 answers', () => {
            for (let number = 0; number <= 10_000; number++) {
                enter(String(number));
                mails.acknowledge(String(number), DONE);
            }
            assert.deepEqual(
                ['0', '1', '10000'].map(id => mails.acknowledge(id, DONE)),
                ['unknown', 'repeated', 'repeated']
            );
        });
    });

    describe('found', () => {
        it('until its outcome is claimed, also when that came meanwhile', async () => {
            const { settle } = enter('1');
            settle(FAILED);
            assert.deepEqual(await mails.find('key of 1')?.outcome, FAILED);
            mails.claim('key of 1');
            assert.equal(mails.find('key of 1'), null);
        });

        it('also after a claim that came too early', () => {
            enter('1');
            mails.claim('key of 1');
            assert.ok(mails.find('key of 1'));
        });

        it('as what was emitted last, and the earlier try settles nothing', async () => {
            const early = mails.enter('key', kept('1'), LONG, true);
            const late = mails.enter('key', kept('2'), LONG, true);
            early.settle(DONE);
            mails.claim('key');
            assert.equal(mails.find('key')?.message.topic, '2');
            late.settle(FAILED);
            assert.deepEqual(await mails.find('key')?.outcome, FAILED);
        });

        it('no more than 500 mails whose node never came back', () => {
            for (let number = 0; number <= 500; number++) {
                enter(String(number)).settle(DONE);
            }
            assert.equal(mails.find('key of 0'), null);
            assert.ok(mails.find('key of 1') && mails.find('key of 500'));
        });
    });
});
