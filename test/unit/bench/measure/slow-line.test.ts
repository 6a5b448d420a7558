import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { startSlowLine, type SlowLine } from '../../../../bench/measure/slow-line';

describe('a slow line', () => {
    let server: Server;
    let line: SlowLine;

    /** A server that answers the first word with so many bytes and goes. */
    beforeEach(async () => {
        server = createServer(socket => {
            socket.on('error', () => undefined);
            socket.once('data', word => socket.end(Buffer.alloc(1_000_000, word)));
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        line = await startSlowLine({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 10_000_000);
    });

    afterEach(async () => {
        await line.stop();
        server.close();
    });

    it('carries everything, and no more in a time than it is made for', async () => {
        const socket = connect(line.port, line.host);
        const begun = performance.now();
        socket.write('word');
        let bytes = 0;
        for await (const chunk of socket as AsyncIterable<Buffer>) {
            bytes += chunk.length;
        }
        assert.equal(bytes, 1_000_000);
        // the last chunk does not wait for its own time
        assert.ok(performance.now() - begun > 80);
    });

    it('lets go of everything when it is stopped', async () => {
        const socket = connect(line.port, line.host);
        socket.on('error', () => undefined);
        socket.write('word');
        await once(socket, 'data');
        const closed = once(socket, 'close');
        await line.stop();
        await closed;
        line = await startSlowLine({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 10_000_000);
    });
});
