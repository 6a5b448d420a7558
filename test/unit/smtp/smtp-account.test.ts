import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import type { ServerSettings } from '../../../src/message/server-settings';
import { DayQuota } from '../../../src/smtp/day-quota';
import type { ComposeOptions } from '../../../src/smtp/outgoing';
import { SmtpAccount, UnusableAccount } from '../../../src/smtp/smtp-account';
import { sendingSettings, type SettingsParts } from '../../support/sending-settings';
import { SILENCE, startSmtpPeer, type SmtpPeer, type SmtpScript } from '../../support/smtp-peer';

const never = new AbortController().signal;
setMaxListeners(0, never);
const options: ComposeOptions = { to: null, subject: null, signature: true, attachmentsDir: '' };
const timeouts = { connectMs: 5_000, greetingMs: 5_000, socketMs: 5_000, closeMs: 100 };

describe('an SMTP account', () => {
    let peer: SmtpPeer;
    let account: SmtpAccount;
    afterEach(async () => {
        await account.close();
        await peer.stop();
    });

    async function start(
        script: SmtpScript,
        parts: SettingsParts & { quota?: DayQuota; login?: ServerSettings['login']; closeMs?: number } = {}
    ): Promise<void> {
        peer = await startSmtpPeer(script);
        account = new SmtpAccount({
            server: {
                label: 'Shop',
                host: peer.host,
                port: peer.port,
                security: 'none',
                tls: {},
                login: parts.login ?? null
            },
            settings: sendingSettings(parts),
            quota: parts.quota ?? null,
            timeouts: { ...timeouts, closeMs: parts.closeMs ?? timeouts.closeMs }
        });
    }

    function send(msg: Record<string, unknown> = {}, signal = never) {
        return account.send(account.compose({ to: 'ben@example.org', payload: 'Hello', ...msg }, options), signal);
    }

    it('sends a burst over as many connections as it may have', async () => {
        await start(() => undefined, { connections: 3 });
        await Promise.all(Array.from({ length: 200 }, () => send()));
        assert.equal(peer.messages.length, 200);
        assert.equal(peer.mostAtOnce, 3);
    });

    it('asks the server once after a rejected password, however many mails wait', async () => {
        await start(line => (line.startsWith('AUTH') ? '535 5.7.8 wrong' : undefined), {
            connections: 1,
            login: { user: 'shop', password: 'hunter2' }
        });
        const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => send()));
        for (const outcome of outcomes) {
            assert.ok(outcome.status === 'rejected' && outcome.reason instanceof MailError);
            assert.equal(outcome.reason.code, MailErrorCode.CredentialsRejected);
            assert.equal(outcome.reason.response, '535 5.7.8 wrong');
        }
        await assert.rejects(send(), { kind: 'credentials', message: /a moment ago/ });
        assert.equal(peer.lines.filter(line => line.startsWith('AUTH')).length, 1);
    });

    it('builds a mail only when it is its turn, so a bad file fails that mail alone', async () => {
        await start(() => undefined);
        await assert.rejects(send({ attachments: [{ path: '/etc/passwd' }] }), {
            code: MailErrorCode.AttachmentFolder
        });
        await send();
        assert.equal(peer.messages.length, 1);
    });

    it('takes off the allowance of the day what the server accepted', async () => {
        const quota = new DayQuota({
            account: 'Shop',
            messages: 1,
            recipients: 0,
            store: null,
            key: 'a',
            onProblem: () => undefined
        });
        await start(line => (line.includes('<bad@') ? '550 5.1.1 no' : undefined), { quota });
        await assert.rejects(send({ to: 'bad@example.org' }), { code: MailErrorCode.RecipientsRefused });
        await send();
        await assert.rejects(send(), { code: MailErrorCode.Throttled });
        assert.equal(peer.messages.length, 1);
    });

    it('is sent within the limit per minute', async () => {
        await start(() => undefined, { limits: { messagesPerMinute: 2 } });
        const stop = new AbortController();
        const third = Promise.all([send(), send()]).then(() => send({}, stop.signal));
        await peer.waitForMessages(2);
        setImmediate(() => stop.abort());
        await assert.rejects(third, { code: MailErrorCode.Closed });
        assert.equal(peer.messages.length, 2);
    });

    it('gives every waiting mail back when it closes, and cuts a hanging server within the grace', async () => {
        await start(line => (line === '.' ? SILENCE : undefined), { connections: 1 });
        const first = send();
        const waiting = Promise.allSettled([send(), send()]);
        await peer.waitForMessages(1);
        const started = performance.now();
        await Promise.all([account.close(), assert.rejects(first, { code: MailErrorCode.OutcomeUnknown })]);
        assert.ok(performance.now() - started < 4_500, 'the time-out of the connection is 5 s');
        for (const outcome of await waiting) {
            assert.ok(outcome.status === 'rejected');
            assert.equal((outcome.reason as MailError).code, MailErrorCode.Closed);
        }
        await assert.rejects(send(), { code: MailErrorCode.Closed });
    });

    it('lets the mail on its way end when it closes', async () => {
        let closing: Promise<void> | undefined;
        const script: SmtpScript = line => {
            if (line === '.') {
                closing = account.close();
            }
            return undefined;
        };
        await start(script, { closeMs: 4_000 });
        assert.deepEqual((await send()).accepted, ['ben@example.org']);
        await closing;
    });
});

describe('an account with unusable settings', () => {
    it('answers every question with the reason', async () => {
        const problem = new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'configure',
            problem: 'no host is set'
        });
        const account = new UnusableAccount(problem);
        assert.equal(account.problem, problem);
        assert.throws(() => account.compose(), problem);
        await assert.rejects(account.send(), problem);
        await account.close();
    });
});
