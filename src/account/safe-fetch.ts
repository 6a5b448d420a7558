import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { isPublicAddress } from './public-address';

/** The ways into the network; tests put loopback in their place. */
export interface FetchNetwork {
    /** Every address of a host name. */
    resolve(host: string): Promise<string[]>;
    /** Opens a socket to an address that was checked. */
    open(address: string, port: number): Socket;
    tls?: ConnectionOptions;
}

export const INTERNET: FetchNetwork = {
    resolve: async host => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
    open: (address, port) => connectTcp({ host: address, port })
};

/** A configuration file has 2 to 5 KB. */
const MAX_BYTES = 128 * 1024;
const MAX_REDIRECTS = 3;

/**
 * Fetches a small text by HTTPS from the public internet. Resolves the name first and connects to the very address that
 * was checked, so that a name that changes its mind in between leads nowhere else; the same for every redirect.
 * Certificates are verified. Sends no credentials and no cookies.
 *
 * @throws Error with a reason for people: no HTTPS, not public, not found, too large, too many redirects, aborted.
 */
export async function fetchPublicText(url: URL, network: FetchNetwork, signal: AbortSignal): Promise<string> {
    let target = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const address = await publicAddressOf(target, network, signal);
        const answer = await get(target, address, network, signal);
        if (typeof answer === 'string') {
            return answer;
        }
        target = answer;
    }
    throw new Error('too many redirects');
}

async function publicAddressOf(url: URL, network: FetchNetwork, signal: AbortSignal): Promise<string> {
    if (url.protocol !== 'https:' || (url.port !== '' && url.port !== '443')) {
        throw new Error('it leads away from HTTPS');
    }
    if (url.username !== '' || url.password !== '') {
        throw new Error('it holds a login');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [host] : await orAborted(network.resolve(host), signal);
    const [first] = addresses;
    if (first === undefined) {
        throw new Error('the name has no address');
    }
    // one private address among public ones is an attack or a mistake, and neither is worth a connection
    if (!addresses.every(isPublicAddress)) {
        throw new Error('it leads into a private network');
    }
    return first;
}

/** The text, or where it has moved. */
function get(url: URL, address: string, network: FetchNetwork, signal: AbortSignal): Promise<string | URL> {
    return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const isName = isIP(url.hostname) === 0;
        const tcp = network.open(address, 443);
        // the TLS socket hears of it as well; without a listener of its own it would end the process
        tcp.on('error', () => undefined);
        const socket = connectTls({ ...network.tls, socket: tcp, ...(isName ? { servername: url.hostname } : {}) });
        const running = request(
            {
                method: 'GET',
                host: url.hostname,
                path: url.pathname + url.search,
                headers: { host: url.host, accept: 'application/xml, text/xml', 'user-agent': 'Mailflow' },
                maxHeaderSize: 16 * 1024,
                signal,
                // only without an agent is this socket the one that is used
                createConnection: () => socket
            },
            response => {
                const { statusCode = 0, headers } = response;
                if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
                    const next = URL.canParse(headers.location, url) ? new URL(headers.location, url) : null;
                    settle(next ? { value: next } : { reason: new Error('it redirects to nowhere') });
                    return;
                }
                if (statusCode !== 200) {
                    settle({ reason: new Error(`the server answered ${statusCode}`) });
                    return;
                }
                const chunks: Buffer[] = [];
                let size = 0;
                response.on('data', (chunk: Buffer) => {
                    size += chunk.length;
                    chunks.push(chunk);
                    if (size > MAX_BYTES) {
                        settle({ reason: new Error('the answer is too large') });
                    }
                });
                response.on('end', () => settle({ value: Buffer.concat(chunks).toString('utf8') }));
                response.on('error', reason => settle({ reason }));
            }
        );
        const settle = (outcome: { value: string | URL } | { reason: Error }): void => {
            if ('value' in outcome) {
                resolve(outcome.value);
            } else {
                reject(outcome.reason);
            }
            running.destroy();
            socket.destroy();
            tcp.destroy();
        };
        running.on('error', reason => settle({ reason }));
        running.end();
    });
}

/** A look-up cannot be cancelled; its answer is not waited for any longer. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) {
            onAbort();
        }
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
}
