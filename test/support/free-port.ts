import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Above all ports that browsers refuse to call. */
const LOWEST = 10_100;
/** Where the system begins to hand out ports by itself, on Linux unless somebody has changed it. */
const USUAL_END = 32_768;
/** So many ports for each process, about what one needs in a whole run. */
const SHARE = 400;
/** Keeps processes apart that are started one after the other. */
const STRIDE = 17;

let next: number | undefined;

/**
 * A loopback port that nobody uses now; for programs that cannot be told to listen on port 0, and for what is to stay
 * closed. It is none of those that the system hands out, and each process takes them from another part of the range: a
 * port that was free when somebody looked may else be another's when it is used, or when its server comes back.
 */
export async function findFreePort(): Promise<number> {
    const end = endOfRange();
    const shares = Math.floor((end - LOWEST) / SHARE);
    next ??= LOWEST + ((process.pid * STRIDE) % shares) * SHARE;
    for (let attempt = LOWEST; attempt < end; attempt++) {
        const port: number = next;
        next = port + 1 < end ? port + 1 : LOWEST;
        if (await isFree(port)) {
            return port;
        }
    }
    throw new Error(`no port from ${LOWEST} to ${end} is free`);
}

async function isFree(port: number): Promise<boolean> {
    const server = createServer();
    try {
        await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch {
        return false;
    }
    server.close();
    await once(server, 'close');
    return true;
}

/** The first port that the system may hand out to somebody. */
function endOfRange(): number {
    try {
        const begin = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0]);
        return begin - LOWEST >= SHARE ? begin : USUAL_END;
    } catch {
        // another system: its own ports begin higher
        return USUAL_END;
    }
}
