import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { refusal, stopped } from '../../../src/smtp/refusal';

describe('a mail that is refused before it is sent', () => {
    it('is refused for good, with the step at which it failed', () => {
        const { kind, step, message } = refusal(
            MailErrorCode.AttachmentInvalid,
            'it is no list',
            'Fix it.',
            'attachment'
        );
        assert.deepEqual(
            [kind, step, message],
            ['permanent', 'attachment', 'attachment failed: it is no list. Fix it.']
        );
    });

    it('is told from one that was given back, which may be sent later', () => {
        const { code, kind, account } = stopped('Shop');
        assert.deepEqual([code, kind, account], [MailErrorCode.Closed, 'temporary', 'Shop']);
    });
});
