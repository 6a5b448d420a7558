import assert from 'node:assert/strict';
import type { ForeignError } from '../../../src/imap/diagnosis';
import { diagnoseReply } from '../../../src/imap/reply-diagnosis';
import type { ErrorKind, ErrorStep, MailErrorCode } from '../../../src/message/mail-error';

function foreign(properties: object, message = 'Command failed'): ForeignError {
    return Object.assign(new Error(message), properties);
}

describe('the meaning of an IMAP answer', () => {
    type Case = [what: string, error: ForeignError, code: MailErrorCode, kind: ErrorKind, step: ErrorStep | undefined];
    const login = { authenticationFailed: true, responseStatus: 'NO' };
    const cases: Case[] = [
        [
            'a full mailbox',
            foreign({ responseStatus: 'NO', serverResponseCode: 'OVERQUOTA' }),
            'SERVER_REFUSED',
            'permanent',
            undefined
        ],
        [
            'a mail that is too large for the server',
            foreign({ responseStatus: 'NO', serverResponseCode: 'TOOBIG' }),
            'TOO_LARGE',
            'permanent',
            undefined
        ],
        [
            'a mail above the APPENDLIMIT, which the library does not send',
            foreign({ serverResponseCode: 'APPENDLIMIT' }, 'Message content too big for APPENDLIMIT=100'),
            'TOO_LARGE',
            'permanent',
            undefined
        ],
        // login
        [
            'a rejected password',
            foreign({ ...login, serverResponseCode: 'AUTHENTICATIONFAILED' }),
            'CREDENTIALS_REJECTED',
            'credentials',
            'login'
        ],
        ['a rejected password without a code', foreign(login), 'CREDENTIALS_REJECTED', 'credentials', 'login'],
        [
            'a rejected password by BAD',
            foreign({ ...login, responseStatus: 'BAD' }),
            'CREDENTIALS_REJECTED',
            'credentials',
            'login'
        ],
        // an account that is gated for an hour because the server had a bad minute would be a lie
        [
            'a login service that is down',
            foreign({ ...login, serverResponseCode: 'UNAVAILABLE' }),
            'SERVER_REFUSED',
            'temporary',
            'login'
        ],
        [
            'a mailbox that is in use',
            foreign({ ...login, serverResponseCode: 'INUSE' }),
            'SERVER_REFUSED',
            'temporary',
            'login'
        ],
        [
            'a login above a limit',
            foreign({ ...login, serverResponseCode: 'LIMIT' }),
            'SERVER_REFUSED',
            'temporary',
            'login'
        ],
        [
            'a login that is switched off without TLS',
            foreign({ authenticationFailed: true }, 'Login is disabled'),
            'NOT_CONFIGURED',
            'configuration',
            'login'
        ],
        [
            'a login that needs TLS',
            foreign({ ...login, serverResponseCode: 'PRIVACYREQUIRED' }),
            'NOT_CONFIGURED',
            'configuration',
            'login'
        ],
        [
            'too many connections at login',
            foreign({ ...login, responseText: 'Too many simultaneous connections. (Failure)' }),
            'TOO_MANY_CONNECTIONS',
            'temporary',
            undefined
        ],
        [
            'too many connections by BYE',
            foreign({
                code: 'NoConnection',
                reason: 'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)'
            }),
            'TOO_MANY_CONNECTIONS',
            'temporary',
            undefined
        ],
        [
            'a connection limit in other words',
            foreign({ responseStatus: 'NO', responseText: 'Connection limit reached' }),
            'TOO_MANY_CONNECTIONS',
            'temporary',
            undefined
        ],
        // commands
        ['a folder that is missing', foreign({ mailboxMissing: true }), 'FOLDER_MISSING', 'configuration', undefined],
        [
            'NONEXISTENT',
            foreign({ responseStatus: 'NO', serverResponseCode: 'NONEXISTENT' }),
            'FOLDER_MISSING',
            'configuration',
            undefined
        ],
        [
            'TRYCREATE, the answer to a move into a folder that is missing',
            foreign({ responseStatus: 'NO', serverResponseCode: 'TRYCREATE' }),
            'FOLDER_MISSING',
            'configuration',
            undefined
        ],
        ['NO', foreign({ responseStatus: 'NO' }), 'SERVER_REFUSED', 'permanent', undefined],
        ['BAD', foreign({ responseStatus: 'BAD' }), 'SERVER_REFUSED', 'permanent', undefined],
        [
            'UNAVAILABLE',
            foreign({ responseStatus: 'NO', serverResponseCode: 'UNAVAILABLE' }),
            'SERVER_REFUSED',
            'temporary',
            undefined
        ],
        [
            'a login without a mailbox behind it',
            foreign({ responseStatus: 'BAD', responseText: 'User is authenticated but not connected.' }),
            'SERVER_REFUSED',
            'configuration',
            undefined
        ],
        [
            'no mailbox behind a login, which the library calls a failed login',
            foreign({ authenticationFailed: true, response: 'User is authenticated but not connected.' }),
            'SERVER_REFUSED',
            'configuration',
            undefined
        ],
        [
            'a throttled command without a time',
            foreign({ responseStatus: 'NO', serverResponseCode: 'THROTTLED' }),
            'THROTTLED',
            'temporary',
            undefined
        ],
        // Dovecot's answer to an APPEND above quota_max_mail_size
        [
            'a limit that stays',
            foreign({ responseStatus: 'NO', serverResponseCode: 'LIMIT' }),
            'SERVER_REFUSED',
            'permanent',
            undefined
        ],
        [
            'throttling whose code stands in the answer alone',
            foreign({ responseStatus: 'NO', response: { attributes: [{ section: [{ value: 'throttled' }] }] } }),
            'THROTTLED',
            'temporary',
            undefined
        ],
        [
            'the bandwidth limit of Gmail at a login',
            foreign({
                ...login,
                serverResponseCode: 'OVERQUOTA',
                responseText: 'Account exceeded command or bandwidth limits. (Failure)'
            }),
            'THROTTLED',
            'temporary',
            'login'
        ],
        [
            'a throttled login without a time',
            foreign({ ...login, serverResponseCode: 'THROTTLED' }),
            'SERVER_REFUSED',
            'temporary',
            'login'
        ],
        ['throttling', foreign({ code: 'ETHROTTLE', throttleReset: 5000 }), 'THROTTLED', 'temporary', undefined],
        [
            'an extension that the server lacks',
            foreign({ code: 'MissingServerExtension' }),
            'SERVER_REFUSED',
            'configuration',
            undefined
        ],
        [
            'a value that IMAP cannot express',
            foreign({ code: 'InvalidStringValue' }),
            'INVALID_PROPERTY',
            'configuration',
            undefined
        ],
        [
            'a search that says nothing',
            foreign({ code: 'InvalidSearchQuery' }),
            'INVALID_PROPERTY',
            'configuration',
            undefined
        ],
        ['a mail cut short', foreign({ code: 'DownloadIncomplete' }), 'UNREADABLE', 'permanent', undefined],
        ['a mail longer than announced', foreign({ code: 'DownloadOverflow' }), 'UNREADABLE', 'permanent', undefined]
    ];
    for (const [what, error, code, kind, step] of cases) {
        it(`names ${what}: ${code}, ${kind}`, () => {
            const diagnosis = diagnoseReply(error, String(error.code ?? ''), error.message ?? '');
            assert.deepEqual([diagnosis?.code, diagnosis?.kind, diagnosis?.step], [code, kind, step]);
        });
    }

    it('gives no diagnosis when there was no answer', () => {
        assert.equal(diagnoseReply(foreign({ code: 'ECONNRESET' }), 'ECONNRESET', 'reset'), null);
    });

    it('says how long the server wants to be left alone', () => {
        const diagnosis = diagnoseReply({ throttleReset: 92_415 }, 'ETHROTTLE', '');
        assert.equal(diagnosis?.retryAfterMs, 92_415);
        assert.match(diagnosis?.problem ?? '', /throttles this account for 93 s/);
    });

    for (const code of ['UNAVAILABLE', 'INUSE', 'THROTTLED']) {
        it(`wants to be asked again after half a minute when the server says ${code}`, () => {
            const answer = foreign({ responseStatus: 'NO', serverResponseCode: code });
            assert.equal(diagnoseReply(answer, '', '')?.retryAfterMs, 30_000);
        });
    }

    // it may be this one mail that the server stumbles over
    it('names no time for a SERVERBUG', () => {
        const answer = foreign({ responseStatus: 'NO', serverResponseCode: 'SERVERBUG' });
        assert.equal(diagnoseReply(answer, '', '')?.retryAfterMs, undefined);
    });

    // The server names the time: 99999999999 ms would overflow the timer, which then fires at once and for ever
    for (const throttleReset of [3_600_001, 99_999_999_999, 1e300]) {
        it(`waits an hour when the server names ${throttleReset} ms`, () => {
            assert.equal(diagnoseReply({ throttleReset }, 'ETHROTTLE', '')?.retryAfterMs, 3_600_000);
        });
    }
});
