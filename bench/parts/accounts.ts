import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedImap } from '../../test/support/embedded-imap';
import { startProxy } from '../../test/support/tcp-proxy';
import { now } from '../measure/clock';
import type { PartOptions, Section } from '../part';
import { megabytes, table } from '../report';
import { manyAccountsFlow } from '../runtime/flows';
import { startNodeRed } from '../runtime/node-red';

const TIMEOUT_MS = 120_000;
const WINDOW_MS = 100;

/** Many accounts on one runtime, each in IDLE: what they cost, and how they come to the server. */
export async function accountsPart({ short, profileDir, progress }: PartOptions): Promise<Section> {
    const { accounts, idleMs } = short ? { accounts: 10, idleMs: 500 } : { accounts: 200, idleMs: 15_000 };
    const names = Array.from({ length: accounts }, (_, index) => `user${index}`);
    const imap = await startEmbeddedImap({ users: Object.fromEntries(names.map(name => [name, 'secret'])) });
    const proxy = await startProxy(imap);
    const times: number[] = [];
    const alone = await memoryAlone(short ? 500 : 3_000);
    const servers = names.map(user => ({ host: proxy.host, port: proxy.port, user, password: 'secret' }));
    progress(`starting ${accounts} accounts`);
    const child = await startNodeRed('mailflow', { pack: 'mailflow', flow: manyAccountsFlow(servers), profileDir });
    try {
        for (let open = 1; open <= accounts; open++) {
            await proxy.waitForConnections(open, TIMEOUT_MS);
            times.push(now());
        }
        const deadline = now() + TIMEOUT_MS;
        while (proxy.commands().filter(command => command.startsWith('IDLE')).length < accounts) {
            if (now() > deadline) {
                throw new Error(`not every account is in IDLE: ${proxy.openConnections.length} are connected`);
            }
            await sleep(50);
        }
        const readyMs = now() - (times[0] ?? 0);
        await sleep(idleMs / 3);
        const cpuBefore = child.cpuSeconds;
        await sleep(idleMs);
        const cpuShare = (child.cpuSeconds - cpuBefore) / (idleMs / 1_000);
        return accountsSection({
            accounts,
            readyMs,
            busiest: busiestWindow(times),
            cpuPercent: cpuShare * 100,
            memoryBytes: (child.memoryBytes - alone) / accounts
        });
    } finally {
        await child.stop();
        await proxy.stop();
        await imap.close();
    }
}

/** Memory of the same runtime with one account that comes no further than the TCP connection. */
async function memoryAlone(settleMs: number): Promise<number> {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const flow = manyAccountsFlow([{ host: '127.0.0.1', port, user: 'nobody', password: 'secret' }]);
    const child = await startNodeRed('mailflow', { pack: 'mailflow', flow });
    let socket: Socket | undefined;
    try {
        [socket] = (await once(silent, 'connection', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [Socket];
        await sleep(settleMs);
        return child.memoryBytes;
    } finally {
        // a node that closes waits for a server that is still to answer
        socket?.on('error', () => undefined).destroy();
        silent.close();
        await child.stop();
    }
}

/** Most connections that came within a tenth of a second. */
function busiestWindow(times: readonly number[]): number {
    return Math.max(...times.map(from => times.filter(time => time >= from && time < from + WINDOW_MS).length));
}

export interface AccountsFigures {
    accounts: number;
    readyMs: number;
    busiest: number;
    cpuPercent: number;
    /** For each account. */
    memoryBytes: number;
}

export function accountsSection(figures: AccountsFigures): Section {
    const { accounts, readyMs, busiest, cpuPercent, memoryBytes } = figures;
    return {
        text: [
            `**${accounts} accounts** on one runtime, one imap-in each, in IDLE:`,
            table([
                ['', 'imap-in'],
                ['memory for each account', megabytes(memoryBytes, 2)],
                ['processor while nothing happens', `${cpuPercent.toFixed(2)} % of a core`],
                ['all are ready after', `${(readyMs / 1_000).toFixed(1)} s`],
                ['most connections in a tenth of a second', String(busiest)]
            ])
        ].join('\n\n'),
        targets: [
            { text: `${accounts} accounts: processor when idle`, value: cpuPercent, unit: '%', atMost: 1 },
            { text: `${accounts} accounts: connections in 0.1 s`, value: busiest, unit: '', atMost: 15 }
        ]
    };
}
