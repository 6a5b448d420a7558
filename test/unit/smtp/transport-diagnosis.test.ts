import assert from 'node:assert/strict';
import { diagnoseTransport } from '../../../src/smtp/transport-diagnosis';

const cases: Array<[what: string, error: object, verdict: string]> = [
    ['an unknown host', { code: 'EDNS', originalCode: 'ENOTFOUND' }, 'HOST_UNKNOWN temporary look-up'],
    ['a closed port', { code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'CONNECTION_REFUSED temporary connect'],
    [
        'a network without a way',
        { code: 'ESOCKET', originalCode: 'ENETUNREACH' },
        'CONNECTION_REFUSED temporary connect'
    ],
    ['no connection in time', { code: 'ETIMEDOUT', timeoutType: 'CONNECT_TIMEOUT' }, 'TIMED_OUT temporary connect'],
    ['no greeting in time', { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }, 'TIMED_OUT temporary greeting'],
    ['no handshake in time', { code: 'ETIMEDOUT', timeoutType: 'UPGRADE_TIMEOUT' }, 'TIMED_OUT temporary tls'],
    ['no reply in time', { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }, 'TIMED_OUT temporary send'],
    ['a time-out of the system', { code: 'ESOCKET', originalCode: 'ETIMEDOUT' }, 'TIMED_OUT temporary send'],
    [
        'a certificate for another name',
        { code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' },
        'CERTIFICATE configuration tls'
    ],
    ['an expired certificate', { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'CERTIFICATE configuration tls'],
    [
        'an unknown authority',
        { code: 'ESOCKET', originalCode: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
        'CERTIFICATE configuration tls'
    ],
    [
        'clear text on a TLS port',
        { code: 'ESOCKET', originalCode: 'ERR_SSL_WRONG_VERSION_NUMBER' },
        'TLS_FAILED configuration tls'
    ],
    ['a failed upgrade', { code: 'ETLS', command: 'STARTTLS' }, 'TLS_FAILED configuration tls'],
    ['a message above the announced size', { code: 'EMESSAGE', command: 'MAIL FROM' }, 'TOO_LARGE permanent send'],
    ['missing credentials', { code: 'EAUTH', command: 'API' }, 'SERVER_REFUSED configuration login'],
    ['something that is not SMTP', { code: 'EPROTOCOL', command: 'CONN' }, 'PROTOCOL_BROKEN temporary connect'],
    ['an envelope that nodemailer refuses', { code: 'EENVELOPE', command: 'API' }, 'ADDRESS_INVALID permanent send'],
    ['a connection that was already gone', { code: 'ECONNECTION', command: 'API' }, 'CONNECTION_LOST temporary send'],
    ['a reset', { code: 'ESOCKET', originalCode: 'ECONNRESET' }, 'CONNECTION_LOST temporary send'],
    ['anything else', { message: 'what' }, 'CONNECTION_LOST temporary send']
];

describe('the meaning of a failure without a reply', () => {
    for (const [what, error, verdict] of cases) {
        it(`of ${what} is ${verdict}`, () => {
            const { code, kind, step } = diagnoseTransport(error);
            assert.equal(`${code} ${kind} ${step}`, verdict);
        });
    }
});
