import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Outcome } from '../../src/delivery/in-flight';
import type { MailErrorCode } from '../../src/message/mail-error';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

/** Some looks at the shortest interval, and what a busy Dovecot takes to notice; far less than the usual interval. */
const BOUND_MS = 15_000;

describe('a watched folder that another client renames, deletes or makes again', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let other: ImapFlow;
    let test: IntakeUnderTest;

    before(function () {
        requireServer(this, 'dovecot');
    });
    // a server for each test: Dovecot says at times of a folder that was renamed just before that it "was deleted under
    // us", and keeps it for the next test
    beforeEach(async () => {
        dovecot = await startDovecot();
        proxy = await startProxy(dovecot);
        other = new ImapFlow({
            host: dovecot.host,
            port: dovecot.port,
            secure: false,
            doSTARTTLS: false,
            auth: { user: 'anna', pass: 'secret' },
            logger: false
        });
        await other.connect();
        await other.mailboxCreate('Campaign');
    });
    afterEach(async () => {
        await test.stop();
        await other.logout();
        await proxy.stop();
        await dovecot.stop();
    });

    const mail = (subject: string): Buffer =>
        buildMail({ subject, messageId: `<${subject.replace(/ /g, '-')}@x>`, date: new Date('2026-11-23T09:00:00Z') });
    const done = (): Promise<Outcome> => Promise.resolve({ kind: 'done' });

    for (const push of [true, false]) {
        describe(push ? 'with a connection of its own' : 'polled over the shared connection', () => {
            /** Watches the folder, in which one mail has been done. */
            const watch = async (interval = 1): Promise<void> => {
                await other.append('Campaign', mail('first'));
                proxy.forgetCommands();
                test = new IntakeUnderTest(proxy, { ack: 'flow', folders: ['Campaign'], interval, push });
                test.flow = done;
                test.start();
                await test.mailCount(1);
                await test.until(() => test.settled === 1, 'the first mail to be settled');
            };
            const missing = async (): Promise<void> => {
                const code: MailErrorCode = 'FOLDER_MISSING';
                await test.until(() => test.failures.at(-1)?.code === code, 'a missing folder', BOUND_MS);
                assert.match(test.failures.at(-1)?.message ?? '', /the folder "Campaign" does not exist/);
            };
            const logins = (): number =>
                proxy.commands().filter(command => /^(LOGIN|AUTHENTICATE)/.test(command)).length;

            it('is looked for at the interval without a login each time, and goes on when it has its name again', async () => {
                await watch();
                await other.mailboxRename('Campaign', 'Elsewhere');
                await other.append('Elsewhere', mail('while renamed'));
                await missing();
                const before = logins();
                const failures = test.failures.length;
                await test.failureCount(failures + 2);
                assert.equal(logins(), before, 'a look at a missing folder needs no login');
                await other.mailboxRename('Elsewhere', 'Campaign');
                await test.mailCount(2, BOUND_MS);
                await test.looks(2);
                assert.deepEqual(test.subjects, ['first', 'while renamed']);
                assert.deepEqual(test.notices, [], 'it is the same folder');
            });

            it('recognises the mail of before in a folder that was deleted and made again', async () => {
                await watch();
                await other.mailboxDelete('Campaign');
                await missing();
                await other.mailboxCreate('Campaign');
                await other.append('Campaign', mail('first'));
                await other.append('Campaign', mail('second'));
                await test.mailCount(2, BOUND_MS);
                await test.looks(2);
                assert.deepEqual(test.subjects, ['first', 'second']);
                assert.match(test.notices.join(), /renewed the folder "Campaign"/);
            });

            it('takes another folder that comes in its place for what it is', async () => {
                await watch();
                await other.mailboxCreate('Next');
                await other.append('Next', mail('second'));
                await other.mailboxRename('Campaign', 'Elsewhere');
                await other.mailboxRename('Next', 'Campaign');
                await test.mailCount(2, BOUND_MS);
                await test.looks(2);
                assert.deepEqual(test.subjects, ['first', 'second']);
            });

            it('says which folders have a similar name', async () => {
                await watch();
                await other.mailboxRename('Campaign', 'Campaigns');
                await missing();
                assert.match(test.failures.at(-1)?.message ?? '', /Similar: "Campaigns"/);
            });

            it('ends at once while the folder is missing', async () => {
                await watch();
                await other.mailboxRename('Campaign', 'Elsewhere');
                // the next look would be in a minute
                await test.restart({ interval: 60 });
                await test.failureCount(test.failures.length + 1);
                await missing();
                const begun = performance.now();
                await test.close();
                assert.ok(performance.now() - begun < 10_000);
            });

            it('recognises all mail when the server renews the folder meanwhile', async () => {
                await watch();
                await dovecot.doveadm('mailbox', 'update', '-u', 'anna', '--uid-validity', '4242424242', 'Campaign');
                await other.append('Campaign', mail('second'));
                await test.mailCount(2, BOUND_MS);
                await test.looks(2);
                assert.deepEqual(test.subjects, ['first', 'second']);
                assert.equal(test.mails[1]?.mail.ref.uidValidity, '4242424242');
            });

            it('delivers a mail once that the flow has while the server renews the folder', async () => {
                await watch();
                let finish: (outcome: Outcome) => void = () => undefined;
                test.flow = ({ topic }) => (topic === 'slow' ? new Promise(resolve => (finish = resolve)) : done());
                await other.append('Campaign', mail('slow'));
                await test.mailCount(2);
                await dovecot.doveadm('mailbox', 'update', '-u', 'anna', '--uid-validity', '4242424243', 'Campaign');
                await other.append('Campaign', mail('second'));
                await test.mailCount(3, BOUND_MS);
                finish({ kind: 'done' });
                await test.until(() => test.settled >= 3, 'all mails to be settled');
                await test.restart();
                await test.looks(2);
                assert.deepEqual(test.subjects, ['first', 'slow', 'second']);
            });

            if (push) {
                it('hears in IDLE that the server renewed the folder, long before the next look', async () => {
                    await watch(300);
                    await proxy.waitForCommand(/^IDLE/);
                    await dovecot.doveadm(
                        'mailbox',
                        'update',
                        '-u',
                        'anna',
                        '--uid-validity',
                        '4242424244',
                        'Campaign'
                    );
                    await other.append('Campaign', mail('second'));
                    await test.mailCount(2, BOUND_MS);
                    await test.until(() => test.settled === 2, 'both mails to be settled');
                    assert.deepEqual(test.subjects, ['first', 'second']);
                    assert.equal(test.mails[1]?.mail.ref.uidValidity, '4242424244');
                });
            }
        });
    }
});
