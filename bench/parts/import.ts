import { setTimeout as sleep } from 'node:timers/promises';
import type { Dovecot } from '../../test/support/dovecot';
import { startProxy, type TcpProxy } from '../../test/support/tcp-proxy';
import { emailNode, floor, mailflow, type Start } from '../contenders';
import { makeMails } from '../mails';
import { now } from '../measure/clock';
import type { MeasuredChild } from '../measure/measured-child';
import { median } from '../measure/statistics';
import type { BenchUser, PartOptions, Section } from '../part';
import { megabytes, spread, table } from '../report';
import { EMAIL_SETUPS, type EmailSetup } from '../runtime/flows';

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
    /** Where the mails lie; the first mailbox is for the two that leave it as it is. */
    user: BenchUser;
    /** Set-ups of node-red-node-email that take part, each with a mailbox of its own. */
    peers: Partial<Record<EmailSetup, BenchUser>>;
    profileDir?: string | undefined;
    progress: (text: string) => void;
}

export interface ImportResult {
    mails: number;
    wanted: number;
    bytes: number;
    mailflow: ImportFigures[];
    floor: ImportFigures[];
    peers: Partial<Record<EmailSetup, ImportFigures>>;
}

/** A runtime takes seconds to start, more on a busy machine. */
const CONNECT_TIMEOUT_MS = 60_000;
/** node-red-node-email takes about a minute for 10,000 mails on a small machine. */
const IMPORT_TIMEOUT_MS = 15 * 60_000;
/** Nothing from the server and no mail for so long: nothing comes any more. */
const QUIET_MS = 1_000;

/** The import of one part in a hundred, out of a folder of 10,000 mails. */
export async function importPart({ short, ...options }: PartOptions): Promise<Section> {
    const size = short ? { mails: 500, repetitions: 1 } : { mails: 10_000, repetitions: 5 };
    const peers = { default: 'carl', trigger: 'dora', search: 'dora' } as const;
    const dovecot = await options.dovecot();
    return importSection(await benchImport(dovecot, { ...size, user: 'anna', peers, ...options }));
}

/** The same out of ten times as many: what is wanted decides about time and memory, not the folder. */
export async function largeImportPart({ short, ...options }: PartOptions): Promise<Section> {
    const size = short ? { mails: 1_000, repetitions: 1 } : { mails: 100_000, repetitions: 3 };
    const dovecot = await options.dovecot();
    return importSection(await benchImport(dovecot, { ...size, user: 'emil', peers: {}, ...options }));
}

/**
 * Lets each contender import the wanted mails out of the same folder. The order of the two fast ones alternates; the
 * slow one runs once for each set-up. Throws when anyone gives another set of mails than the wanted ones.
 */
export async function benchImport(dovecot: Dovecot, options: ImportOptions): Promise<ImportResult> {
    const { mails, repetitions, user, profileDir, progress } = options;
    const { wanted, bytes } = await fill(dovecot, user, mails, progress);
    const result: ImportResult = { mails, wanted: wanted.size, bytes, mailflow: [], floor: [], peers: {} };
    // the first look makes the server read the folder from disk, which none of the contenders is to pay for
    await importOnce(dovecot, user, floor('import'), wanted);
    for (let run = 1; run <= repetitions; run++) {
        progress(`import out of ${mails} mails, ${run} of ${repetitions}`);
        for (const contender of run % 2 === 0 ? (['floor', 'mailflow'] as const) : (['mailflow', 'floor'] as const)) {
            const start = contender === 'floor' ? floor('import', profileDir) : mailflow('all', profileDir);
            result[contender].push(await importOnce(dovecot, user, start, wanted));
        }
    }
    let filled: BenchUser = user;
    for (const [setup, mailbox] of Object.entries(options.peers) as Array<[EmailSetup, BenchUser]>) {
        if (mailbox !== filled) {
            await fill(dovecot, mailbox, mails, progress);
            await importOnce(dovecot, mailbox, floor('import'), wanted);
            filled = mailbox;
        }
        progress(`import by node-red-node-email, ${EMAIL_SETUPS[setup].settings}`);
        result.peers[setup] = await importOnce(dovecot, mailbox, emailNode(setup, profileDir), wanted);
    }
    return result;
}

async function fill(
    dovecot: Dovecot,
    user: BenchUser,
    count: number,
    progress: (text: string) => void
): Promise<{ wanted: Set<string>; bytes: number }> {
    const wanted = new Set<string>();
    let bytes = 0;
    progress(`filling the mailbox of ${user} with ${count} mails`);
    const mails = (function* () {
        for (const mail of makeMails(count)) {
            bytes += mail.raw.length;
            if (mail.wanted) {
                wanted.add(mail.messageId);
            }
            yield mail.raw;
        }
    })();
    await dovecot.fill(user, 'INBOX', mails);
    return { wanted, bytes };
}

