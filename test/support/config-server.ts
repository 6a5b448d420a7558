import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FetchNetwork } from '../../src/account/safe-fetch';
import { createCertificate } from './certificate';

/** An address of the internet that leads to the server of the test; nothing leaves the machine. */
export const PUBLIC_ADDRESS = '93.184.216.34';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTPS server for a few names, and a network in which these names are public. */
export interface ConfigServer {
    network: FetchNetwork;
    /** Host and path of every request. */
    requests: string[];
    /** Addresses and ports to which a socket was opened. */
    opened: string[];
    /** By host name; a name without an entry does not exist. May be changed by the test. */
    addresses: Record<string, string[]>;
    answer: Answer;
    stop(): Promise<void>;
}

/** Starts it on loopback; the caller must `stop()` it. */
export async function startConfigServer(names: readonly string[], answer: Answer): Promise<ConfigServer> {
    const { key, cert } = createCertificate({ names });
    const sockets = new Set<Duplex>();
    const server = createServer({ key, cert }, (request, response) => {
        config.requests.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
        config.answer(request, response);
    });
    server.on('connection', socket => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config: ConfigServer = {
        requests: [],
        opened: [],
        addresses: Object.fromEntries(names.map(name => [name, [PUBLIC_ADDRESS]])),
        answer,
        network: {
            resolve: host =>
                config.addresses[host]
                    ? Promise.resolve(config.addresses[host])
                    : Promise.reject(new Error(`no such name: ${host}`)),
            open(address, wanted) {
                config.opened.push(`${address}:${wanted}`);
                return connect(port, '127.0.0.1');
            },
            tls: { ca: cert }
        },
        async stop() {
            server.close();
            sockets.forEach(socket => socket.destroy());
            await once(server, 'close');
        }
    };
    return config;
}
