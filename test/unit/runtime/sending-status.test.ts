import assert from 'node:assert/strict';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { SendingStatus } from '../../../src/runtime/sending-status';
import type { StatusDisplay, StatusView } from '../../../src/runtime/status';
import type { SentInfo } from '../../../src/smtp/submission';

const sent: SentInfo = { messageId: '', accepted: ['a'], rejected: [], response: '', serverMessageId: '', at: '' };

function failure(code: MailErrorCode): MailError {
    return new MailError({ code, kind: 'permanent', step: 'send', problem: 'no' });
}

describe('the status of smtp-out', () => {
    let shown: string[];
    let status: SendingStatus;
    beforeEach(() => {
        shown = [];
        const show = (view: StatusView | null): unknown => shown.push(`${view?.fill} ${view?.shape} ${view?.text}`);
        status = new SendingStatus({ show, close: () => shown.push('closed') } as unknown as StatusDisplay);
    });

    it('shows a mail from its start to its end', () => {
        status.started();
        status.retrying();
        status.sent(sent);
        assert.deepEqual(shown, [
            'blue dot smtp-out.status.sending',
            'yellow ring smtp-out.status.retrying',
            'green dot smtp-out.status.sent'
        ]);
    });

    it('says "sent" after the last mail of a burst', () => {
        status.started();
        status.started();
        status.sent(sent);
        assert.equal(shown.at(-1), 'blue dot smtp-out.status.sending');
        status.sent(sent);
        assert.equal(shown.at(-1), 'green dot smtp-out.status.sent');
    });

    it('is yellow when a recipient was refused', () => {
        status.started();
        status.sent({ ...sent, rejected: [{ address: 'b', response: '550' }] });
        assert.equal(shown.at(-1), 'yellow dot smtp-out.status.recipient-refused');
    });

    it('tells a refused login and missing settings from a mail that was given up', () => {
        for (const [code, view] of [
            [MailErrorCode.ServerRefused, 'red dot smtp-out.status.given-up'],
            [MailErrorCode.CredentialsRejected, 'red dot smtp-out.status.wrong-credentials'],
            [MailErrorCode.NotConfigured, 'red ring smtp-out.status.not-configured'],
            [MailErrorCode.EnvMissing, 'red ring smtp-out.status.not-configured']
        ] as const) {
            status.started();
            status.failed(failure(code));
            assert.equal(shown.at(-1), view);
        }
        status.problem(new TypeError('bug'));
        assert.equal(shown.at(-1), 'red dot smtp-out.status.given-up');
    });

    it('hands its end on', () => {
        status.close();
        assert.deepEqual(shown, ['closed']);
    });
});
