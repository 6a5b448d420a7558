import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './clock';

const ESTABLISHED = '01';
const LOOK_EVERY_MS = 5;

/**
 * Resolves when somebody is connected with an IPv4 server on this machine, with the time. Nothing stands in between that
 * would take part in what is measured. Linux only.
 *
 * @throws Error when nobody is in time.
 */
export async function untilConnected(port: number, timeoutMs: number): Promise<number> {
    const endAt = now() + timeoutMs;
    while (!isConnected(port)) {
        if (now() > endAt) {
            throw new Error(`nobody has connected with port ${port}`);
        }
        await sleep(LOOK_EVERY_MS);
    }
    return now();
}

/** See proc_net_tcp in the kernel's documentation: local address and port in hexadecimal, remote ones, state. */
function isConnected(port: number): boolean {
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .map(line => line.trim().split(/\s+/))
        .some(fields => fields[1]?.endsWith(local) && fields[3] === ESTABLISHED);
}
