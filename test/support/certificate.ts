import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface CertificateOptions {
    /** Host names and IPv4 addresses the certificate is good for; the first one is also the common name. */
    names?: readonly string[];
    validFrom?: Date;
    validTo?: Date;
}

export interface Certificate {
    /** PEM. */
    key: string;
    /** PEM; self-signed, so that a client trusts it through `ca`. */
    cert: string;
}

const DAY_MS = 86_400_000;

/**
 * Makes a self-signed certificate for one test run: expired, not yet valid or for another name if the test asks for it.
 * Written as DER by hand (RFC 5280 section 4.1) because Node can read certificates but not make them.
 */
export function createCertificate(options: CertificateOptions = {}): Certificate {
    const names = options.names ?? ['localhost', '127.0.0.1'];
    const validFrom = options.validFrom ?? new Date(Date.now() - DAY_MS);
    const validTo = options.validTo ?? new Date(Date.now() + 30 * DAY_MS);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

    const algorithm = sequence(objectId('2a8648ce3d040302')); // ecdsa-with-SHA256
    const name = sequence(set(sequence(objectId('550403'), der(0x0c, Buffer.from(names[0] ?? 'localhost')))));
    const unsigned = sequence(
        der(0xa0, der(0x02, Buffer.from([2]))), // version 3, which extensions need
        der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
        algorithm,
        name,
        sequence(time(validFrom), time(validTo)),
        name,
        publicKey.export({ type: 'spki', format: 'der' }),
        der(0xa3, sequence(extension('551d13', sequence(der(0x01, Buffer.from([0xff])))), alternativeNames(names)))
    );
    const signature = sign('sha256', unsigned, privateKey);
    const certificate = sequence(unsigned, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
    return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: `-----BEGIN CERTIFICATE-----\n${wrap(certificate.toString('base64'))}\n-----END CERTIFICATE-----\n`
    };
}

function der(tag: number, ...contents: Buffer[]): Buffer {
    const content = Buffer.concat(contents);
    const length = content.length;
    const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function sequence(...items: Buffer[]): Buffer {
    return der(0x30, ...items);
}

function set(...items: Buffer[]): Buffer {
    return der(0x31, ...items);
}

function objectId(hex: string): Buffer {
    return der(0x06, Buffer.from(hex, 'hex'));
}

function time(date: Date): Buffer {
    const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
    return der(0x18, Buffer.from(digits));
}

function extension(idHex: string, value: Buffer): Buffer {
    return sequence(objectId(idHex), der(0x04, value));
}

function alternativeNames(names: readonly string[]): Buffer {
    const entries = names.map(name =>
        isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
    );
    return extension('551d11', sequence(...entries));
}

function wrap(base64: string): string {
    return (base64.match(/.{1,64}/g) ?? []).join('\n');
}
