import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface InquiryService {
    url: string;
    /** What was posted so far. */
    requests: Array<{ key: unknown; body: unknown }>;
    stop(): Promise<void>;
}

/** A web service on loopback that takes JSON, and answers with these codes in turn, the last one for ever. */
export async function startInquiryService(codes: readonly number[]): Promise<InquiryService> {
    const requests: InquiryService['requests'] = [];
    const server = createServer((request, response) => {
        json(request).then(
            body => {
                requests.push({ key: request.headers['idempotency-key'], body });
                response.writeHead(codes[Math.min(requests.length, codes.length) - 1] ?? 500).end();
            },
            () => response.writeHead(400).end()
        );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/inquiries`,
        requests,
        async stop() {
            const closed = once(server, 'close');
            server.close();
            server.closeAllConnections();
            await closed;
        }
    };
}
