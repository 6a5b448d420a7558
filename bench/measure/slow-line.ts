import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Timers are no finer than this; so much is sent at once. */
const BURST_MS = 2;

/** A line in front of a server that carries so much and no more from the server to each client. */
export interface SlowLine {
    host: '127.0.0.1';
    port: number;
    stop: () => Promise<void>;
}

/** Starts a line on loopback. The caller must `stop()` it. */
export async function startSlowLine(
    { host, port }: { host: string; port: number },
    bytesPerSecond: number
): Promise<SlowLine> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, client => {
        const upstream = connect({ host, port, noDelay: true });
        for (const socket of [client, upstream]) {
            sockets.add(socket);
            // whoever ends takes the other along
            socket.on('error', () => undefined);
            socket.on('close', () => {
                sockets.delete(socket);
                client.destroy();
                upstream.destroy();
            });
        }
        client.pipe(upstream);
        carry(upstream, client, bytesPerSecond / 1000).catch(() => client.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        stop: async () => {
            server.close();
            sockets.forEach(socket => socket.destroy());
            await once(server, 'close');
        }
    };
}

async function carry(from: Socket, to: Socket, bytesPerMs: number): Promise<void> {
    let freeAt = performance.now();
    for await (const chunk of from as AsyncIterable<Buffer>) {
        if (!to.write(chunk)) {
            await once(to, 'drain');
        }
        const now = performance.now();
        freeAt = Math.max(freeAt, now) + chunk.length / bytesPerMs;
        if (freeAt - now > BURST_MS) {
            await sleep(freeAt - now);
        }
    }
}
