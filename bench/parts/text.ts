import type { Dovecot } from '../../test/support/dovecot';
import { startProxy } from '../../test/support/tcp-proxy';
import { emailNode, mailflow, startScript, type Start } from '../contenders';
import { makeMails } from '../mails';
import { now } from '../measure/clock';
import { median } from '../measure/statistics';
import type { BenchUser, PartOptions, Section } from '../part';
import { megabytes, spread, table } from '../report';
import { EMAIL_SETUPS } from '../runtime/flows';

/** One run of one contender that takes every mail of a folder as text. */
interface TextFigures {
    /** From the TCP connection to the arrival of the last mail. */
    totalMs: number;
    bytesFromServer: number;
    /** Of the whole process, from the TCP connection to the last mail. */
    cpuSeconds: number;
    peakMemoryBytes: number;
    delivered: number;
    doubles: number;
}

type Contender = 'default' | 'many' | 'floor';

const USER: BenchUser = 'greta';
/** The other pack marks what it reads. */
const PEER_USER: BenchUser = 'ida';
/** "Mails at a time" for a flow that is made for many. */
const MANY = 50;
const CONNECT_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 10 * 60_000;

/** Every mail of a folder as text, each settled by the flow: what the record, the runtime and the flow add to reading. */
export async function textPart({ short, profileDir, ...options }: PartOptions): Promise<Section> {
    const { mails, repetitions } = short ? { mails: 100, repetitions: 1 } : { mails: 10_000, repetitions: 5 };
    const dovecot = await options.dovecot();
    const fill = async (user: BenchUser): Promise<void> => {
        options.progress(`filling the mailbox of ${user} with ${mails} mails to be read as text`);
        await dovecot.fill(user, 'INBOX', allOf(mails));
    };
    const ways: Record<Contender, Start> = {
        default: mailflow('all', profileDir, { senders: [], ack: 'flow' }),
        many: mailflow('all', profileDir, { senders: [], ack: 'flow', inFlight: MANY }),
        floor: floor(profileDir)
    };
    const figures: Record<Contender, TextFigures[]> = { default: [], many: [], floor: [] };
    await fill(USER);
    // the first looks make the server read the folder from disk, and each program its files, which nobody is to pay for
    options.progress('once each, unmeasured');
    for (const start of [floor(), mailflow('all', undefined, { senders: [], ack: 'flow' })]) {
        await readOnce(dovecot, USER, start, mails);
    }
    for (let run = 1; run <= repetitions; run++) {
        options.progress(`all ${mails} mails as text, ${run} of ${repetitions}`);
        for (const contender of run % 2 === 0
            ? (['floor', 'many', 'default'] as const)
            : (['default', 'many', 'floor'] as const)) {
            figures[contender].push(await readOnce(dovecot, USER, ways[contender], mails));
        }
    }
    await fill(PEER_USER);
    await readOnce(dovecot, PEER_USER, floor(), mails);
    options.progress(`all ${mails} mails as text by node-red-node-email, ${EMAIL_SETUPS.default.settings}`);
    const peer = await readOnce(dovecot, PEER_USER, emailNode('default', profileDir, true), mails);
    return textSection(mails, figures, peer);
}

function* allOf(count: number): Generator<Buffer> {
    for (const mail of makeMails(count)) {
        yield mail.raw;
    }
}

function floor(profileDir?: string): Start {
    return ({ host, port, user, password }) => {
        const args = [host, String(port), user, password];
        return Promise.resolve(startScript('bare imapflow (text)', 'floor/text.ts', { args, profileDir }));
    };
}

/** Throws when not every mail arrived, or one without the end of its text. */
async function readOnce(dovecot: Dovecot, user: BenchUser, start: Start, mails: number): Promise<TextFigures> {
    const proxy = await startProxy(dovecot);
    const password = dovecot.users[user] ?? '';
    const child = await start({ host: proxy.host, port: proxy.port, user, password });
    try {
        await proxy.waitForConnections(1, CONNECT_TIMEOUT_MS);
        const connectedAt = now();
        const cpuBefore = child.cpuSeconds;
        await child.waitForMails(mails, TIMEOUT_MS);
        const cpuAfter = child.cpuSeconds;
        if (!child.arrivals.every(({ whole }) => whole)) {
            throw new Error(`${child.name} gave mails without the end of their text`);
        }
        return {
            totalMs: Math.max(...child.arrivals.map(({ at }) => at)) - connectedAt,
            bytesFromServer: proxy.bytesFromServer,
            cpuSeconds: cpuAfter - cpuBefore,
            peakMemoryBytes: child.peakMemoryBytes,
            delivered: child.delivered,
            doubles: child.doubles
        };
    } finally {
        await child.stop();
        await proxy.stop();
    }
}

function textSection(mails: number, runs: Record<Contender, TextFigures[]>, peer: TextFigures): Section {
    const count = mails.toLocaleString('en-US');
    const middle = (of: TextFigures[], figure: keyof TextFigures): number => median(of.map(run => run[figure]));
    const seconds = (of: TextFigures[], figure: keyof TextFigures, perSecond: number): string =>
        spread(
            of.map(run => run[figure] / perSecond),
            's'
        );
    const columns = [runs.default, runs.many, runs.floor, [peer]];
    const row = (label: string, cell: (of: TextFigures[]) => string): string[] => [label, ...columns.map(cell)];
    const ratio = (of: TextFigures[]): number => middle(of, 'totalMs') / middle(runs.floor, 'totalMs');
    return {
        text: [
            `**All ${count} mails as text**, from the TCP connection to the last mail, with a flow that finishes with ` +
                'each mail and a record of it. The bare script asks for the structure of all mails and then for header ' +
                `and text. Medians, in parentheses the fastest and the slowest of ${runs.default.length}; ` +
                'node-red-node-email with its default settings ran once:',
            table([
                ['', 'imap-in', `imap-in, ${MANY} mails at a time`, 'bare imapflow script', 'node-red-node-email'],
                row('last mail after', of => seconds(of, 'totalMs', 1_000)),
                row('processor time', of => seconds(of, 'cpuSeconds', 1)),
                row('bytes from the server', of => megabytes(middle(of, 'bytesFromServer'), 2)),
                row('peak memory of the process', of => megabytes(middle(of, 'peakMemoryBytes'))),
                row('mails, of these twice', of => `${middle(of, 'delivered')}, ${middle(of, 'doubles')}`)
            ])
        ].join('\n\n'),
        targets: [
            { text: `all ${count} as text: time of the bare script`, value: ratio(runs.default), unit: '×', atMost: 2 },
            { text: `the same, ${MANY} mails at a time`, value: ratio(runs.many), unit: '×', atMost: 2 },
            {
                text: `all ${count} as text: times faster than node-red-node-email`,
                value: peer.totalMs / middle(runs.default, 'totalMs'),
                unit: '×',
                atLeast: 5
            },
            {
                text: `all ${count} as text: mails delivered twice`,
                value: Math.max(...[...runs.default, ...runs.many].map(run => run.doubles)),
                unit: '',
                atMost: 0
            }
        ]
    };
}
