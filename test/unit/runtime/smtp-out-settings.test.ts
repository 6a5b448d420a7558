import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { readSmtpOutSettings } from '../../../src/runtime/smtp-out-settings';

describe('the settings of smtp-out', () => {
    it('leave To and Subject to the message when nothing is set', () => {
        assert.deepEqual(readSmtpOutSettings({}, '/base'), {
            to: null,
            subject: null,
            signature: true,
            attempts: 5,
            attachmentsDir: ''
        });
    });

    it('are read from the saved properties', () => {
        const saved = {
            to: 'customer.mail',
            toType: 'msg',
            subject: 'Fixed',
            subjectType: 'str',
            signature: false,
            attempts: '2',
            attachmentsDir: 'files'
        };
        assert.deepEqual(readSmtpOutSettings(saved, '/base'), {
            to: { type: 'msg', text: 'customer.mail', field: 'msg.customer.mail' },
            subject: { type: 'str', text: 'Fixed', field: 'Subject of the node' },
            signature: false,
            attempts: 2,
            attachmentsDir: '/base/files'
        });
        assert.equal(readSmtpOutSettings({ attachmentsDir: '/data/mail' }, '/base').attachmentsDir, '/data/mail');
    });

    it('refuse a type that the field does not offer, a number that is none and a variable that is not set', () => {
        for (const [saved, code] of [
            [{ to: 'x', toType: 're' }, MailErrorCode.InvalidProperty],
            [{ attempts: 0 }, MailErrorCode.InvalidProperty],
            [{ to: '${WHO}', toType: 'str' }, MailErrorCode.EnvMissing]
        ] as const) {
            assert.throws(() => readSmtpOutSettings(saved, '/base'), { code });
        }
    });
});
