import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { startSmtpSink } from '../../test/support/smtp-sink';
import { createTempFolder } from '../../test/support/temp-folder';
import { startScript } from '../contenders';
import { now } from '../measure/clock';
import type { MeasuredChild } from '../measure/measured-child';
import { median } from '../measure/statistics';
import type { PartOptions, Section } from '../part';
import { spread, table } from '../report';
import { smtpOutFlow } from '../runtime/flows';
import { startNodeRed } from '../runtime/node-red';

interface SendingFigures {
    /** From the first TCP connection to the last mail. */
    totalMs: number;
    /** Most connections at one time. */
    connections: number;
    cpuSeconds: number;
}

const CONNECTIONS = 2;
const TIMEOUT_MS = 5 * 60_000;

/** Mails out over TLS, through smtp-out and through a bare pool with as many connections. */
export async function sendingPart({ short, profileDir, progress }: PartOptions): Promise<Section> {
    const { mails, repetitions } = short ? { mails: 100, repetitions: 1 } : { mails: 2_000, repetitions: 3 };
    const ours: SendingFigures[] = [];
    const bare: SendingFigures[] = [];
    for (let run = 1; run <= repetitions; run++) {
        progress(`sending ${mails} mails, ${run} of ${repetitions}`);
        const turns = [
            async () => ours.push(await sendOnce(mails, (port, env) => startSmtpOut(port, env, mails, profileDir))),
            async () => bare.push(await sendOnce(mails, (port, env) => startPool(port, env, mails, profileDir)))
        ];
        for (const turn of run % 2 === 0 ? turns.reverse() : turns) {
            await turn();
        }
    }
    return sendingSection(mails, ours, bare);
}

type StartSender = (port: number, env: Record<string, string>) => Promise<MeasuredChild>;

function startSmtpOut(
    port: number,
    env: Record<string, string>,
    mails: number,
    profileDir?: string
): Promise<MeasuredChild> {
    const flow = smtpOutFlow('127.0.0.1', port, CONNECTIONS, mails);
    return startNodeRed('smtp-out', { pack: 'mailflow', flow, env, profileDir });
}

async function startPool(
    port: number,
    env: Record<string, string>,
    mails: number,
    profileDir?: string
): Promise<MeasuredChild> {
    const args = ['127.0.0.1', String(port), String(CONNECTIONS), String(mails)];
    return startScript('bare nodemailer pool', 'floor/send.ts', { args, env, profileDir });
}

/** Throws when the sink got other mails than the ones that were sent, each once. */
async function sendOnce(mails: number, start: StartSender): Promise<SendingFigures> {
    let firstAt = 0;
    let open = 0;
    let connections = 0;
    const sink = await startSmtpSink({ secure: true });
    sink.server.server.on('connection', (socket: Socket) => {
        firstAt ||= now();
        connections = Math.max(connections, ++open);
        socket.once('close', () => open--);
    });
    const folder = createTempFolder('bench');
    const authority = join(folder.path, 'ca.pem');
    writeFileSync(authority, sink.certificate);
    let child: MeasuredChild | undefined;
    try {
        child = await start(sink.port, { NODE_EXTRA_CA_CERTS: authority });
        const received = await sink.waitForMails(mails, TIMEOUT_MS);
        const totalMs = now() - firstAt;
        const subjects = new Set(received.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.toString('latin1'))?.[1]));
        if (received.length !== mails || subjects.size !== mails || received.some(mail => !mail.secure)) {
            throw new Error(`${child.name}: ${received.length} mails came, ${subjects.size} different ones`);
        }
        return { totalMs, connections, cpuSeconds: child.cpuSeconds };
    } finally {
        await child?.stop();
        await sink.stop();
        folder.remove();
    }
}

export function sendingSection(
    mails: number,
    ours: readonly SendingFigures[],
    bare: readonly SendingFigures[]
): Section {
    const count = mails.toLocaleString('en-US');
    const middle = (runs: readonly SendingFigures[], figure: keyof SendingFigures): number =>
        median(runs.map(run => run[figure]));
    const time = (runs: readonly SendingFigures[]): string =>
        spread(
            runs.map(run => run.totalMs / 1_000),
            's'
        );
    return {
        text: [
            `**Sending** of ${count} mails to a server on this machine over TLS, with ${CONNECTIONS} connections, from ` +
                'the first connection to the last mail. The server is as slow as the senders and part of both times:',
            table([
                ['', 'smtp-out', 'bare nodemailer pool'],
                ['last mail after', time(ours), time(bare)],
                ['connections at one time', String(middle(ours, 'connections')), String(middle(bare, 'connections'))]
            ])
        ].join('\n\n'),
        targets: [
            {
                text: `sending ${count}: time of the bare pool`,
                value: middle(ours, 'totalMs') / middle(bare, 'totalMs'),
                unit: '×',
                atMost: 1.2
            },
            {
                text: `sending ${count}: connections`,
                value: Math.max(...ours.map(run => run.connections)),
                unit: '',
                atMost: CONNECTIONS
            }
        ]
    };
}
