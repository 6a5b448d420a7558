import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { smtpError, type SmtpErrorContext } from '../../../src/smtp/errors';

function translate(parts: object, context: Partial<SmtpErrorContext> = {}): MailError {
    const error = Object.assign(new Error('Something failed'), parts);
    return smtpError(error, { account: 'Shop', secrets: [], handedOver: false, closed: false, ...context });
}

describe('the error of a failed delivery', () => {
    it('names the account, the words of the server and what to do', () => {
        const error = translate({ command: 'DATA', responseCode: 550, response: '550 5.7.1 looks like spam' });
        assert.equal(
            error.message,
            'Shop: send failed: the server refused the message. The server said: "550 5.7.1 looks like spam". ' +
                "The reason is in the server's words."
        );
    });

    it('is a MailError that passes unchanged', () => {
        const error = new MailError({ code: MailErrorCode.TooLarge, kind: 'permanent', step: 'send', problem: 'x' });
        assert.equal(smtpError(error, { account: '', secrets: [], handedOver: true, closed: true }), error);
    });

    it('is a MailError also as the cause of what the library gave, and no MailError gives way to its own cause', () => {
        const parts = { code: MailErrorCode.TooLarge, kind: 'permanent', step: 'send', problem: 'x' } as const;
        const inner = new MailError(parts);
        const outer = new MailError({ ...parts, cause: inner });
        const context = { account: '', secrets: [], handedOver: true, closed: true };
        assert.equal(smtpError(new Error('Invalid login', { cause: inner }), context), inner);
        assert.equal(smtpError(outer, context), outer);
    });

    it('never repeats a secret, in whatever part of the error the server or library put it', () => {
        const secret = 'hunter2 hunter2';
        const error = translate(
            {
                message: `535 no ${secret}`,
                command: 'RCPT TO',
                responseCode: 550,
                response: `550 you said ${secret}`,
                rejectedErrors: [
                    { recipient: 'a@example.org', response: `550 ${secret}` },
                    { recipient: 'b@example.org', response: '550 no' }
                ]
            },
            { secrets: [secret] }
        );
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hunter2/);
        const other = translate({ message: `broken ${secret}`, code: 'EPROTOCOL' }, { secrets: [secret] });
        assert.doesNotMatch(inspect(other, { depth: 9, showHidden: true }), /hunter2/);
        assert.match(other.message, /broken \*\*\*/);
    });

    it('shows the words for the first refused recipients', () => {
        const rejectedErrors = [1, 2, 3, 4, 5].map(n => ({ recipient: `r${n}@example.org`, response: '550 no' }));
        const error = translate({ command: 'RCPT TO', responseCode: 550, response: '550 no', rejectedErrors });
        assert.equal(
            error.response,
            'r1@example.org: 550 no; r2@example.org: 550 no; r3@example.org: 550 no; and 2 more'
        );
    });

    it('lets the server forge no log line', () => {
        const error = translate({ command: 'DATA', responseCode: 550, response: '550-a\r\n[error] forged\r\n550 b' });
        assert.doesNotMatch(error.message, /[\r\n]/);
        assert.doesNotMatch(translate({ message: 'a\nforged', code: 'EPROTOCOL' }).message, /\n/);
    });

    it('can be made of anything', () => {
        for (const thrown of [undefined, null, 'text', 5, {}]) {
            const error = smtpError(thrown, { account: 'Shop', secrets: [], handedOver: false, closed: false });
            assert.equal(error.code, MailErrorCode.ConnectionLost);
        }
    });
});

describe('the outcome after the whole message was transmitted', () => {
    it('is unknown without a reply, and then nothing is sent again', () => {
        for (const code of ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EABORT', 'EPROTOCOL']) {
            const error = translate({ code, command: 'CONN' }, { handedOver: true });
            assert.deepEqual([error.code, error.kind], [MailErrorCode.OutcomeUnknown, 'permanent'], code);
        }
    });

    it('is unknown also when this side ended the connection', () => {
        const error = translate({ code: 'EABORT' }, { handedOver: true, closed: true });
        assert.equal(error.code, MailErrorCode.OutcomeUnknown);
    });

    it('is what the server replied', () => {
        const error = translate({ command: 'DATA', responseCode: 451, response: '451 later' }, { handedOver: true });
        assert.deepEqual([error.code, error.kind], [MailErrorCode.ServerRefused, 'temporary']);
    });
});

describe('a delivery that this side ended', () => {
    it('was not sent', () => {
        assert.equal(translate({ code: 'EABORT' }, { closed: true }).code, MailErrorCode.Closed);
    });

    it('still reports what the server replied before', () => {
        const error = translate({ command: 'AUTH PLAIN', responseCode: 535, response: '535 no' }, { closed: true });
        assert.equal(error.code, MailErrorCode.CredentialsRejected);
    });
});
