import { setTimeout as sleep } from 'node:timers/promises';
import type { Dovecot } from '../test/support/dovecot';
import { startProxy, type TcpProxy } from '../test/support/tcp-proxy';
import { contenders, type Start } from './contenders';
import { makeMails } from './mails';
import { now } from './measure/clock';
import type { MeasuredChild } from './measure/measured-child';

export type ImportContender = 'mailflow' | 'emailNode' | 'floor';

/** One run of one contender. */
export interface ImportFigures {
    /** From the TCP connection to the arrival of the last wanted mail. */
    totalMs: number;
    firstMs: number;
    bytesFromServer: number;
    /** Of the whole process, from the TCP connection to the last mail. */
    cpuSeconds: number;
    /** Of the whole process since it was started. */
    peakMemoryBytes: number;
    delivered: number;
    doubles: number;
}

export interface ImportOptions {
    mails: number;
    repetitions: number;
    profileDir?: string | undefined;
    progress: (text: string) => void;
}

export interface ImportResult {
    mails: number;
    wanted: number;
    bytes: number;
    figures: Record<ImportContender, ImportFigures[]>;
}

const USER = 'anna';
/** A runtime takes seconds to start, more on a busy machine. */
const CONNECT_TIMEOUT_MS = 60_000;
/** node-red-node-email takes about a minute for 10,000 mails on a small machine. */
const IMPORT_TIMEOUT_MS = 15 * 60_000;
/** Nothing from the server and no mail for so long: nothing comes any more. */
const QUIET_MS = 1_000;

/**
 * Lets each contender import the wanted mails out of the same folder. The order of the two fast ones alternates; the
 * slow one runs once, between them. Throws when anyone gives another set of mails than the wanted ones.
 */
export async function benchImport(dovecot: Dovecot, options: ImportOptions): Promise<ImportResult> {
    const { mails, repetitions, progress } = options;
    const wanted = new Set<string>();
    let bytes = 0;
    progress(`filling a folder with ${mails} mails`);
    await dovecot.fill(
        USER,
        'INBOX',
        (function* () {
            for (const mail of makeMails(mails)) {
                bytes += mail.raw.length;
                if (mail.wanted) {
                    wanted.add(mail.messageId);
                }
                yield mail.raw;
            }
        })()
    );
    const start = contenders(options.profileDir);
    const ways: Record<ImportContender, Start> = {
        mailflow: start.importMailflow,
        emailNode: start.importEmailNode,
        floor: start.importFloor
    };
    const figures: Record<ImportContender, ImportFigures[]> = { mailflow: [], emailNode: [], floor: [] };
    // the first look makes the server read the folder from disk, which none of the contenders is to pay for
    await importOnce(dovecot, contenders().importFloor, wanted);
    for (const [index, contender] of turns(repetitions).entries()) {
        progress(`import ${index + 1} of ${2 * repetitions + 1}: ${contender}`);
        figures[contender].push(await importOnce(dovecot, ways[contender], wanted));
    }
    return { mails, wanted: wanted.size, bytes, figures };
}

/** mailflow, floor, floor, mailflow, … with the slow one in the middle. */
function turns(repetitions: number): ImportContender[] {
    const pairs = Array.from({ length: repetitions }, (_, index): ImportContender[] =>
        index % 2 === 0 ? ['mailflow', 'floor'] : ['floor', 'mailflow']
    );
    const middle = Math.ceil(repetitions / 2);
    return [...pairs.slice(0, middle).flat(), 'emailNode', ...pairs.slice(middle).flat()];
}

async function importOnce(dovecot: Dovecot, start: Start, wanted: ReadonlySet<string>): Promise<ImportFigures> {
    const proxy = await startProxy(dovecot);
    let child: MeasuredChild | undefined;
    try {
        const password = dovecot.users[USER] ?? '';
        child = await start({ host: proxy.host, port: proxy.port, user: USER, password });
        await proxy.waitForConnections(1, CONNECT_TIMEOUT_MS);
        const connectedAt = now();
        const cpuBefore = child.cpuSeconds;
        await child.waitForMails(wanted.size, IMPORT_TIMEOUT_MS);
        const cpuAfter = child.cpuSeconds;
        const times = child.arrivals.map(arrival => arrival.at - connectedAt);
        await untilQuiet(child, proxy);
        checkMails(child, wanted);
        return {
            totalMs: Math.max(...times),
            firstMs: Math.min(...times),
            bytesFromServer: bytesFromServer(proxy),
            cpuSeconds: cpuAfter - cpuBefore,
            peakMemoryBytes: child.peakMemoryBytes,
            delivered: child.delivered,
            doubles: child.doubles
        };
    } finally {
        await child?.stop();
        await proxy.stop();
    }
}

function checkMails(child: MeasuredChild, wanted: ReadonlySet<string>): void {
    const strange = child.arrivals.filter(({ messageId, whole }) => !whole || !wanted.has(messageId));
    if (strange.length > 0) {
        throw new Error(`${child.name} gave mails that are not wanted or not whole: ${JSON.stringify(strange)}`);
    }
}

function bytesFromServer(proxy: TcpProxy): number {
    return proxy.connections.reduce((sum, connection) => sum + connection.bytesFromServer, 0);
}

/** Doubles and a connection's last words come later than the last mail. */
async function untilQuiet(child: MeasuredChild, proxy: TcpProxy): Promise<void> {
    for (let before = -1, after = 0; before !== after;) {
        before = after;
        await sleep(QUIET_MS);
        after = child.arrivals.length + bytesFromServer(proxy);
    }
}