async function importOnce(
    dovecot: Dovecot,
    user: BenchUser,
    start: Start,
    wanted: ReadonlySet<string>
): Promise<ImportFigures> {
    const proxy = await startProxy(dovecot);
    let child: MeasuredChild | undefined;
    try {
        const password = dovecot.users[user] ?? '';
        child = await start({ host: proxy.host, port: proxy.port, user, password });
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
    if (strange.length > 0 || child.delivered !== wanted.size) {
        throw new Error(`${child.name} gave mails that are not wanted or not whole: ${JSON.stringify(strange)}`);
    }
}

function bytesFromServer(proxy: TcpProxy): number {
    return proxy.connections.reduce((sum, connection) => sum + connection.bytesFromServer, 0);
}

/** Doubles and a connection's last words come later than the last mail. */
async function untilQuiet(child: MeasuredChild, proxy: TcpProxy): Promise<void> {
    const heard = (): number => child.arrivals.length + bytesFromServer(proxy);
    for (let before = -1, after = heard(); before !== after;) {
        before = after;
        await sleep(QUIET_MS);
        after = heard();
    }
}

/** Bytes are the same in every run, so that a test can insist on this one. */
export function bytesRatio({ mailflow: ours, floor: bare }: ImportResult): number {
    return middle(ours, 'bytesFromServer') / middle(bare, 'bytesFromServer');
}

export function importSection(result: ImportResult): Section {
    const { mails, wanted, bytes, mailflow: ours, floor: bare } = result;
    const count = mails.toLocaleString('en-US');
    const ratio = (peer: ImportFigures): number => peer.totalMs / middle(ours, 'totalMs');
    const peers = Object.entries(result.peers) as Array<[EmailSetup, ImportFigures]>;
    return {
        text: [
            `**Import** of the ${wanted} mails of one sender out of a folder with ${count} mails ` +
                `(${Math.round(bytes / 1e6)} MB), from the TCP connection to the last mail. Medians, in parentheses the ` +
                `fastest and the slowest of ${ours.length}:`,
            table([
                ['', 'imap-in', 'bare imapflow script'],
                row('last mail after', runs => seconds(runs, 'totalMs', 1_000), ours, bare),
                row('first mail after', runs => seconds(runs, 'firstMs', 1_000), ours, bare),
                row('processor time', runs => seconds(runs, 'cpuSeconds', 1), ours, bare),
                row('bytes from the server', runs => megabytes(middle(runs, 'bytesFromServer'), 2), ours, bare),
                row('peak memory of the process', runs => megabytes(middle(runs, 'peakMemoryBytes')), ours, bare),
                row('mails, of these twice', runs => counts(runs), ours, bare)
            ]),
            ...(peers.length > 0 ? [peerText(peers, ratio)] : [])
        ].join('\n\n'),
        targets: [
            {
                text: `import out of ${count}: time of the bare script`,
                value: middle(ours, 'totalMs') / middle(bare, 'totalMs'),
                unit: '×',
                atMost: 1.3
            },
            {
                text: `import out of ${count}: bytes of the bare script`,
                value: bytesRatio(result),
                unit: '×',
                atMost: 1.2
            },
            {
                text: `import out of ${count}: peak memory of the whole runtime`,
                value: middle(ours, 'peakMemoryBytes') / 2 ** 20,
                unit: 'MB',
                atMost: 180
            },
            {
                text: `import out of ${count}: mails delivered twice`,
                value: ours.reduce((sum, run) => sum + run.doubles, 0),
                unit: '',
                atMost: 0
            },
            ...peers.map(([setup, peer]) => ({
                text: `import faster than node-red-node-email, set up "${setup}"`,
                value: ratio(peer),
                unit: '×',
                atLeast: 50
            }))
        ]
    };
}

function peerText(peers: Array<[EmailSetup, ImportFigures]>, ratio: (peer: ImportFigures) => number): string {
    const rows = peers.map(([setup, peer]) => [
        setup,
        EMAIL_SETUPS[setup].settings,
        `${(peer.totalMs / 1_000).toFixed(2)} s`,
        `${ratio(peer).toFixed(1)} ×`,
        megabytes(peer.bytesFromServer),
        megabytes(peer.peakMemoryBytes),
        counts([peer])
    ]);
    return (
        'node-red-node-email for the same job, with a switch behind it that keeps the wanted mails, one run for each ' +
        `way to set it up:\n\n${table([
            [
                'set-up',
                'its settings',
                'last mail after',
                'of imap-in',
                'bytes',
                'peak memory',
                'mails, of these twice'
            ],
            ...rows
        ])}`
    );
}

function row(
    label: string,
    cell: (runs: ImportFigures[]) => string,
    ours: ImportFigures[],
    bare: ImportFigures[]
): string[] {
    return [label, cell(ours), cell(bare)];
}

function seconds(runs: ImportFigures[], figure: keyof ImportFigures, perSecond: number): string {
    return spread(
        runs.map(run => run[figure] / perSecond),
        's'
    );
}

function counts(runs: ImportFigures[]): string {
    return `${middle(runs, 'delivered')}, ${middle(runs, 'doubles')}`;
}

function middle(runs: readonly ImportFigures[], figure: keyof ImportFigures): number {
    return median(runs.map(run => run[figure]));
}
