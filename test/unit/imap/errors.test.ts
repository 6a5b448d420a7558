import assert from 'node:assert/strict';
import { imapError, isConnectionProblem } from '../../../src/imap/errors';
import { MailError, type ErrorKind, type MailErrorCode } from '../../../src/message/mail-error';

const context = { account: 'Shop mail', step: 'fetch', secrets: ['secret'] } as const;

function foreign(properties: object, message = 'Command failed'): Error {
    return Object.assign(new Error(message), properties);
}

describe('imapError', () => {
    for (const [what, thrown] of [
        ['nothing', undefined],
        ['null', null],
        ['text', 'boom'],
        ['an object', {}]
    ] as const) {
        it(`makes an error of ${what}`, () => {
            const error = imapError(thrown, context);
            assert.deepEqual([error.code, error.step, error.account], ['CONNECTION_LOST', 'fetch', 'Shop mail']);
        });
    }

    it('reads an abort, whose code is a number', () => {
        assert.equal(imapError(new DOMException('aborted', 'AbortError'), context).code, 'PROTOCOL_BROKEN');
    });

    it('lets the diagnosis correct the step', () => {
        assert.equal(imapError(foreign({ code: 'ENOTFOUND' }), context).step, 'look-up');
    });

    it('names the account and the step of the caller', () => {
        const error = imapError(foreign({ responseStatus: 'NO' }), context);
        assert.deepEqual([error.step, error.account], ['fetch', 'Shop mail']);
        assert.match(error.message, /^Shop mail: fetch failed: the server refused the command\./);
    });

    it('passes a MailError unchanged, so that the inner step wins', () => {
        const inner = imapError(foreign({ code: 'ETIMEOUT' }), { ...context, step: 'store' });
        assert.equal(imapError(inner, context), inner);
    });

    it('quotes the words of the server', () => {
        const error = imapError(foreign({ responseStatus: 'NO', responseText: 'Mailbox is over quota' }), context);
        assert.equal(error.response, 'Mailbox is over quota');
        assert.match(error.message, /The server said: "Mailbox is over quota"/);
    });

    it('quotes the words of a BYE', () => {
        const error = imapError(foreign({ code: 'NoConnection', reason: 'Going down for maintenance' }), context);
        assert.equal(error.response, 'Going down for maintenance');
    });

    it('digs out the reason behind several attempts', () => {
        const attempts = ['::1', '127.0.0.1'].map(host =>
            foreign({ code: 'ECONNREFUSED' }, `connect ECONNREFUSED ${host}:993`)
        );
        const all = Object.assign(new AggregateError(attempts), { code: 'ECONNREFUSED' });
        assert.match(imapError(all, context).message, /no connection: connect ECONNREFUSED ::1:993/);
    });

    it('takes the code of the cause when the error has none', () => {
        const error = new Error('failed', { cause: foreign({ code: 'ENOTFOUND' }, 'getaddrinfo ENOTFOUND x') });
        assert.equal(imapError(error, context).code, 'HOST_UNKNOWN');
    });

    it('takes secrets out of the words of the server and out of the message', () => {
        const errors = [
            foreign({ responseStatus: 'BAD', responseText: 'cannot read LOGIN "anna" "secret"' }),
            foreign({ code: 'NoConnection', reason: 'bad secret' }),
            foreign({ code: 'ParserError1' }, 'Unexpected secret at 5'),
            new Error('secret')
        ];
        for (const error of errors) {
            assert.doesNotMatch(
                JSON.stringify(imapError(error, context)) + imapError(error, context).message,
                /secret/
            );
        }
    });

    it('keeps nothing of the foreign error, which may hold the command with its secret', () => {
        const error = imapError(foreign({ executedCommand: 'A1 LOGIN anna secret' }), context);
        assert.equal(error.cause, undefined);
    });

    it('cuts a message that a server made long', () => {
        assert.ok(imapError(foreign({ code: 'ParserError1' }, 'x'.repeat(1_000_000)), context).message.length < 600);
    });
});

describe('isConnectionProblem', () => {
    function mailError(code: MailErrorCode, kind: ErrorKind): MailError {
        return new MailError({ code, kind, step: 'fetch', problem: 'x' });
    }

    for (const code of ['CONNECTION_LOST', 'TIMED_OUT', 'HOST_UNKNOWN', 'PROTOCOL_BROKEN', 'CLOSED'] as const) {
        it(`is true for ${code}`, () => assert.equal(isConnectionProblem(mailError(code, 'temporary')), true));
    }

    it('is false for a command that the server refused for now', () => {
        assert.equal(isConnectionProblem(mailError('SERVER_REFUSED', 'temporary')), false);
    });

    it('is false for the ledger', () => {
        assert.equal(isConnectionProblem(mailError('LEDGER_FAILED', 'temporary')), false);
    });

    it('is false for what trying again cannot help', () => {
        for (const kind of ['permanent', 'credentials', 'configuration'] as const) {
            assert.equal(isConnectionProblem(mailError('CONNECTION_LOST', kind)), false);
        }
    });

    it('is false for anything else', () => {
        assert.equal(isConnectionProblem(new Error('x')), false);
        assert.equal(isConnectionProblem(undefined), false);
    });
});
