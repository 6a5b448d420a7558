import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { createCertificate, type Certificate } from '../../support/certificate';

async function connectTo(certificate: Certificate, servername: string): Promise<void> {
    const server = createServer(certificate, socket => socket.on('error', () => undefined).end());
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, servername, ca: certificate.cert });
    try {
        await once(socket, 'secureConnect');
    } finally {
        socket.destroy();
        server.close();
    }
}

describe('test certificates', () => {
    it('are accepted by a client that trusts them', async () => {
        await connectTo(createCertificate(), 'localhost');
    });

    it('name hosts and addresses', () => {
        const { cert } = createCertificate({ names: ['mail.example.com', '127.0.0.1'] });
        const certificate = new X509Certificate(cert);
        assert.equal(certificate.checkHost('mail.example.com'), 'mail.example.com');
        assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
        assert.equal(certificate.checkHost('other.example.com'), undefined);
    });

    it('are refused when made for another name', async () => {
        const other = createCertificate({ names: ['mail.example.com'] });
        await assert.rejects(connectTo(other, 'localhost'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    });

    it('are refused when expired', async () => {
        const expired = createCertificate({ validFrom: new Date('2020-01-01'), validTo: new Date('2020-02-01') });
        await assert.rejects(connectTo(expired, 'localhost'), { code: 'CERT_HAS_EXPIRED' });
    });
});
