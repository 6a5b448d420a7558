import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '../../src/delivery/ledger';
import { FileStore } from '../../src/state/file-store';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startRuntime, type FlowNode } from '../support/runtime';
import { createTempFolder } from '../support/temp-folder';
import { numberedMails } from './numbered-mails';
import { countFinished, seededRandom, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 300_000;
const IN_FLIGHT = 10;

/** A line that the flow has written: one per delivery of a mail. */
interface Line {
    subject: string;
    uid: number;
}

/**
 * A whole runtime is killed at random moments while its flow writes each mail to a file. Nothing may be lost. A mail may
 * be written twice only when the ledger had it in flight at a kill and the second line came after that kill, and at most
 * ten mails may be in flight at each.
 */
export async function killRuntime(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const random = seededRandom(2);
    const dovecot = await startDovecot();
    const folder = createTempFolder('soak');
    const file = join(folder.path, 'written.txt');
    const written = async (count: number): Promise<void> => {
        const deadline = Date.now() + PATIENCE_MS;
        while (new Set(readLines(file).map(({ subject }) => subject)).size < count) {
            if (Date.now() > deadline) {
                throw new Error(`waited in vain for ${count} mails, there are ${readLines(file).length} lines`);
            }
            await sleep(10);
        }
    };
    await dovecot.fill('anna', 'INBOX', numberedMails(1, size.mails));
    const runtime = await startRuntime({ flows: flowInto(file, dovecot), credentials: credentialsOf(dovecot) });
    const kills: Kill[] = [];
    try {
        for (let kill = 1; kill <= size.disturbances; kill++) {
            await written(Math.floor((kill * size.mails) / (size.disturbances + 1)));
            await sleep(random() * 30);
            await runtime.kill();
            kills.push({ lines: readLines(file).length, inFlight: await inFlightIn(runtime.userDir) });
            await runtime.start();
        }
        await written(size.mails);
        await runtime.halt();
        await runtime.start();
        // a restart with everything settled must bring nothing back
        await sleep(2_000);
    } finally {
        await runtime.stop();
        await dovecot.stop();
    }
    const lines = readLines(file);
    folder.remove();
    const { lost, doubled } = countFinished(
        lines.map(({ subject }) => subject),
        size.mails
    );
    const excused = excusedLines(lines, kills);
    const inFlight = kills.map(kill => kill.inFlight.size);
    const tooMany = inFlight.filter(count => count > IN_FLIGHT).length;
    return {
        what: 'runtime killed with kill -9',
        mails: size.mails,
        disturbances: size.disturbances,
        lost,
        doubled: doubled - excused.length + tooMany,
        note:
            `${excused.length} written twice, each in flight at the kill before; ` +
            `at most ${Math.max(...excusedPerKill(excused, kills))} after one kill, ${IN_FLIGHT} allowed`,
        seconds: (Date.now() - begun) / 1000
    };
}

/** How many lines there were at a kill, and which mails the ledger had in flight then. */
export interface Kill {
    lines: number;
    inFlight: ReadonlySet<number>;
}

/** Positions of second lines whose mail was in flight at the last kill before them; each kill excuses a mail once. */
export function excusedLines(lines: readonly Line[], kills: readonly Kill[]): number[] {
    const seen = new Set<string>();
    const used = new Set<string>();
    return lines.flatMap(({ subject, uid }, position) => {
        const isSecond = seen.has(subject);
        seen.add(subject);
        const kill = kills.findLastIndex(candidate => candidate.lines <= position);
        const excuse = `${kill} ${uid}`;
        if (!isSecond || !kills[kill]?.inFlight.has(uid) || used.has(excuse)) {
            return [];
        }
        used.add(excuse);
        return [position];
    });
}

function excusedPerKill(excused: readonly number[], kills: readonly Kill[]): number[] {
    return kills.map(({ lines }, index) => {
        const end = kills[index + 1]?.lines ?? Infinity;
        return excused.filter(position => position >= lines && position < end).length;
    });
}

function readLines(file: string): Line[] {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text
        .split('\n')
        .filter(Boolean)
        .map(line => {
            const [subject = '', uid] = line.split(' ');
            return { subject, uid: Number(uid) };
        });
}

/** Read as the next start will read it. */
async function inFlightIn(userDir: string): Promise<Set<number>> {
    const store = new FileStore(join(userDir, 'mailflow', 'ledger'));
    const { pending } = await Ledger.open(store, { node: 'in', account: 'account', folder: 'INBOX' });
    return new Set(pending.filter(([, mail]) => mail.retryAt === undefined).map(([uid]) => uid));
}

function flowInto(file: string, dovecot: Dovecot): FlowNode[] {
    return [
        { id: 'flow', type: 'tab' },
        { id: 'account', type: 'imap-account', host: dovecot.host, port: dovecot.port, security: 'none' },
        {
            id: 'in',
            z: 'flow',
            type: 'imap-in',
            account: 'account',
            start: 'all',
            ack: 'flow',
            inFlight: IN_FLIGHT,
            wires: [['line'], []]
        },
        {
            id: 'line',
            z: 'flow',
            type: 'function',
            func: 'msg.payload = `${msg.topic} ${msg.mail.ref.uid}`; return msg;',
            outputs: 1,
            wires: [['file']]
        },
        {
            id: 'file',
            z: 'flow',
            type: 'file',
            filename: file,
            filenameType: 'str',
            appendNewline: true,
            overwriteFile: 'false',
            wires: [[]]
        }
    ];
}

function credentialsOf(dovecot: Dovecot): Record<string, Record<string, string>> {
    return { account: { user: 'anna', password: dovecot.users['anna'] ?? '' } };
}
