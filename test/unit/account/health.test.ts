import assert from 'node:assert/strict';
import { Health } from '../../../src/account/health';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';

const REJECTED = new MailError({
    code: MailErrorCode.CredentialsRejected,
    kind: 'credentials',
    step: 'login',
    problem: 'rejected',
    remedy: 'Check both.',
    response: 'no'
});

function imapHealth(problem: Error | null = null) {
    let now = Date.parse('2026-11-24T10:00:00Z');
    const health = new Health(() => now);
    const entry = health.enter('a1', { type: 'imap-account', name: 'Shop', problem });
    const account = () => health.report().find(({ id }) => id === 'a1');
    return { health, entry, account, later: (ms: number) => (now += ms) };
}

describe('Health', () => {
    it('knows an account that nothing uses, and one that cannot be used', () => {
        assert.equal(imapHealth().account()?.state, 'unused');
        const { account } = imapHealth(REJECTED);
        assert.equal(account()?.state, 'unusable');
        assert.equal(account()?.lastError?.remedy, 'Check both.');
    });

    it('follows a folder from connecting to trouble and back', () => {
        const { health, account } = imapHealth();
        const inbox = health.folder('a1', 'n1', 'INBOX');
        inbox.enter(() => undefined);
        assert.equal(account()?.state, 'connecting');
        inbox.contact('push');
        assert.deepEqual([account()?.state, account()?.folders[0]?.state], ['ok', 'push']);
        assert.equal(account()?.lastContact, '2026-11-24T10:00:00.000Z');
        inbox.failed(REJECTED);
        assert.equal(account()?.state, 'failing');
        assert.equal(account()?.lastError?.code, 'CREDENTIALS_REJECTED');
        inbox.contact('poll');
        assert.deepEqual([account()?.state, account()?.folders[0]?.state], ['ok', 'poll']);
        inbox.leave();
        assert.equal(account()?.state, 'unused');
    });

    it('counts mails that flows work on, and those that failed', async () => {
        const { health, account } = imapHealth();
        const inbox = health.folder('a1', 'n1', 'INBOX');
        inbox.enter(() => undefined);
        let settle = (): void => undefined;
        inbox.delivered(new Promise<void>(resolve => (settle = resolve)));
        inbox.delivered(Promise.reject(new Error('failed')));
        inbox.delivered(undefined);
        assert.equal(account()?.pending, 2);
        settle();
        await new Promise(resolve => setImmediate(resolve));
        assert.equal(account()?.pending, 0);
        assert.equal(account()?.hours.at(-1), 3);
        inbox.givenUp(REJECTED);
        assert.equal(account()?.failed, 1);
    });

    it('shows progress only while many mails wait', () => {
        const { health, account } = imapHealth();
        const inbox = health.folder('a1', 'n1', 'INBOX');
        inbox.enter(() => undefined);
        inbox.progress(3, 100);
        assert.deepEqual(account()?.folders[0]?.progress, { done: 3, waiting: 100 });
        inbox.progress(2, 1);
        assert.equal(account()?.folders[0]?.progress, null);
    });

    it('looks at every folder of an account when asked', () => {
        const { health } = imapHealth();
        const looked: string[] = [];
        health.folder('a1', 'n1', 'INBOX').enter(() => looked.push('INBOX'));
        health.folder('a1', 'n1', 'Sent').enter(() => looked.push('Sent'));
        health.folder('a2', 'n2', 'INBOX').enter(() => looked.push('other'));
        assert.equal(health.lookNow('a1'), 2);
        assert.deepEqual(looked, ['INBOX', 'Sent']);
        assert.equal(health.lookNow('nowhere'), 0);
    });

    it('keeps its counts over a deploy, whichever of the two nodes comes first', () => {
        const { health, entry, account } = imapHealth();
        health.mail('a1');
        const next = health.enter('a1', { type: 'imap-account', name: 'Shop 2', problem: null });
        entry.leave();
        assert.equal(account()?.name, 'Shop 2');
        assert.equal(account()?.hours.at(-1), 1);
        next.leave();
        assert.equal(account(), undefined);
    });

    it('calls a sender in order again when a mail went out after a failure', () => {
        const { health, later } = imapHealth();
        health.enter('s1', { type: 'smtp-account', name: 'Out', problem: null });
        const state = () => health.report().find(({ id }) => id === 's1')?.state;
        assert.equal(state(), 'unused');
        health.failed('s1', REJECTED);
        assert.equal(state(), 'failing');
        later(1000);
        health.contact('s1');
        assert.equal(state(), 'ok');
    });

    it('does not grow with accounts that come and go', () => {
        const health = new Health();
        for (let index = 0; index < 1_000; index++) {
            const id = `a${index}`;
            const entry = health.enter(id, { type: 'imap-account', name: id, problem: REJECTED });
            const folder = health.folder(id, 'n', 'INBOX');
            folder.enter(() => undefined);
            folder.leave();
            entry.leave();
        }
        health.enter('a0', { type: 'imap-account', name: 'a0', problem: null });
        assert.equal(health.remembered <= 201, true, String(health.remembered));
        // the counts of the first were dropped
        assert.equal(health.report()[0]?.lastError, null);
    });
});
