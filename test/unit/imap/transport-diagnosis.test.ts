import assert from 'node:assert/strict';
import type { ForeignError } from '../../../src/imap/diagnosis';
import { diagnoseTransport } from '../../../src/imap/transport-diagnosis';
import type { ErrorKind, ErrorStep, MailErrorCode } from '../../../src/message/mail-error';

function foreign(properties: object, message = 'Command failed'): ForeignError {
    return Object.assign(new Error(message), properties);
}

describe('the meaning of an IMAP failure without an answer', () => {
    type Case = [what: string, error: ForeignError, code: MailErrorCode, kind: ErrorKind, step: ErrorStep | undefined];
    const cases: Case[] = [
        [
            'a certificate for another name',
            foreign({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
            'CERTIFICATE',
            'configuration',
            'tls'
        ],
        [
            'an expired certificate',
            foreign({ code: 'CERT_HAS_EXPIRED', tlsFailed: true }),
            'CERTIFICATE',
            'configuration',
            'tls'
        ],
        [
            'a self-signed certificate',
            foreign({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
            'CERTIFICATE',
            'configuration',
            'tls'
        ],
        ['an unknown authority', foreign({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'CERTIFICATE', 'configuration', 'tls'],
        [
            'an incomplete chain',
            foreign({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
            'CERTIFICATE',
            'configuration',
            'tls'
        ],
        [
            'STARTTLS that is not offered',
            foreign({ tlsFailed: true }, 'Server does not support STARTTLS'),
            'STARTTLS_MISSING',
            'configuration',
            'tls'
        ],
        [
            'data before the handshake',
            foreign({ code: 'STARTTLS_INJECTION', tlsFailed: true }),
            'TLS_FAILED',
            'temporary',
            'tls'
        ],
        ['TLS on a plain port', foreign({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), 'TLS_FAILED', 'temporary', 'tls'],
        ['a TLS protocol error', foreign({ code: 'EPROTO' }), 'TLS_FAILED', 'temporary', 'tls'],
        ['an unknown host', foreign({ code: 'ENOTFOUND' }), 'HOST_UNKNOWN', 'temporary', 'look-up'],
        ['a name server that is away', foreign({ code: 'EAI_AGAIN' }), 'HOST_UNKNOWN', 'temporary', 'look-up'],
        ['a closed port', foreign({ code: 'ECONNREFUSED' }), 'CONNECTION_REFUSED', 'temporary', 'connect'],
        ['a host that is away', foreign({ code: 'EHOSTUNREACH' }), 'CONNECTION_REFUSED', 'temporary', 'connect'],
        ['no network', foreign({ code: 'ENETUNREACH' }), 'CONNECTION_REFUSED', 'temporary', 'connect'],
        ['a slow connect', foreign({ code: 'CONNECT_TIMEOUT' }), 'TIMED_OUT', 'temporary', 'connect'],
        ['a slow greeting', foreign({ code: 'GREETING_TIMEOUT' }), 'TIMED_OUT', 'temporary', 'greeting'],
        ['a slow handshake', foreign({ code: 'UPGRADE_TIMEOUT' }), 'TIMED_OUT', 'temporary', 'tls'],
        ['a slow command', foreign({ code: 'ETIMEOUT' }), 'TIMED_OUT', 'temporary', undefined],
        ['a slow network', foreign({ code: 'ETIMEDOUT' }), 'TIMED_OUT', 'temporary', undefined],
        ['a slow lock', foreign({ code: 'LockTimeout' }), 'TIMED_OUT', 'temporary', undefined],
        ...[
            'ParserError11',
            'ParserErrorInternal',
            'LineTooLarge',
            'LiteralTooLarge',
            'ResponseTooLarge',
            'TooManyTokens',
            'TooManyResponses',
            'InvalidResponse',
            'UnexpectedTag',
            'MissingTag',
            'MAX_IMAP_NESTING_REACHED',
            'ResponseProcessingFailed'
        ].map((code): Case => [`the code ${code}`, foreign({ code }), 'PROTOCOL_BROKEN', 'temporary', undefined]),
        ...['NoConnection', 'EConnectionClosed', 'StateLogout', 'ClosedAfterConnectTLS', 'ECONNRESET', 'EPIPE'].map(
            (code): Case => [`the code ${code}`, foreign({ code }), 'CONNECTION_LOST', 'temporary', undefined]
        ),
        ['an error without a code', new Error('closed by the server'), 'CONNECTION_LOST', 'temporary', undefined],
        // not everything that nobody knows is a lost connection
        ['a full disk', foreign({ code: 'ENOSPC' }), 'PROTOCOL_BROKEN', 'temporary', undefined],
        ['a mistake in a program', new TypeError('x is not a function'), 'PROTOCOL_BROKEN', 'temporary', undefined]
    ];
    for (const [what, error, code, kind, step] of cases) {
        it(`names ${what}: ${code}, ${kind}`, () => {
            const diagnosis = diagnoseTransport(error, String(error.code ?? ''), error.message ?? '');
            assert.deepEqual([diagnosis?.code, diagnosis?.kind, diagnosis?.step], [code, kind, step]);
        });
    }
});
