import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startProxy, type TcpProxy } from '../../support/tcp-proxy';

/** Answers every line with the same line. */
function createEcho(): Server {
    return createServer(socket => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
}

async function readUntil(socket: Socket, text: string): Promise<string> {
    let received = '';
    while (!received.includes(text)) {
        const [data] = (await once(socket, 'data')) as [Buffer];
        received += data.toString();
    }
    return received;
}

describe('the TCP proxy', () => {
    let echo: Server;
    let proxy: TcpProxy;
    const sockets: Socket[] = [];

    function client(): Socket {
        const socket = connect(proxy.port, proxy.host);
        sockets.push(socket.on('error', () => undefined));
        return socket;
    }

    beforeEach(async () => {
        echo = createEcho();
        await once(echo, 'listening');
        proxy = await startProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
    });

    afterEach(async () => {
        sockets.splice(0).forEach(socket => socket.destroy());
        await proxy.stop();
        echo.close();
    });

    it('passes bytes on and counts them', async () => {
        const socket = client();
        socket.write('a NOOP\r\n');
        assert.equal(await readUntil(socket, '\n'), 'a NOOP\r\n');
        assert.equal(proxy.connections[0]?.bytesFromServer, 8);
        assert.equal(proxy.connections[0]?.bytesFromClient, 8);
    });

    it('logs commands without tags and secrets, also when they arrive byte by byte', async () => {
        const socket = client();
        const session = [
            '1 LOGIN anna "top secret"',
            '2 LOGIN {4+}\r\nanna {6+}\r\nsecret',
            '3 AUTHENTICATE PLAIN c2VjcmV0',
            '4 AUTHENTICATE LOGIN',
            'YW5uYQ==',
            'c2VjcmV0',
            '5 IDLE',
            'DONE',
            '6 APPEND Sent (\\Seen) {8}\r\n7 NOOP\r\n',
            '8 LOGOUT',
            ''
        ].join('\r\n');
        for (const byte of session) {
            socket.write(byte);
        }
        await proxy.waitForCommand(/^LOGOUT$/);
        assert.deepEqual(proxy.commands(), [
            'LOGIN ***',
            'LOGIN ***',
            'AUTHENTICATE PLAIN ***',
            'AUTHENTICATE LOGIN',
            'IDLE',
            'DONE',
            'APPEND Sent (\\Seen) {8}',
            'LOGOUT'
        ]);
    });

    it('names what it waited for', async () => {
        await assert.rejects(proxy.waitForCommand(/^IDLE$/, 10), /waited 10 ms in vain for .*IDLE.* among \[\]/);
    });

    it('cuts open connections and accepts new ones', async () => {
        const first = client();
        await proxy.waitForOpenConnections(1);
        proxy.cut();
        await once(first, 'close');
        assert.equal(proxy.openConnections.length, 0);
        client();
        await proxy.waitForOpenConnections(1);
        assert.equal(proxy.connections.length, 2);
    });

    it('holds everything back while stalled and passes it on afterwards', async () => {
        const socket = client();
        await proxy.waitForOpenConnections(1);
        proxy.stall();
        socket.write('a NOOP\r\n');
        // a whole exchange over a second connection to the server proves that time enough has passed
        const direct = connect((echo.address() as AddressInfo).port, '127.0.0.1');
        sockets.push(direct);
        direct.write('x\n');
        await readUntil(direct, 'x\n');
        assert.equal(proxy.commands().length, 0);
        proxy.resume();
        assert.equal(await readUntil(socket, '\n'), 'a NOOP\r\n');
    });

    it('delays in both directions and keeps the order', async () => {
        const socket = client();
        await proxy.waitForOpenConnections(1);
        proxy.delay(20);
        const start = performance.now();
        socket.write('1 A\r\n');
        await proxy.waitForCommand(/^A$/);
        socket.write('2 B\r\n');
        assert.equal(await readUntil(socket, '2 B\r\n'), '1 A\r\n2 B\r\n');
        assert.ok(performance.now() - start >= 38);
    });

    it('cuts the line after a number of bytes from the server', async () => {
        const socket = client();
        proxy.truncateAfter(3);
        socket.write('a NOOP\r\n');
        const received: Buffer[] = [];
        socket.on('data', data => received.push(data));
        await once(socket, 'close');
        assert.equal(Buffer.concat(received).toString(), 'a N');
        proxy.truncateAfter(undefined);
        const next = client();
        next.write('b NOOP\r\n');
        await readUntil(next, 'b NOOP\r\n');
    });

    it('refuses connections and accepts them again on the same port', async () => {
        const { port } = proxy;
        proxy.refuse();
        const [error] = (await once(client(), 'error')) as [NodeJS.ErrnoException];
        assert.equal(error.code, 'ECONNREFUSED');
        await proxy.accept();
        assert.equal(proxy.port, port);
        client();
        await proxy.waitForOpenConnections(1);
    });

    it('shows the end of one side to the other', async () => {
        const socket = client();
        await proxy.waitForOpenConnections(1);
        socket.end();
        await proxy.waitForOpenConnections(0);
    });
});
