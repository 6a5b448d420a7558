import {
    checkServerIdentity,
    connect,
    type ConnectionOptions,
    type DetailedPeerCertificate,
    type PeerCertificate
} from 'node:tls';
import { isIP } from 'node:net';
import { cleanResponse } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';

/** What a person checks in a certificate. */
export interface CertificateFacts {
    /** Names it is good for, a few of them. */
    names: string;
    issuer: string;
    /** Last day as in "2027-01-31". */
    validTo: string;
    /** Days from now; negative when it is over. */
    daysLeft: number;
}

/** A certificate that is not renewed in its last two weeks has usually been forgotten. */
export const EXPIRY_WARNING_DAYS = 14;
const MAX_NAMES = 3;
const LOOK_TIMEOUT_MS = 5_000;

/** Reads the facts of a certificate; the names in it are the server's words, so they are cleaned and cut. */
export function certificateFacts(certificate: PeerCertificate, now = new Date()): CertificateFacts | null {
    const end = new Date(certificate.valid_to);
    if (Number.isNaN(end.getTime())) {
        return null;
    }
    const names = (certificate.subjectaltname ?? '')
        .split(', ')
        .map(name => name.replace(/^(DNS|IP Address):/, ''))
        .filter(Boolean);
    const common = firstOf(certificate.subject?.CN);
    const shown = names.length > 0 ? names : [common];
    const more = shown.length > MAX_NAMES ? ', …' : '';
    return {
        names: cleanResponse(shown.slice(0, MAX_NAMES).join(', ') + more),
        issuer: cleanResponse(firstOf(certificate.issuer?.O) || firstOf(certificate.issuer?.CN)),
        validTo: end.toISOString().slice(0, 10),
        daysLeft: Math.floor((end.getTime() - now.getTime()) / 86_400_000)
    };
}

/** A field of a distinguished name may occur several times. */
function firstOf(value: string | string[] | undefined): string {
    return (Array.isArray(value) ? value[0] : value) ?? '';
}

/**
 * Options that behave like the given ones and hand over the certificate of a connection that is made with them. Node
 * asks for the identity only after the chain was accepted: nothing is handed over when it was not.
 */
export function watchCertificate(
    tls: ConnectionOptions,
    seen: (certificate: PeerCertificate) => void
): ConnectionOptions {
    const check = tls.checkServerIdentity ?? checkServerIdentity;
    return {
        ...tls,
        checkServerIdentity: (host, certificate) => {
            seen(certificate);
            return check(host, certificate);
        }
    };
}

/**
 * Looks at a certificate that was not accepted, so that the user sees which one it is. Sends nothing but the handshake.
 * Only for TLS from the first byte; null when nothing can be seen. Never rejects.
 */
export function lookAtCertificate(server: ServerSettings): Promise<CertificateFacts | null> {
    if (server.security !== 'tls') {
        return Promise.resolve(null);
    }
    return new Promise(resolve => {
        const servername = isIP(server.host) === 0 ? { servername: server.host } : {};
        const socket = connect({
            ...server.tls,
            ...servername,
            host: server.host,
            port: server.port,
            rejectUnauthorized: false
        });
        const finish = (facts: CertificateFacts | null): void => {
            socket.destroy();
            resolve(facts);
        };
        socket.setTimeout(LOOK_TIMEOUT_MS, () => finish(null));
        socket.once('error', () => finish(null));
        socket.once('close', () => finish(null));
        socket.once('secureConnect', () => {
            const certificate: DetailedPeerCertificate = socket.getPeerCertificate(true);
            finish(Object.keys(certificate).length === 0 ? null : certificateFacts(certificate));
        });
    });
}
