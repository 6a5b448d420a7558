import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Outcome } from '../../src/delivery/in-flight';
import type { MailMessage } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { requireSmallDisk } from '../support/small-disk';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

describe('delivery until the flow is done', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let intake: IntakeUnderTest | undefined;
    let counter = 0;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot();
        proxy = await startProxy(dovecot);
    });
    after(async () => {
        await proxy?.stop();
        await dovecot?.stop();
    });
    afterEach(async () => {
        await intake?.stop();
        intake = undefined;
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    const mails = (count: number): Buffer[] =>
        Array.from({ length: count }, (_unused, index) =>
            buildMail({ from: 'a@example.com', subject: `${index + 1}`, messageId: `<${counter++}@example.com>` })
        );

    const watch = (
        saved: Record<string, unknown>,
        flow: (message: MailMessage) => Promise<Outcome>
    ): IntakeUnderTest => {
        intake = new IntakeUnderTest(proxy, { ack: 'flow', ...saved });
        intake.flow = flow;
        return intake.start();
    };

    const ledgerFile = (test: IntakeUnderTest): string => {
        const folder = join(test.userDir, 'ledger');
        return join(folder, readdirSync(folder).find(name => name.endsWith('.json')) ?? '');
    };

    const attemptsBySubject = (test: IntakeUnderTest): Map<string, number[]> => {
        const attempts = new Map<string, number[]>();
        for (const mail of test.mails) {
            attempts.set(mail.topic, [...(attempts.get(mail.topic) ?? []), mail.mail.delivery.attempt]);
        }
        return attempts;
    };

    it('tries a failed mail again, gives up one that always fails, and delivers the others once', async () => {
        await dovecot.fill('anna', 'INBOX', mails(100));
        const test = watch({ attempts: 3 }, async message => {
            await nextTurn();
            const number = Number(message.topic);
            const seventh = number % 7 === 0 && message.mail.delivery.attempt < 3;
            return seventh || number === 100 ? { kind: 'failed', reason: 'told to' } : { kind: 'done' };
        });
        await test.until(() => test.givenUp.length === 1 && test.mails.length === 100 + 14 * 2 + 2, 'all outcomes');
        const attempts = attemptsBySubject(test);
        for (let number = 1; number <= 100; number++) {
            const expected = number % 7 === 0 || number === 100 ? [1, 2, 3] : [1];
            assert.deepEqual(attempts.get(String(number)), expected, `mail ${number}`);
        }
        assert.equal(test.givenUp[0]?.message.topic, '100');
        assert.match(test.givenUp[0]?.error.message ?? '', /told to/);
        await test.restart();
        await test.looks(1);
        assert.equal(test.mails.length, 130, 'a restart brings nothing back');
    });

    it('never has more mails in the flow than allowed, and fetches no more than that', async () => {
        await dovecot.fill('anna', 'INBOX', mails(200));
        let open = 0;
        let most = 0;
        let letThrough: (() => void) | undefined;
        const full = new Promise<void>(resolve => (letThrough = resolve));
        const test = watch({ inFlight: 10 }, async () => {
            most = Math.max(most, ++open);
            if (open === 10) {
                letThrough?.();
            }
            await full;
            await nextTurn();
            open--;
            return { kind: 'done' };
        });
        await test.mailCount(200, 30_000);
        assert.equal(most, 10);
        assert.deepEqual(
            test.subjects.map(Number),
            Array.from({ length: 200 }, (_unused, index) => index + 1)
        );
    });

    it('brings back after a restart what was in flight, and only that', async () => {
        await dovecot.fill('anna', 'INBOX', mails(20));
        const test = watch({ inFlight: 5 }, message =>
            Number(message.topic) % 2 === 0 ? Promise.resolve({ kind: 'done' }) : new Promise(() => undefined)
        );
        // the odd ones stay in the flow until five of them fill it
        await test.until(() => test.mails.filter(mail => Number(mail.topic) % 2 === 1).length === 5, 'five in flight');
        await test.looks(1).catch(() => undefined);
        test.flow = () => Promise.resolve({ kind: 'done' });
        await test.restart();
        await test.until(() => test.mails.some(mail => mail.topic === '20'), 'the last mail');
        const attempts = attemptsBySubject(test);
        for (let number = 1; number <= 20; number++) {
            const inFlight = number % 2 === 1 && number <= 9;
            assert.deepEqual(attempts.get(String(number)), inFlight ? [1, 2] : [1], `mail ${number}`);
        }
    });

    it('brings a mail back that a stop has dropped, without counting the try', async () => {
        await dovecot.fill('anna', 'INBOX', mails(1));
        let calls = 0;
        const test = watch({ attempts: 1 }, () =>
            Promise.resolve<Outcome>(calls++ === 0 ? { kind: 'given-back', reason: 'stopped' } : { kind: 'done' })
        );
        await test.mailCount(2);
        assert.deepEqual(attemptsBySubject(test).get('1'), [1, 1]);
        assert.equal(test.givenUp.length, 0);
    });

    it('recognises all mail after a UIDVALIDITY change, and takes what is new', async () => {
        await dovecot.fill('anna', 'INBOX', mails(30));
        const test = watch({}, () => Promise.resolve({ kind: 'done' }));
        await test.mailCount(30);
        await test.looks(1).catch(() => undefined);
        await dovecot.halt();
        await dovecot.start();
        await dovecot.doveadm('mailbox', 'update', '-u', 'anna', '--uid-validity', '4242424242', 'INBOX');
        await dovecot.fill('anna', 'INBOX', mails(1));
        proxy.forgetCommands();
        await test.restart();
        await test.mailCount(31);
        const bodies = proxy.commands().filter(command => /BODY\.PEEK\[(?:\]|\d)/.test(command));
        assert.deepEqual(
            bodies.map(command => /^UID FETCH (\S+)/.exec(command)?.[1]),
            [String((await dovecot.list('anna', 'INBOX')).at(-1)?.uid)],
            'known mail stays there'
        );
        await test.looks(1).catch(() => undefined);
        assert.equal(test.mails.length, 31);
        assert.equal(test.mails[30]?.mail.ref.uidValidity, '4242424242');
        assert.ok(test.notices.some(notice => /renewed/.test(notice)));
    });

    it('stops taking mail while the ledger cannot be written, and goes on afterwards', async () => {
        const test = watch({ interval: 1 }, () => Promise.resolve({ kind: 'done' }));
        await test.looks(1);
        const ledger = join(test.userDir, 'ledger');
        rmSync(ledger, { recursive: true });
        writeFileSync(ledger, 'a file where the folder was');
        await dovecot.deliver('anna', 'INBOX', mails(1)[0] as Buffer);
        await test.failureCount(1);
        assert.equal(test.failures[0]?.code, 'LEDGER_FAILED');
        assert.equal(test.mails.length, 0);
        rmSync(ledger);
        await test.mailCount(1);
        assert.deepEqual(attemptsBySubject(test).get('1'), [1], 'it was never emitted before');
    });

    it('stops taking mail while the disk is full, and goes on when there is room', async function () {
        const test = new IntakeUnderTest(proxy, { ack: 'flow', interval: 1 });
        intake = test;
        test.flow = () => Promise.resolve({ kind: 'done' });
        const ledger = join(test.userDir, 'ledger');
        const disk = requireSmallDisk(this, ledger);
        try {
            test.start();
            await test.looks(1);
            await dovecot.deliver('anna', 'INBOX', mails(1)[0] as Buffer);
            await test.mailCount(1);
            await test.looks(2);
            disk.fill();
            // a line may still find room in the last block of the file; with its first save a new start writes another one
            await test.restart();
            await dovecot.deliver('anna', 'INBOX', buildMail({ subject: 'no room' }));
            await test.failureCount(1);
            assert.equal(test.failures[0]?.code, 'LEDGER_FAILED');
            assert.match(test.failures[0]?.message ?? '', /ENOSPC|no space/i);
            assert.deepEqual(test.subjects, ['1'], 'nothing is emitted that is not recorded');
            disk.free();
            await test.mailCount(2);
            await test.restart();
            await test.looks(2);
            assert.deepEqual(test.subjects, ['1', 'no room']);
            assert.equal(test.mails[1]?.mail.delivery.attempt, 1, 'it was never emitted before');
        } finally {
            await test.close();
            disk.unmount();
        }
    });

    it('takes mail that was moved into the folder later with an old date', async () => {
        const test = watch({ start: 'new' }, () => Promise.resolve({ kind: 'done' }));
        await test.looks(1);
        await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Old').catch(() => undefined);
        const old = buildMail({ subject: 'old', date: new Date('2001-01-01T00:00:00Z') });
        await dovecot.fill('anna', 'Old', [old]);
        await dovecot.doveadm('move', '-u', 'anna', 'INBOX', 'mailbox', 'Old', 'all');
        await test.mailCount(1);
        assert.equal(test.mails[0]?.topic, 'old');
    });

    it('settles nothing and loses nothing when mail is expunged or moved before it is fetched', async () => {
        await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Aside').catch(() => undefined);
        await dovecot.fill('anna', 'INBOX', mails(12));
        let release: () => void = () => undefined;
        const held = new Promise<void>(resolve => (release = resolve));
        const test = watch({ inFlight: 1 }, async message => {
            await (message.topic === '1' ? held : nextTurn());
            return { kind: 'done' };
        });
        await test.mailCount(1);
        // all twelve are selected, the first is in the flow, the others wait for room
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'header', 'Subject', '3');
        await dovecot.doveadm('move', '-u', 'anna', 'Aside', 'mailbox', 'INBOX', 'header', 'Subject', '5');
        release();
        await test.until(() => test.subjects.includes('12'), 'the last mail');
        assert.deepEqual(
            test.subjects.filter(subject => ['1', '2', '4', '6', '7', '8', '9'].includes(subject)),
            ['1', '2', '4', '6', '7', '8', '9']
        );
        assert.ok(!test.subjects.includes('3') && !test.subjects.includes('5'));
        assert.deepEqual([test.failures, test.givenUp], [[], []]);
    });

    it('gives first deliveries in the order of arrival, whatever fails in between', async () => {
        await dovecot.fill('anna', 'INBOX', mails(40));
        const test = watch({ inFlight: 4 }, async message => {
            await nextTurn();
            const bad = Number(message.topic) % 5 === 0 && message.mail.delivery.attempt === 1;
            return bad ? { kind: 'failed', reason: 'told to' } : { kind: 'done' };
        });
        await test.mailCount(48);
        const first = test.mails.filter(mail => mail.mail.delivery.attempt === 1).map(mail => mail.mail.ref.uid);
        assert.deepEqual(
            first,
            [...first].sort((a, b) => a - b)
        );
        assert.equal(first.length, 40);
    });

    it('goes on from the record before when the newest is damaged, and repeats no more than the last save', async () => {
        await dovecot.fill('anna', 'INBOX', mails(60));
        const test = watch({ inFlight: 5 }, async () => {
            await nextTurn();
            return { kind: 'done' };
        });
        await test.mailCount(60);
        await test.until(() => test.settled === 60, 'all outcomes');
        await test.close();
        const file = ledgerFile(test);
        // what a disk has made of the last line, which says that all is settled
        writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\n]{20}\n$/, '\n'));
        await test.restart();
        await dovecot.deliver('anna', 'INBOX', buildMail({ subject: 'after it' }));
        await test.until(() => test.subjects.includes('after it'), 'the next mail');
        assert.ok(test.mails.length <= 66, `${test.mails.length - 61} came again`);
        assert.match(test.notices.join(), /kept aside\. The record before it is used/);
    });

    it('never imports everything again when both records are damaged, and says from when it goes on', async () => {
        await dovecot.fill('anna', 'INBOX', mails(20));
        const test = watch({ start: 'all' }, () => Promise.resolve({ kind: 'done' }));
        await test.mailCount(20);
        await test.close();
        const file = ledgerFile(test);
        writeFileSync(`${file}.previous`, '{"half');
        writeFileSync(file, '{"half');
        // as if it had been written long after these mails came
        const later = new Date(Date.now() + 3_600_000);
        utimesSync(file, later, later);
        await test.restart();
        await test.looks(1);
        assert.equal(test.mails.length, 20);
        assert.match(test.notices.join(), /Mail that came since .* is taken/);
    });

    it('closes within seconds while the server says nothing at all', async () => {
        const test = watch({}, () => Promise.resolve({ kind: 'done' }));
        await test.looks(1);
        proxy.stall();
        const begun = Date.now();
        await test.close();
        await test.account.close();
        assert.ok(Date.now() - begun < 12_000, `${Date.now() - begun} ms; Node-RED waits 15 s`);
        proxy.resume();
    });

    it('raises one alarm after three intervals without contact, and one all-clear', async () => {
        const test = watch({ interval: 1 }, () => Promise.resolve({ kind: 'done' }));
        await test.looks(1);
        proxy.refuse();
        proxy.cut();
        await test.until(() => test.alarms === 1, 'the alarm');
        assert.ok(test.failures.every(failure => failure.message.startsWith('test: ')));
        await proxy.accept();
        await test.until(() => test.recoveries === 1, 'the all-clear');
        assert.equal(test.alarms, 1);
    });

    it('loses and doubles nothing while connections are cut at random moments', async () => {
        await dovecot.fill('anna', 'INBOX', mails(300));
        const test = watch({}, async () => {
            await nextTurn();
            return { kind: 'done' };
        });
        for (let cut = 1; cut <= 6; cut++) {
            await test.mailCount(cut * 40, 30_000);
            proxy.cut();
        }
        await test.mailCount(300, 30_000);
        await test.looks(1).catch(() => undefined);
        assert.equal(new Set(test.subjects).size, 300);
        assert.equal(test.mails.length, 300);
    });
});
