import type { Dovecot } from '../../test/support/dovecot';
import { startProxy } from '../../test/support/tcp-proxy';
import { mailflow, startScript, type Start } from '../contenders';
import { makeMails } from '../mails';
import { now } from '../measure/clock';
import { median } from '../measure/statistics';
import type { BenchUser, PartOptions, Section } from '../part';
import { megabytes, spread, table } from '../report';

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

type Contender = 'mailflow' | 'floor';

const USER: BenchUser = 'greta';
const CONNECT_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 10 * 60_000;

/** Every mail of a folder as text, each settled by the flow: what the record, the runtime and the flow add to reading. */
export async function textPart({ short, profileDir, ...options }: PartOptions): Promise<Section> {
    const { mails, repetitions } = short ? { mails: 100, repetitions: 1 } : { mails: 10_000, repetitions: 3 };
    const dovecot = await options.dovecot();
    options.progress(`filling the mailbox of ${USER} with ${mails} mails to be read as text`);
    await dovecot.fill(
        USER,
        'INBOX',
        (function* () {
            for (const mail of makeMails(mails)) {
                yield mail.raw;
            }
        })()
    );
    const ways: Record<Contender, Start> = {
        mailflow: mailflow('all', profileDir, { senders: [], ack: 'flow' }),
        floor: floor(profileDir)
    };
    const figures: Record<Contender, TextFigures[]> = { mailflow: [], floor: [] };
    // the first look makes the server read the folder from disk, which neither contender is to pay for
    await readOnce(dovecot, floor(), mails);
    for (let run = 1; run <= repetitions; run++) {
        options.progress(`all ${mails} mails as text, ${run} of ${repetitions}`);
        for (const contender of run % 2 === 0 ? (['floor', 'mailflow'] as const) : (['mailflow', 'floor'] as const)) {
            figures[contender].push(await readOnce(dovecot, ways[contender], mails));
        }
    }
    return textSection(mails, figures);
}

function floor(profileDir?: string): Start {
    return ({ host, port, user, password }) => {
        const args = [host, String(port), user, password];
        return Promise.resolve(startScript('bare imapflow (text)', 'floor/text.ts', { args, profileDir }));
    };
}

/** Throws when not every mail arrived, or one without the end of its text. */
async function readOnce(dovecot: Dovecot, start: Start, mails: number): Promise<TextFigures> {
    const proxy = await startProxy(dovecot);
    const password = dovecot.users[USER] ?? '';
    const child = await start({ host: proxy.host, port: proxy.port, user: USER, password });
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

function textSection(mails: number, { mailflow: ours, floor: bare }: Record<Contender, TextFigures[]>): Section {
    const count = mails.toLocaleString('en-US');
    const middle = (runs: TextFigures[], figure: keyof TextFigures): number => median(runs.map(run => run[figure]));
    const seconds = (runs: TextFigures[], figure: keyof TextFigures, perSecond: number): string =>
        spread(
            runs.map(run => run[figure] / perSecond),
            's'
        );
    const row = (label: string, cell: (runs: TextFigures[]) => string): string[] => [label, cell(ours), cell(bare)];
    return {
        text: [
            `**All ${count} mails as text**, from the TCP connection to the last mail, with a flow that finishes with ` +
                'each mail and a record of it. The bare script asks for the structure of all mails and then for header ' +
                `and text. Medians, in parentheses the fastest and the slowest of ${ours.length}:`,
            table([
                ['', 'imap-in', 'bare imapflow script'],
                row('last mail after', runs => seconds(runs, 'totalMs', 1_000)),
                row('processor time', runs => seconds(runs, 'cpuSeconds', 1)),
                row('bytes from the server', runs => megabytes(middle(runs, 'bytesFromServer'), 2)),
                row('peak memory of the process', runs => megabytes(middle(runs, 'peakMemoryBytes'))),
                row('mails, of these twice', runs => `${middle(runs, 'delivered')}, ${middle(runs, 'doubles')}`)
            ])
        ].join('\n\n'),
        targets: [
            {
                text: `all ${count} as text: time of the bare script`,
                value: middle(ours, 'totalMs') / middle(bare, 'totalMs'),
                unit: '×',
                atMost: 2
            },
            {
                text: `all ${count} as text: mails delivered twice`,
                value: Math.max(...ours.map(run => run.doubles)),
                unit: '',
                atMost: 0
            }
        ]
    };
}
