import assert from 'node:assert/strict';
import { ImapAccount } from '../../src/account/imap-account';
import { probeSmtp } from '../../src/account/probe-smtp';
import { RIGHTS, type Right } from '../../src/account/rights';
import { awaitArrival } from '../../src/account/test-mail';
import { readMailboxes } from '../../src/smtp/mailboxes';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startPostfix, type Postfix } from '../support/postfix';
import { collectSteps } from '../support/probe-steps';
import { requireServer } from '../support/require-server';
import { sendingSettings } from '../support/sending-settings';

const TIMES = { timeoutMs: 10_000, pauseMs: 100 };
const OWN_MAIL = 'From: ben@example.com\r\nX-Mailflow-Test: 00000000000000000000000000000000\r\n\r\nNot yours\r\n';

describe('the test mail of an account', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let postfix: Postfix;
    let running: Promise<void>;
    let folder = 'INBOX';
    const over = new AbortController();

    before(async function () {
        requireServer(this, 'dovecot');
        requireServer(this, 'postfix');
        dovecot = await startDovecot({ authService: true });
        postfix = await startPostfix({ loginAt: dovecot });
        await dovecot.deliver('anna', 'INBOX', Buffer.from(OWN_MAIL));
        running = carry();
    });
    after(async () => {
        over.abort();
        await running;
        await postfix?.stop();
        await dovecot?.stop();
    });

    /** The way from one server to the other, which the test has in its own hands. */
    async function carry(): Promise<void> {
        for (let carried = 0; !over.signal.aborted;) {
            const mail = postfix.mails()[carried];
            if (mail && folder !== '') {
                carried++;
                await dovecot.deliver('anna', folder, mail.raw);
            }
            await new Promise(resolve => setTimeout(resolve, 50));
        }
    }

    async function send(rights: readonly Right[] = RIGHTS, times = TIMES) {
        const login = { user: 'anna', password: 'secret' };
        const server = { label: 'Shop', host: '127.0.0.1', login };
        const account = new ImapAccount('a1', {
            server: {
                ...server,
                port: dovecot.imapsPort,
                security: 'tls',
                tls: { ca: dovecot.certificate },
                folders: {}
            },
            rights: new Set(rights),
            connections: 5
        });
        const [sender] = readMailboxes('sender', 'anna@example.org');
        assert.ok(sender);
        const { report, steps } = collectSteps();
        const ok = await probeSmtp(
            {
                server: { ...server, port: postfix.port, security: 'starttls', tls: { ca: postfix.certificate } },
                settings: { ...sendingSettings(), sender },
                arrival: (token, signal) => awaitArrival(account, token, signal, times)
            },
            report,
            new AbortController().signal
        );
        await account.close();
        return { ok, last: steps.at(-1), steps };
    }

    async function count(name: string): Promise<number> {
        return (await dovecot.list('anna', name)).length;
    }

    it('is found by its token and removed again; a mail that only looks like it stays', async () => {
        const { ok, last, steps } = await send();
        assert.deepEqual([ok, last?.step, last?.outcome, last?.note], [true, 'arrival', 'passed', 'arrived']);
        assert.ok(steps.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped'));
        assert.equal(await count('INBOX'), 1);
    });

    it('is found in the junk folder too, which is worth a warning', async () => {
        folder = 'Junk';
        const { last } = await send();
        assert.deepEqual([last?.outcome, last?.note, last?.values['folder']], ['warning', 'arrived-in-junk', 'Junk']);
        assert.equal(await count('Junk'), 0);
        folder = 'INBOX';
    });

    it('stays where flows may not delete, and says so', async () => {
        const { ok, last } = await send(['read', 'flag']);
        assert.deepEqual([ok, last?.outcome, last?.note], [true, 'warning', 'not-removed']);
        assert.equal(last?.error?.code, 'RIGHT_MISSING');
        assert.equal(await count('INBOX'), 2);
    });

    it('is given up after a while when it does not come', async () => {
        folder = '';
        const { ok, last } = await send(RIGHTS, { timeoutMs: 500, pauseMs: 100 });
        assert.deepEqual([ok, last?.outcome, last?.note], [true, 'warning', 'not-arrived']);
        folder = 'INBOX';
    });
});
