import { MailErrorCode, type ErrorStep } from '../message/mail-error';
import type { Diagnosis, ForeignError } from './diagnosis';

const TIMEOUT_STEPS: Record<string, ErrorStep> = {
    CONNECT_TIMEOUT: 'connect',
    GREETING_TIMEOUT: 'greeting',
    UPGRADE_TIMEOUT: 'tls'
};
const TIMEOUT_CODES = new Set([...Object.keys(TIMEOUT_STEPS), 'ETIMEOUT', 'ETIMEDOUT', 'LockTimeout']);
const UNREACHABLE_CODES = new Set([
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL'
]);
/** Node's names for a certificate that does not prove the server's identity (node:tls, "X509 certificate error codes"). */
const CERTIFICATE_CODES =
    /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;
/** imapflow's names for an answer that is no IMAP or beyond a limit. */
const PROTOCOL_CODES =
    /^(ParserError|TooMany|MAX_IMAP|InvalidResponse$|ResponseProcessingFailed$)|(TooLarge|UnexpectedTag|MissingTag)$/;
const LOST_CODES = new Set([
    'NoConnection',
    'EConnectionClosed',
    'StateLogout',
    'ClosedAfterConnectText',
    'ClosedAfterConnectTLS',
    'ECONNRESET',
    'ECONNABORTED',
    'ENOTCONN',
    'EPIPE',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_STREAM_DESTROYED'
]);

/** Explains a failure without an answer of the server: look-up, network, TLS, or bytes that are no IMAP. */
export function diagnoseTransport(error: ForeignError, code: string, message: string): Diagnosis {
    if (CERTIFICATE_CODES.test(code)) {
        return {
            code: MailErrorCode.Certificate,
            kind: 'configuration',
            step: 'tls',
            problem: `the certificate was not accepted: ${message}`,
            remedy: 'Check the host name; for an own certificate authority add a TLS configuration to the account.'
        };
    }
    if (error.tlsFailed && /not support STARTTLS|can not start TLS/i.test(message)) {
        return {
            code: MailErrorCode.StarttlsMissing,
            kind: 'configuration',
            step: 'tls',
            problem: 'the server does not offer STARTTLS, so nothing secret was sent',
            remedy: 'Choose TLS (port 993), or ask the provider.'
        };
    }
    if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
        return {
            code: MailErrorCode.HostUnknown,
            kind: 'temporary',
            step: 'look-up',
            problem: `the host name could not be resolved: ${message}`,
            remedy: 'Check the host name and the network.'
        };
    }
    if (UNREACHABLE_CODES.has(code)) {
        return {
            code: MailErrorCode.ConnectionRefused,
            kind: 'temporary',
            step: 'connect',
            problem: `no connection: ${message}`,
            remedy: 'Check host and port, and whether a firewall stands between.'
        };
    }
    if (TIMEOUT_CODES.has(code)) {
        return {
            code: MailErrorCode.TimedOut,
            kind: 'temporary',
            ...(TIMEOUT_STEPS[code] ? { step: TIMEOUT_STEPS[code] } : {}),
            problem: 'the server did not answer in time',
            remedy: 'It is tried again; if it stays, check host, port and security.'
        };
    }
    if (code === 'EPROTO' || code.startsWith('ERR_SSL') || error.tlsFailed) {
        return {
            code: MailErrorCode.TlsFailed,
            kind: 'temporary',
            step: 'tls',
            problem: `no TLS connection: ${message}`,
            remedy: 'Check that security and port belong together (TLS 993, STARTTLS 143).'
        };
    }
    if (PROTOCOL_CODES.test(code)) {
        return {
            code: MailErrorCode.ProtocolBroken,
            kind: 'temporary',
            problem: `the server sent something that is not IMAP: ${message}`,
            remedy: 'Check that host and port belong to an IMAP server.'
        };
    }
    // neither imapflow nor this pack gives every "closed by the server" a code
    if (LOST_CODES.has(code) || (code === '' && (error.name ?? 'Error') === 'Error')) {
        return {
            code: MailErrorCode.ConnectionLost,
            kind: 'temporary',
            problem: `the connection was lost: ${message}`,
            remedy: 'A new connection is made.'
        };
    }
    return {
        code: MailErrorCode.ProtocolBroken,
        kind: 'temporary',
        problem: `something unexpected happened: ${message}`,
        remedy: 'It is tried again on a new connection.'
    };
}
