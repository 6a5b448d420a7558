import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';
import type { Outcome } from '../../src/delivery/in-flight';

const MB = 1024 * 1024;
const CONTENT = randomBytes(2 * MB);

/** What leaves the server, counted on the line. */
describe('bytes from Dovecot', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let intake: IntakeUnderTest | undefined;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot();
    });
    after(() => dovecot?.stop());
    beforeEach(async () => {
        proxy = await startProxy(dovecot);
    });
    afterEach(async () => {
        await intake?.stop();
        intake = undefined;
        await proxy.stop();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    const mail = (index: number): Buffer =>
        buildMail({
            subject: `mail ${index}`,
            text: `text ${index}`,
            attachments: [{ filename: 'x.bin', content: CONTENT }]
        });
    const mails = (count: number): Buffer[] => Array.from({ length: count }, (_unused, index) => mail(index));
    const watch = (saved: Record<string, unknown>): IntakeUnderTest => (intake = new IntakeUnderTest(proxy, saved));

    it('hold no attachment that is only listed', async () => {
        await dovecot.fill('anna', 'INBOX', mails(20));
        const test = watch({}).start();
        await test.mailCount(20);
        await test.looks();
        assert.deepEqual(
            test.mails.map(({ payload, attachments }) => [payload.trim(), attachments[0]?.size]),
            mails(20).map((_raw, index) => [`text ${index}`, CONTENT.length])
        );
        assert.deepEqual(test.notices, []);
        assert.ok(proxy.bytesFromServer < 20 * 4000, `${proxy.bytesFromServer} bytes`);
        assert.ok([...(await dovecot.flags('anna', 'INBOX')).values()].every(flags => flags.length === 0));
        const asked = proxy.commands().filter(command => /BODY|RFC822(?!\.SIZE)/.test(command));
        assert.ok(
            asked.every(command => !/BODY\[|RFC822(?!\.SIZE)/.test(command)),
            'something was not peeked at'
        );
    });

    it('hold the attachments of mails that are in flight, and of no others', async () => {
        await dovecot.fill('anna', 'INBOX', mails(6));
        const test = watch({ attachments: 'file', attachmentsDir: 'files', inFlight: 2, ack: 'flow' });
        const finish: Array<(outcome: Outcome) => void> = [];
        test.flow = () => new Promise(resolve => finish.push(resolve));
        test.start();
        await test.mailCount(2);
        await test.looks();
        const share = mail(0).length;
        assert.ok(
            proxy.bytesFromServer > 2 * share && proxy.bytesFromServer < 2.2 * share,
            `${proxy.bytesFromServer / share} mails`
        );
        finish.splice(0).forEach(done => done({ kind: 'done' }));
        await test.mailCount(4);
        await test.until(() => finish.length === 2, 'two more mails in flight');
        assert.ok(
            proxy.bytesFromServer > 4 * share && proxy.bytesFromServer < 4.3 * share,
            `${proxy.bytesFromServer / share} mails`
        );
    });

    it('become files of the right content, and none is left of a mail whose line was cut', async () => {
        await dovecot.fill('anna', 'INBOX', mails(2));
        const test = watch({ attachments: 'file', attachmentsDir: 'files' });
        proxy.truncateAfter(mail(0).length + MB);
        test.start();
        await test.failureCount(1);
        proxy.truncateAfter(undefined);
        await test.mailCount(2, 30_000);
        const files = readdirSync(join(test.userDir, 'files')).map(name => join(test.userDir, 'files', name));
        const sums = files.map(file => createHash('sha256').update(readFileSync(file)).digest('hex'));
        const wanted = createHash('sha256').update(CONTENT).digest('hex');
        assert.deepEqual(sums, [wanted, wanted]);
        assert.deepEqual(files.sort(), test.mails.map(({ attachments }) => attachments[0]?.path).sort());
    });

    it('are those of the whole mail where the server describes it wrongly, and the node says so once', async () => {
        const broken = (index: number): Buffer =>
            Buffer.from(mail(index).toString('latin1').replace('--=-mixed-boundary--', ''), 'latin1');
        await dovecot.fill('anna', 'INBOX', [broken(1), broken(2)]);
        const test = watch({}).start();
        await test.mailCount(2);
        assert.deepEqual(
            test.mails.map(({ payload, attachments }) => [payload.trim(), attachments.length]),
            [
                ['text 1', 1],
                ['text 2', 1]
            ]
        );
        assert.equal(test.notices.length, 1);
        assert.match(test.notices[0] ?? '', /UID \d+ in "INBOX" was fetched whole because its parts are not as large/);
    });
});
