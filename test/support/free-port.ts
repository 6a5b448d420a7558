import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Asks the system for a loopback port that nobody uses now; for programs that cannot be told to listen on port 0. */
export async function findFreePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
}
