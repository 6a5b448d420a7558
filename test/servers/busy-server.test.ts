import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { ImapAccount } from '../../src/account/imap-account';
import { readImapSettings } from '../../src/account/imap-settings';
import { relocateMail } from '../../src/delivery/relocate';
import { changeFlags } from '../../src/imap/actions';
import type { MailRef } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { startRefusing, type RefusingProxy } from '../support/refusing-proxy';
import { requireServer } from '../support/require-server';

const WAIT_MS = 1_200;
/** The words of Microsoft 365. */
const backoff = (ms: number): string => `BAD Request is throttled. Suggested Backoff Time: ${ms} milliseconds`;
/** Short, so that a test of patience does not wait a minute: pauses of 50, 100, 200, 400 and 800 ms. */
const PATIENCE_MS = 1_600;

describe('a server that is busy', function () {
    this.timeout(40_000);
    let dovecot: Dovecot;
    let proxy: RefusingProxy;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot();
    });
    after(() => dovecot?.stop());
    beforeEach(async () => {
        proxy = await startRefusing(dovecot);
    });
    afterEach(async () => {
        await proxy.stop();
        for (const folder of ['INBOX', 'Trash', 'Sent']) {
            await dovecot
                .doveadm('expunge', '-u', 'anna', 'mailbox', folder, 'all')
                // not every test makes every folder
                .catch(() => undefined);
        }
    });

    /** Refuses the first commands of that name. */
    const refuseFirst = (name: string, count: number, answer: string): void => {
        proxy.refuse = given => (given === name && count-- > 0 ? answer : null);
    };
    const refuseAlways = (name: string, answer: string): void => {
        proxy.refuse = given => (given === name ? answer : null);
    };
    const gaps = (name: string): number[] => {
        const times = proxy.given(name).map(({ at }) => at);
        return times.slice(1).map((at, index) => at - (times[index] as number));
    };
    /** Six times, or less often on a machine so busy that the patience is over before the last of the pauses. */
    const assertFew = (name: string): void => {
        const { length } = proxy.given(name);
        assert.ok(length >= 4 && length <= 6, `${length} times`);
    };
    const mails = (count: number): Buffer[] =>
        Array.from({ length: count }, (_unused, index) =>
            buildMail({ subject: String(index + 1), messageId: `<${index + 1}@x>` })
        );

    describe('while a folder is watched', () => {
        let intake: IntakeUnderTest | undefined;

        afterEach(async () => {
            await intake?.stop();
            intake = undefined;
        });

        const watch = (saved: object = {}, patienceMs = PATIENCE_MS): IntakeUnderTest => {
            intake = new IntakeUnderTest(proxy, { ack: 'flow', interval: 1, ...saved }, {}, { patienceMs });
            intake.flow = () => Promise.resolve({ kind: 'done' });
            return intake.start();
        };
        const assertOnce = async (test: IntakeUnderTest): Promise<void> => {
            await test.mailCount(3, 20_000);
            await test.until(() => test.settled >= 3, 'all outcomes');
            await test.looks(1);
            assert.deepEqual([...test.subjects].sort(), ['1', '2', '3']);
            assert.deepEqual(
                test.mails.map(mail => mail.mail.delivery.attempt),
                [1, 1, 1],
                'no try was lost to the server'
            );
            assert.deepEqual(test.givenUp, []);
        };

        for (const command of ['EXAMINE', 'UID FETCH']) {
            it(`waits as long as the answer to ${command} asks for, says so, and goes on in place`, async () => {
                await dovecot.fill('anna', 'INBOX', mails(3));
                refuseFirst(command, 1, backoff(WAIT_MS));
                const test = watch();
                await test.failureCount(1);
                assert.equal(test.failures[0]?.code, 'THROTTLED');
                assert.match(test.failures[0]?.message ?? '', /throttles this account for 2 s/);
                assert.equal(proxy.given(command).length, 1, 'it is told while it waits');
                await assertOnce(test);
                // a timer counts from the begin of a turn of the event loop, which may lie back a little
                assert.ok((gaps(command)[0] ?? 0) >= WAIT_MS - 200, `asked again after ${gaps(command)[0]} ms`);
                assert.equal(proxy.connections, 1);
            });
        }

        for (const code of ['UNAVAILABLE', 'INUSE', 'THROTTLED']) {
            it(`asks again after growing pauses when a FETCH is answered with [${code}]`, async () => {
                await dovecot.fill('anna', 'INBOX', mails(3));
                refuseFirst('UID FETCH', 3, `NO [${code}] not now`);
                const test = watch();
                await assertOnce(test);
                const [first = 0, second = 0, third = 0] = gaps('UID FETCH');
                assert.ok(first >= 45 && second >= 95 && third >= 195, `pauses of ${[first, second, third].join()} ms`);
                assert.equal(proxy.connections, 1);
                assert.ok(test.failures.every(({ retryAfterMs }) => retryAfterMs > 0));
            });
        }

        it('gives up the connection at once when the time is longer than it waits in place', async () => {
            await dovecot.fill('anna', 'INBOX', mails(3));
            refuseFirst('UID FETCH', 1, backoff(WAIT_MS));
            const test = watch({}, 500);
            const begun = performance.now();
            await test.failureCount(1);
            assert.equal(test.failures[0]?.retryAfterMs, WAIT_MS);
            await assertOnce(test);
            const again = proxy.given('UID FETCH')[1]?.at ?? 0;
            assert.ok(again - begun >= WAIT_MS, `asked again after ${again - begun} ms`);
            assert.equal(proxy.connections, 2);
            assert.equal(proxy.given('UID FETCH').filter(({ refusal }) => refusal !== null).length, 1);
        });

        it('does not hammer a server that is busy for long', async () => {
            await dovecot.fill('anna', 'INBOX', mails(3));
            refuseAlways('UID FETCH', 'NO [UNAVAILABLE] not now');
            const test = watch();
            await test.until(
                () => test.failures.at(-1)?.step === 'fetch' && proxy.commands.at(-1)?.name === 'LOGOUT',
                'a pause',
                20_000
            );
            const before = proxy.commands.length;
            await new Promise(resolve => setTimeout(resolve, 1_500));
            assert.equal(proxy.commands.length, before, 'half a minute of silence follows');
            assertFew('UID FETCH');
            assert.deepEqual([test.mails, test.givenUp], [[], []]);
        });

        it('ends at once while it waits', async () => {
            await dovecot.fill('anna', 'INBOX', mails(3));
            refuseAlways('UID FETCH', backoff(20_000));
            const test = watch({}, 60_000);
            await test.failureCount(1);
            const begun = performance.now();
            await test.close();
            assert.ok(performance.now() - begun < 5_000, `it took ${performance.now() - begun} ms of 20 s`);
        });

        it('does not let one mail that is never available hold up those behind', async () => {
            await dovecot.fill('anna', 'INBOX', mails(3));
            const uids = (await dovecot.list('anna', 'INBOX')).map(({ uid }) => uid);
            const block = String(uids[0]);
            // the server has no time for its content, whoever asks
            proxy.refuse = (name, line) => {
                const [, set = ''] = /^UID FETCH (\S+)/i.exec(line) ?? [];
                const asks =
                    new RegExp(`(^|,)${block}(:|,|$)`).test(set) && /BODY/i.test(line) && !/HEADER/i.test(line);
                return name === 'UID FETCH' && asks ? 'NO [UNAVAILABLE] not now' : null;
            };
            const test = watch({ inFlight: 1, attempts: 2 }, 40);
            // its next try must not be due again before there is another connection for the others
            test.retryMs = 2_000;
            for (let round = 1; !test.subjects.includes('3') && round < 10; round++) {
                const goodbyes = proxy.given('LOGOUT').length;
                await test.until(
                    () => test.subjects.includes('3') || proxy.given('LOGOUT').length > goodbyes,
                    `the end of round ${round}`
                );
                // the pause of half a minute that follows
                test.lookNow();
            }
            assert.deepEqual(test.subjects.slice(0, 2), ['2', '3']);
            proxy.refuse = () => null;
            test.lookNow();
            await test.mailCount(3);
            assert.deepEqual(test.givenUp, [], 'whoever is never available is never given up either');
        });
    });

    describe('while a flow acts on mail', () => {
        let account: ImapAccount;

        const open = (patienceMs = PATIENCE_MS): void => {
            const server = { name: 'test', host: proxy.host, port: proxy.port, security: 'none', trash: 'Trash' };
            account = new ImapAccount('account', readImapSettings(server, { user: 'anna', password: 'secret' }, null), {
                socketMs: 5_000,
                patienceMs
            });
        };
        afterEach(() => account.close());

        /** One mail in the INBOX, by its reference. */
        const oneMail = async (): Promise<MailRef> => {
            await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Trash').catch(() => undefined);
            await dovecot.fill('anna', 'INBOX', mails(1));
            return account.run({ folder: 'INBOX', readOnly: true, fresh: true }, async folder => {
                const [uid = 0] = await folder.search({ all: true });
                return { account: 'account', folder: 'INBOX', uidValidity: folder.uidValidity, uid };
            });
        };
        const flag = (ref: MailRef): Promise<string[]> =>
            account.act('flag', ref.folder, folder => changeFlags(folder, ref.uid, { add: ['$Done'], remove: [] }));
        const trash = (ref: MailRef): Promise<unknown> =>
            relocateMail(account, ref, '<1@x>', { action: 'move', folder: 'Trash', create: false });
        const count = async (folder: string): Promise<number> => (await dovecot.list('anna', folder)).length;

        const ANSWERS = [backoff(300), 'NO [UNAVAILABLE] not now', 'NO [INUSE] locked', 'NO [THROTTLED] slowly'];
        for (const answer of ANSWERS) {
            it(`repeats each command that is answered "${answer.slice(0, 24)}", and does everything once`, async () => {
                open();
                const ref = await oneMail();
                const refused = new Set<string>();
                // every command once: what was carried out must not be given again because the next one was refused
                proxy.refuse = name => {
                    const isFirst = !['LOGIN', 'LOGOUT'].includes(name) && !refused.has(name);
                    refused.add(name);
                    return isFirst ? answer : null;
                };
                assert.deepEqual(await flag(ref), ['$Done']);
                await trash(ref);
                const appended = await account.withoutFolder(
                    connection => connection.command('append', client => client.append('Trash', mails(2)[1] as Buffer)),
                    false
                );
                assert.ok(appended.uid);
                assert.deepEqual([await count('INBOX'), await count('Trash')], [0, 2]);
                assert.ok(['UID STORE', 'UID MOVE', 'APPEND'].every(name => refused.has(name)));
                const carriedOut = proxy.commands.filter(({ refusal }) => refusal === null).map(({ name }) => name);
                for (const name of ['UID STORE', 'UID MOVE', 'APPEND']) {
                    assert.equal(carriedOut.filter(given => given === name).length, 1, name);
                }
                assert.equal(proxy.connections, 1);
            });
        }

        it('copies once where a move takes two commands, whichever of them is refused', async () => {
            open();
            const ref = await oneMail();
            const connection = await account.withoutFolder(given => Promise.resolve(given), false);
            connection.client.capabilities.delete('MOVE');
            for (const name of ['UID COPY', 'UID EXPUNGE']) {
                let left = 1;
                const before = proxy.refuse;
                proxy.refuse = (given, line) =>
                    given === name && left-- > 0 ? 'NO [UNAVAILABLE] not now' : before(given, line);
            }
            await trash(ref);
            assert.deepEqual([await count('INBOX'), await count('Trash')], [0, 1]);
            assert.deepEqual([proxy.given('UID COPY').length, proxy.given('UID EXPUNGE').length], [2, 2]);
        });

        it('fails in bounded time with what the server said, and leaves the mail where it was', async () => {
            open();
            const ref = await oneMail();
            refuseAlways('UID MOVE', 'NO [INUSE] locked');
            await assert.rejects(trash(ref), {
                code: 'SERVER_REFUSED',
                kind: 'temporary',
                message: /move failed: the server refused the command\. The server said: "locked"/
            });
            assertFew('UID MOVE');
            assert.deepEqual([await count('INBOX'), await count('Trash')], [1, 0]);
            proxy.refuse = () => null;
            await trash(ref);
            assert.deepEqual([await count('INBOX'), await count('Trash')], [0, 1]);
        });

        it('fails at once when it is told to wait for longer than a flow may hang', async () => {
            open();
            const ref = await oneMail();
            refuseAlways('UID STORE', backoff(90_000));
            const begun = performance.now();
            await assert.rejects(flag(ref), { code: 'THROTTLED', retryAfterMs: 90_000, step: 'store' });
            assert.ok(performance.now() - begun < 10_000);
            assert.equal(proxy.given('UID STORE').length, 1);
        });
    });
});
