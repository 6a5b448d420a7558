import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface TokenServer {
    url: string;
    /** Parameters of each request. */
    requests: Array<Record<string, string>>;
    stop(): Promise<void>;
}

/** Starts a token endpoint that knows one access token and gives it to everybody. The caller must `stop()` it. */
export async function startTokenServer(accessToken: string): Promise<TokenServer> {
    const requests: TokenServer['requests'] = [];
    const server = createServer((request, response) => {
        void text(request).then(body => {
            requests.push(Object.fromEntries(new URLSearchParams(body)));
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify({ access_token: accessToken, token_type: 'Bearer', expires_in: 3600 }));
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
        requests,
        async stop() {
            server.closeAllConnections();
            server.close();
            await once(server, 'close');
        }
    };
}
