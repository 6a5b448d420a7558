import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';
import { assertNothingElseRead } from '../support/untouched-mail';

const PORTAL = 'noreply@channel.machineseeker.com';
const SENDERS = ['*@channel.machineseeker.com'];

describe('mail intake from Dovecot', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let intake: IntakeUnderTest | undefined;
    let user = 0;

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
        proxy.resume();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
        proxy.forgetCommands();
    });

    const mail = (subject: string, from = PORTAL): Buffer =>
        buildMail({ from, subject, text: `text of ${subject}`, messageId: `<${subject}-${user++}@example.com>` });

    const watch = (saved: Record<string, unknown> = {}, account: Record<string, unknown> = {}): IntakeUnderTest => {
        intake = new IntakeUnderTest(proxy, { senders: SENDERS, ...saved }, account).start();
        return intake;
    };

    it('emits the matching mails oldest first and reads nothing of the others but their From field', async () => {
        const mails = Array.from({ length: 1000 }, (_unused, index) =>
            index % 100 === 50 ? mail(`inquiry ${index}`) : mail(`stranger ${index}`, 'someone@example.org')
        );
        await dovecot.fill('anna', 'INBOX', mails);
        const test = watch();
        await test.mailCount(10);
        await test.looks();
        assert.deepEqual(
            test.subjects,
            [50, 150, 250, 350, 450, 550, 650, 750, 850, 950].map(n => `inquiry ${n}`)
        );
        assert.equal(test.mails[0]?.payload.trim(), 'text of inquiry 50');
        assert.equal(test.mails[0]?.mail.from?.address, PORTAL);
        const commands = proxy.commands();
        assert.equal(commands.filter(command => /\bSTORE\b|\bSELECT\b/.test(command)).length, 0);
        assertNothingElseRead(commands, new Set(test.mails.map(found => found.mail.ref.uid)));
        const flags = await dovecot.flags('anna', 'INBOX');
        assert.ok([...flags.values()].every(list => list.length === 0));
    });

    it('emits nothing of the past with start "new", and what arrives while it watches', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('old')]);
        const test = watch({ start: 'new' });
        await test.looks();
        await dovecot.deliver('anna', 'INBOX', mail('fresh'));
        await dovecot.deliver('anna', 'INBOX', mail('stranger', 'x@example.org'));
        await test.mailCount(1);
        await test.looks();
        assert.deepEqual(test.subjects, ['fresh']);
    });

    it('starts with the last mails or with those of the last days', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('a'), mail('b'), mail('c')]);
        const last = watch({ start: 'last', startCount: 2 });
        await last.mailCount(2);
        assert.deepEqual(last.subjects, ['b', 'c']);
        await last.stop();
        const days = watch({ start: 'days', startDays: 1 });
        await days.mailCount(3);
        assert.deepEqual(days.subjects, ['a', 'b', 'c']);
    });

    it('emits nothing twice over a restart, and catches up with what came meanwhile', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('one'), mail('two')]);
        const test = watch();
        await test.mailCount(2);
        await test.looks();
        await dovecot.deliver('anna', 'INBOX', mail('three'));
        await test.restart();
        await test.mailCount(3);
        await test.restart();
        await test.looks();
        assert.deepEqual(test.subjects, ['one', 'two', 'three']);
    });

    it('emits nothing again when other programs change flags', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('one'), mail('two')]);
        const test = watch({ interval: 1 });
        await test.mailCount(2);
        await dovecot.doveadm('flags', 'add', '-u', 'anna', '\\Flagged', 'mailbox', 'INBOX', 'all');
        await test.looks(3);
        assert.equal(test.mails.length, 2);
    });

    it('reconnects after the line was cut and after the server was restarted', async () => {
        const test = watch({ start: 'new' });
        await test.looks();
        proxy.cut();
        await test.looks();
        await dovecot.deliver('anna', 'INBOX', mail('after the cut'));
        await test.mailCount(1);
        await dovecot.restart();
        await dovecot.deliver('anna', 'INBOX', mail('after the restart'));
        await test.mailCount(2, 20_000);
        assert.deepEqual(test.subjects, ['after the cut', 'after the restart']);
    });

    it('finds a connection that died without a word, and catches up', async () => {
        const test = watch({ start: 'new' });
        await test.looks();
        await proxy.waitForCommand(/^IDLE/);
        proxy.stall();
        await dovecot.deliver('anna', 'INBOX', mail('unheard'));
        await test.failureCount(1, 30_000);
        proxy.resume();
        await test.mailCount(1, 30_000);
        assert.deepEqual(test.subjects, ['unheard']);
    });

    it('narrows by a search of the server, but decides about the sender itself', async () => {
        await dovecot.fill('anna', 'INBOX', [
            mail('wanted offer'),
            mail('something else'),
            mail('wanted, but spoofed', '"x@channel.machineseeker.com" <evil@example.org>')
        ]);
        const test = watch({ search: '{"subject": "wanted"}' });
        await test.mailCount(1);
        await test.looks();
        assert.deepEqual(test.subjects, ['wanted offer']);
    });

    it('recognises mail that was moved away and back', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('boomerang')]);
        const test = watch({ interval: 1 });
        await test.mailCount(1);
        await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Aside');
        await dovecot.doveadm('move', '-u', 'anna', 'Aside', 'mailbox', 'INBOX', 'all');
        await dovecot.doveadm('move', '-u', 'anna', 'INBOX', 'mailbox', 'Aside', 'all');
        await test.looks(2);
        assert.deepEqual(test.subjects, ['boomerang']);
    });

    it('names folders that exist when the wanted one does not', async () => {
        await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Anfragen');
        const test = watch({ folders: ['Anfrage'] });
        await test.failureCount(1);
        assert.equal(test.failures[0]?.code, 'FOLDER_MISSING');
        assert.match(
            test.failures[0]?.message ?? '',
            /test: select failed: .*"Anfrage" does not exist.*Similar: "Anfragen"/
        );
    });

    it('stops after a rejected password instead of hammering the server', async () => {
        const test = watch({ interval: 1 });
        await test.looks();
        await test.stop();
        intake = new IntakeUnderTest(proxy, { senders: SENDERS, interval: 1 });
        (intake.account.settings.server.login as { password: string }).password = 'wrong-Pa55';
        const before = proxy.connections.length;
        intake.start();
        await intake.failureCount(1);
        assert.equal(intake.failures[0]?.code, 'CREDENTIALS_REJECTED');
        assert.doesNotMatch(intake.failures[0]?.message ?? '', /wrong-Pa55/);
        assert.equal(proxy.connections.length - before, 1);
        await assert.rejects(intake.account.specialFolder('trash'), { code: 'CREDENTIALS_REJECTED' });
        assert.equal(proxy.connections.length - before, 1);
    });

    it('polls over the shared connection when the limit leaves no connection of its own', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('polled')]);
        const test = watch({ interval: 1 }, { connections: 1 });
        await test.mailCount(1);
        await dovecot.deliver('anna', 'INBOX', mail('polled too'));
        await test.mailCount(2);
        assert.equal(proxy.openConnections.length, 1);
    });

    it('takes no mail while nothing is wired to it', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('waiting')]);
        intake = new IntakeUnderTest(proxy, { senders: SENDERS, interval: 1 });
        intake.wired = false;
        intake.start();
        await intake.looks(2);
        assert.equal(intake.mails.length, 0);
        intake.wired = true;
        await intake.mailCount(1);
    });

    it('performs the action after success and confirms it', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('one'), mail('stranger', 'x@example.org')]);
        const test = watch({ afterSuccess: 'keyword', afterSuccessValue: '$Imported' });
        await test.mailCount(1);
        await test.until(() => test.settled === 1, 'the action');
        const flags = [...(await dovecot.flags('anna', 'INBOX')).values()];
        assert.deepEqual(flags, [['$Imported'], []]);
        assert.deepEqual(test.actionFailures, []);
    });

    for (const [afterSuccess, account] of [
        ['move', {}],
        ['trash', { trash: 'Dome' }]
    ] as const) {
        it(`says once that the folder for "${afterSuccess}" does not exist, with similar names, and sends nothing again`, async () => {
            // one of another test may exist already
            await dovecot.doveadm('mailbox', 'create', '-u', 'anna', 'Done').catch(() => undefined);
            await dovecot.fill('anna', 'INBOX', [mail('one')]);
            const saved = { ack: 'flow', interval: 1, afterSuccess, afterSuccessValue: 'Dome' };
            const test = watch(saved, account);
            test.flow = () => Promise.resolve({ kind: 'done' });
            await test.until(() => test.settled === 1, 'the action');
            await test.looks(2);
            await test.restart();
            await test.looks(2);
            const [failure] = test.actionFailures as Array<{ code: string; step: string; message: string }>;
            assert.deepEqual([failure?.code, failure?.step], ['FOLDER_MISSING', 'move']);
            assert.match(failure?.message ?? '', /the folder "Dome" does not exist.*Similar: "Done"/);
            assert.equal(test.actionFailures.length, 1);
            assert.deepEqual([test.subjects, test.failures, test.givenUp], [['one'], [], []]);
            assert.equal((await dovecot.list('anna', 'INBOX')).length, 1);
            const moves = proxy.commands().filter(command => /UID (MOVE|COPY)/i.test(command));
            assert.equal(moves.length, 1);
            const made = await dovecot.doveadm('mailbox', 'list', '-u', 'anna');
            assert.doesNotMatch(made, /Dome/);
        });
    }

    it('emits headers only for a mail above the size limit, and skips it when told so', async () => {
        const big = buildMail({ from: PORTAL, subject: 'big', size: 3_000_000 });
        await dovecot.fill('anna', 'INBOX', [big, mail('small')]);
        const test = watch({ maxSizeMB: 1 });
        await test.mailCount(2);
        assert.equal(test.mails[0]?.mail.oversize, true);
        assert.equal(test.mails[0]?.payload, '');
        assert.equal(test.mails[1]?.topic, 'small');
        await test.stop();
        const skipping = watch({ maxSizeMB: 1, oversize: 'skip' });
        await skipping.mailCount(1);
        await skipping.looks();
        assert.deepEqual(skipping.subjects, ['small']);
    });

    it('refuses every action on an account that may only read, without a word to the server', async () => {
        await dovecot.fill('anna', 'INBOX', [mail('one')]);
        const test = watch({}, { rights: ['read'] });
        await test.mailCount(1);
        await assert.rejects(
            test.account.act('flag', 'INBOX', () => Promise.resolve()),
            { code: 'RIGHT_MISSING' }
        );
        assert.ok(proxy.commands().every(command => !/^SELECT/.test(command)));
    });
});
