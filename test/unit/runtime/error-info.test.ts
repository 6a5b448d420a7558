import assert from 'node:assert/strict';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { errorInfo } from '../../../src/runtime/error-info';

describe('msg.error', () => {
    it('tells all of a MailError in plain JSON', () => {
        const error = new MailError({
            code: MailErrorCode.ServerRefused,
            kind: 'permanent',
            step: 'send',
            account: 'Shop',
            problem: 'no',
            response: '550 no'
        });
        const info = errorInfo(error);
        assert.deepEqual(info, {
            message: error.message,
            code: 'SERVER_REFUSED',
            kind: 'permanent',
            step: 'send',
            account: 'Shop',
            response: '550 no'
        });
        assert.deepEqual(JSON.parse(JSON.stringify(info)), info);
    });

    it('has the message of any other error', () => {
        assert.equal(errorInfo(new TypeError('x is undefined')).message, 'x is undefined');
        assert.equal(errorInfo(new TypeError('x')).code, '');
    });
});
