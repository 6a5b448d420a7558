import assert from 'node:assert/strict';
import { MailError, MailErrorCode, type ErrorKind } from '../../../src/message/mail-error';
import { composeMail } from '../../../src/smtp/outgoing';
import type { MailSender } from '../../../src/smtp/smtp-account';
import { RETRY_PAUSES, Submissions } from '../../../src/smtp/submission';
import type { Acceptance } from '../../../src/smtp/transport';
import { sendingSettings } from '../../support/sending-settings';

const options = { to: null, subject: null, signature: true, attachmentsDir: '' };
const mail = composeMail({ to: 'ben@example.org', payload: 'x' }, options, sendingSettings());
const acceptance: Acceptance = { accepted: ['ben@example.org'], rejected: [], response: '250 ok', serverMessageId: '' };
const noPause = { firstMs: 0, factor: 1, maxMs: 0 };

function failure(kind: ErrorKind, code: MailErrorCode = MailErrorCode.ServerRefused): MailError {
    return new MailError({ code, kind, step: 'send', problem: 'no' });
}

/** An account that gives one outcome per call; the last one stays. */
function senderOf(...outcomes: Array<MailError | Acceptance>): MailSender & { calls: string[] } {
    const calls: string[] = [];
    return {
        problem: null,
        addresses: [],
        calls,
        compose: () => mail,
        send: sent => {
            calls.push(sent.messageId);
            const outcome = outcomes[Math.min(calls.length, outcomes.length) - 1];
            return outcome instanceof MailError ? Promise.reject(outcome) : Promise.resolve(outcome ?? acceptance);
        },
        close: () => Promise.resolve()
    };
}

function submissions(parts: Partial<ConstructorParameters<typeof Submissions>[0]> = {}): Submissions {
    return new Submissions({ pauses: noPause, onRetry: () => undefined, ...parts });
}

describe('a mail that is submitted', () => {
    it('is reported with its id, the answer of the server and the time, as plain JSON', async () => {
        const sent = await submissions().submit(senderOf(acceptance), mail, 5);
        assert.deepEqual(sent, { messageId: mail.messageId, ...acceptance, at: sent.at });
        assert.equal(new Date(sent.at).toISOString(), sent.at);
        assert.deepEqual(JSON.parse(JSON.stringify(sent)), sent);
    });

    it('is sent again after a passing failure, under the same id', async () => {
        const sender = senderOf(failure('temporary'), failure('temporary'), acceptance);
        await submissions().submit(sender, mail, 5);
        assert.deepEqual(sender.calls, [mail.messageId, mail.messageId, mail.messageId]);
    });

    it('is given up after so many attempts, with the error of the last', async () => {
        const sender = senderOf(failure('temporary'), failure('temporary', MailErrorCode.TimedOut));
        await assert.rejects(submissions().submit(sender, mail, 2), { code: MailErrorCode.TimedOut });
        assert.equal(sender.calls.length, 2);
    });

    for (const kind of ['permanent', 'credentials', 'configuration'] as const) {
        it(`is not sent again after a failure of kind ${kind}`, async () => {
            const sender = senderOf(failure(kind));
            await assert.rejects(submissions().submit(sender, mail, 5), { kind });
            assert.equal(sender.calls.length, 1);
        });
    }

    it('is never sent again when its outcome is unknown', async () => {
        const sender = senderOf(failure('permanent', MailErrorCode.OutcomeUnknown), acceptance);
        await assert.rejects(submissions().submit(sender, mail, 5), { code: MailErrorCode.OutcomeUnknown });
        assert.equal(sender.calls.length, 1);
    });

    it('waits longer from attempt to attempt, with jitter', async () => {
        const pauses: number[] = [];
        const sender = senderOf(failure('temporary'));
        const queue = submissions({
            pauses: { firstMs: 1, factor: 3, maxMs: 5 },
            random: () => 1,
            onRetry: (_error, pauseMs) => pauses.push(Number(pauseMs.toFixed(1)))
        });
        await assert.rejects(queue.submit(sender, mail, 5));
        assert.deepEqual(pauses, [1.2, 3.6, 6, 6]);
    });

    it('passes five minutes of greylisting with the usual five attempts, within ten minutes', () => {
        const { firstMs, factor, maxMs } = RETRY_PAUSES;
        const sum = [0, 1, 2, 3].reduce((total, n) => total + Math.min(firstMs * factor ** n, maxMs), 0);
        assert.ok(sum * 0.8 > 5 * 60_000 && sum * 1.2 < 10 * 60_000);
    });

    it('is refused when too many are unfinished already', async () => {
        const queue = submissions({ maxUnfinished: 1, pauses: { firstMs: 60_000, factor: 1, maxMs: 60_000 } });
        const first = queue.submit(senderOf(failure('temporary')), mail, 5);
        await assert.rejects(queue.submit(senderOf(acceptance), mail, 5), { code: MailErrorCode.Throttled });
        await Promise.all([queue.close(), assert.rejects(first)]);
    });
});

describe('a node that stops', () => {
    it('gives back the mails that pause before another attempt', async () => {
        let pausing = (): void => undefined;
        const paused = new Promise<void>(resolve => (pausing = resolve));
        const queue = submissions({
            pauses: { firstMs: 60_000, factor: 1, maxMs: 60_000 },
            onRetry: () => pausing()
        });
        const sender = senderOf(failure('temporary'));
        const outcome = queue.submit(sender, mail, 5);
        await paused;
        await Promise.all([queue.close(), assert.rejects(outcome, { code: MailErrorCode.Closed })]);
        assert.equal(sender.calls.length, 1);
    });

    it('tells the account, and waits for the mails on their way', async () => {
        const events: string[] = [];
        const sender: MailSender = {
            ...senderOf(acceptance),
            send: (_mail, signal) =>
                new Promise(resolve =>
                    signal.addEventListener('abort', () =>
                        setImmediate(() => {
                            events.push('sent');
                            resolve(acceptance);
                        })
                    )
                )
        };
        const queue = submissions();
        const outcome = queue.submit(sender, mail, 5);
        await queue.close();
        events.push('closed');
        assert.deepEqual((await outcome).accepted, ['ben@example.org']);
        assert.deepEqual(events, ['sent', 'closed']);
    });
});
