import { MailErrorCode, type ErrorStep } from '../message/mail-error';
import { detail, tooLarge, type Diagnosis, type ForeignError } from './diagnosis';

const UNREACHABLE_CODES = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
/** Node's names for a certificate that does not prove the server's identity (node:tls, "X509 certificate error codes"). */
const CERTIFICATE_CODES =
    /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;
const TIMEOUT_STEPS: Readonly<Record<string, ErrorStep>> = {
    CONNECT_TIMEOUT: 'connect',
    GREETING_TIMEOUT: 'greeting',
    UPGRADE_TIMEOUT: 'tls'
};
/** Says what a failure without a reply means: network, TLS, or nodemailer's own refusal. */
export function diagnoseTransport(error: ForeignError): Diagnosis {
    const code = error.originalCode ?? error.code ?? '';
    if (CERTIFICATE_CODES.test(code)) {
        return {
            code: MailErrorCode.Certificate,
            kind: 'configuration',
            step: 'tls',
            problem: `the certificate was not accepted: ${detail(error)}`,
            remedy: 'Check the host name; for an own certificate authority add a TLS configuration to the account.'
        };
    }
    if (error.code === 'EDNS') {
        return {
            code: MailErrorCode.HostUnknown,
            kind: 'temporary',
            step: 'look-up',
            problem: `the host name could not be resolved: ${detail(error)}`,
            remedy: 'Check the host name and the network.'
        };
    }
    if (UNREACHABLE_CODES.has(code)) {
        return {
            code: MailErrorCode.ConnectionRefused,
            kind: 'temporary',
            step: 'connect',
            problem: `no connection: ${detail(error)}`,
            remedy: 'Check host and port, and whether a firewall stands between.'
        };
    }
    if (error.code === 'ETIMEDOUT' || code === 'ETIMEDOUT') {
        return {
            code: MailErrorCode.TimedOut,
            kind: 'temporary',
            step: TIMEOUT_STEPS[error.timeoutType ?? ''] ?? 'send',
            problem: 'the server did not answer in time',
            remedy: 'If it stays, check host, port and security.'
        };
    }
    if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code === 'ETLS') {
        return {
            code: MailErrorCode.TlsFailed,
            kind: 'configuration',
            step: 'tls',
            problem: `no TLS connection: ${detail(error)}`,
            remedy: 'Check that security and port belong together (TLS 465, STARTTLS 587).'
        };
    }
    return diagnoseLibrary(error);
}

/** What nodemailer decides by itself, without network or reply. */
function diagnoseLibrary(error: ForeignError): Diagnosis {
    if (error.code === 'EMESSAGE' && error.command === 'MAIL FROM') {
        return tooLarge();
    }
    if (error.code === 'EAUTH') {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'configuration',
            step: 'login',
            problem: `no login is possible: ${detail(error)}`,
            remedy: 'Check user name, password and security in the account.'
        };
    }
    if (error.code === 'EPROTOCOL') {
        return {
            code: MailErrorCode.ProtocolBroken,
            kind: 'temporary',
            step: 'connect',
            problem: `the server sent something that is not SMTP: ${detail(error)}`,
            remedy: 'Check that host and port belong to an SMTP server.'
        };
    }
    if (error.command === 'API' && error.code !== 'ECONNECTION') {
        return {
            code: MailErrorCode.AddressInvalid,
            kind: 'permanent',
            step: 'send',
            problem: `the message cannot be sent as it is: ${detail(error)}`,
            remedy: 'Check its addresses.'
        };
    }
    return {
        code: MailErrorCode.ConnectionLost,
        kind: 'temporary',
        step: 'send',
        problem: `the connection was lost before the message was transmitted: ${detail(error)}`,
        remedy: 'A new connection may work.'
    };
}
