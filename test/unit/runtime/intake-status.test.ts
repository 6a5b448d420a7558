import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { MailError, type MailErrorCode } from '../../../src/message/mail-error';
import { IntakeStatus } from '../../../src/runtime/intake-status';
import { StatusDisplay } from '../../../src/runtime/status';

const NOW = new Date(2026, 10, 24, 9, 5);

function mailError(code: MailErrorCode): MailError {
    return new MailError({ code, kind: 'temporary', step: 'fetch', problem: 'x' });
}

describe('IntakeStatus', () => {
    let shown: string;
    let status: IntakeStatus;

    beforeEach(() => {
        mock.timers.enable({ apis: ['Date'], now: NOW });
        shown = '';
        const display = new StatusDisplay({ status: () => undefined });
        display.show = given => {
            const view = typeof given === 'function' ? given() : given;
            shown = `${view?.fill} ${view?.shape} ${view?.text}`;
        };
        status = new IntakeStatus(display);
    });

    afterEach(() => mock.timers.reset());

    it('is connecting at first', () => {
        status.connecting('INBOX');
        status.refresh(0);
        assert.equal(shown, 'yellow ring imap-in.status.connecting');
    });

    it('shows how many mails there were, and the time of the last contact', () => {
        status.contact('INBOX', 'push', 12);
        assert.equal(shown, 'green dot 12 · 09:05');
    });

    it('shows a ring where a folder is polled', () => {
        status.contact('INBOX', 'push', 0);
        status.contact('Orders', 'poll', 0);
        assert.equal(shown, 'green ring 0 · 09:05');
    });

    it('shows the oldest of the last contacts', () => {
        status.contact('INBOX', 'push', 0);
        mock.timers.tick(60_000);
        status.contact('Orders', 'push', 0);
        assert.equal(shown, 'green dot 0 · 09:05');
    });

    it('names the folders that are missing among several', () => {
        status.failed('Campaign', mailError('FOLDER_MISSING'), 0);
        assert.equal(shown, 'red ring imap-in.status.folder-missing');
        status.contact('INBOX', 'push', 0);
        assert.equal(shown, 'red ring ✗ "Campaign"');
        status.failed('Orders', mailError('FOLDER_MISSING'), 0);
        assert.equal(shown, 'red ring ✗ "Campaign", "Orders"');
        status.contact('Campaign', 'push', 0);
        assert.equal(shown, 'red ring ✗ "Orders"');
    });

    it('is red when nothing was heard for three intervals, until the next contact', () => {
        status.contact('INBOX', 'push', 3);
        status.silent('INBOX', 3);
        assert.equal(shown, 'red ring imap-in.status.silent');
        status.connecting('INBOX');
        status.refresh(3);
        assert.equal(shown, 'red ring imap-in.status.silent', 'trying again is not contact');
        status.contact('INBOX', 'push', 3);
        assert.equal(shown, 'green dot 3 · 09:05');
    });

    it('keeps the reason when it is known why nothing was heard', () => {
        status.failed('INBOX', mailError('CREDENTIALS_REJECTED'), 0);
        status.silent('INBOX', 0);
        assert.equal(shown, 'red ring imap-in.status.wrong-credentials');
    });

    for (const [code, key] of [
        ['CREDENTIALS_REJECTED', 'wrong-credentials'],
        ['FOLDER_MISSING', 'folder-missing'],
        ['FOLDER_NOT_SELECTABLE', 'folder-missing'],
        ['LEDGER_FAILED', 'ledger'],
        ['ATTACHMENT_FOLDER', 'attachments'],
        ['CERTIFICATE', 'certificate'],
        ['STARTTLS_MISSING', 'starttls-missing'],
        ['THROTTLED', 'throttled'],
        ['SERVER_REFUSED', 'refused'],
        ['CONNECTION_LOST', 'disconnected'],
        ['TIMED_OUT', 'disconnected']
    ] as const) {
        it(`shows ${code} as "${key}"`, () => {
            status.failed('INBOX', mailError(code), 0);
            assert.equal(shown, `red ring imap-in.status.${key}`);
        });
    }

    it('shows trouble as long as one folder has it', () => {
        status.contact('INBOX', 'push', 0);
        status.failed('Orders', mailError('FOLDER_MISSING'), 0);
        status.contact('INBOX', 'push', 5);
        assert.equal(shown, 'red ring ✗ "Orders"');
        status.contact('Orders', 'push', 5);
        assert.equal(shown, 'green dot 5 · 09:05');
    });

    it('keeps showing trouble while it connects again', () => {
        status.failed('INBOX', mailError('CONNECTION_LOST'), 0);
        status.connecting('INBOX');
        status.refresh(0);
        assert.equal(shown, 'red ring imap-in.status.disconnected');
    });

    it('keeps showing the last contact while it connects again in time', () => {
        status.contact('INBOX', 'push', 3);
        status.connecting('INBOX');
        status.refresh(3);
        assert.equal(shown, 'green dot 3 · 09:05');
    });

    it('is connecting as long as one folder is', () => {
        status.connecting('INBOX');
        status.connecting('Orders');
        status.contact('INBOX', 'push', 0);
        assert.equal(shown, 'yellow ring imap-in.status.connecting');
    });

    describe('while mail is imported', () => {
        it('shows how far it is', () => {
            status.contact('INBOX', 'push', 0);
            status.progress(3, 20);
            assert.equal(shown, 'blue dot 3 / 23');
        });

        it('does not make an import of a few mails', () => {
            status.contact('INBOX', 'push', 0);
            status.progress(1, 8);
            assert.equal(shown, 'green dot 1 · 09:05');
        });

        it('ends with the last mail', () => {
            status.contact('INBOX', 'push', 0);
            status.progress(22, 1);
            status.progress(23, 0);
            assert.equal(shown, 'green dot 23 · 09:05');
        });

        it('ends with the next contact', () => {
            status.progress(3, 20);
            status.contact('INBOX', 'push', 3);
            assert.equal(shown, 'green dot 3 · 09:05');
        });

        it('gives way to trouble', () => {
            status.progress(3, 20);
            status.failed('INBOX', mailError('CONNECTION_LOST'), 3);
            assert.equal(shown, 'red ring imap-in.status.disconnected');
        });
    });

    it('says above all that nothing is wired, because then no mail is taken', () => {
        status.failed('INBOX', mailError('CONNECTION_LOST'), 0);
        status.wired(false);
        status.refresh(0);
        assert.equal(shown, 'yellow ring imap-in.status.no-wire');
        status.wired(true);
        status.refresh(0);
        assert.equal(shown, 'red ring imap-in.status.disconnected');
    });
});
