import { setTimeout as sleep } from 'node:timers/promises';
import type { Dovecot } from '../../test/support/dovecot';
import { startProxy, type TcpProxy } from '../../test/support/tcp-proxy';
import { floor, mailflow, type Start } from '../contenders';
import { makeWantedMail } from '../mails';
import { now } from '../measure/clock';
import type { MeasuredChild } from '../measure/measured-child';
import { percentile } from '../measure/statistics';
import type { PartOptions, Section } from '../part';
import { table } from '../report';

export type Listener = 'mailflow' | 'floor';

export interface LatencyFigures {
    /** From the return of the delivery to the arrival, one for each mail in the order of delivery. */
    milliseconds: number[];
    delivered: number;
    doubles: number;
}

export interface LatencyOptions {
    deliveries: number;
    profileDir?: string | undefined;
    progress: (text: string) => void;
}

export type LatencyResult = Record<Listener, LatencyFigures>;

const USER = 'ben';
const START_TIMEOUT_MS = 60_000;
const ARRIVAL_TIMEOUT_MS = 30_000;
/** Longer than a server holds back a notice: after so long nothing comes any more. */
const QUIET_MS = 2_000;
/** Deliveries come at no fixed beat, or they would fall into step with the server's own timers. */
const LONGEST_PAUSE_MS = 250;
const PAUSE_STEP_MS = 61;

interface Party {
    child: MeasuredChild;
    proxy: TcpProxy;
}

export async function latencyPart({ short, ...options }: PartOptions): Promise<Section> {
    return latencySection(await benchLatency(await options.dovecot(), { deliveries: short ? 10 : 200, ...options }));
}

/** Delivers mail after mail to a folder that both listeners watch, each time when both are in IDLE again. */
export async function benchLatency(dovecot: Dovecot, options: LatencyOptions): Promise<LatencyResult> {
    const { deliveries, progress } = options;
    const parties: Party[] = [];
    const join = async (way: Start): Promise<Party> => {
        const party = await listen(dovecot, way);
        parties.push(party);
        return party;
    };
    try {
        progress('starting two listeners');
        const ours = await join(mailflow('new', options.profileDir));
        const bare = await join(floor('listen', options.profileDir));
        await Promise.all(parties.map(({ proxy }) => proxy.waitForCommand(/^IDLE/, START_TIMEOUT_MS)));
        const times: Record<Listener, number[]> = { mailflow: [], floor: [] };
        progress(`delivering ${deliveries} mails, one after the other`);
        for (let index = 1; index <= deliveries; index++) {
            await sleep((index * PAUSE_STEP_MS) % LONGEST_PAUSE_MS);
            const mail = makeWantedMail(`delivery-${index}`, index);
            parties.forEach(({ proxy }) => proxy.forgetCommands());
            await dovecot.deliver(USER, 'INBOX', mail.raw);
            const deliveredAt = now();
            const arrivals = await Promise.all(
                [ours, bare].map(({ child }) => child.waitForMail(mail.messageId, ARRIVAL_TIMEOUT_MS))
            );
            times.mailflow.push((arrivals[0]?.at ?? NaN) - deliveredAt);
            times.floor.push((arrivals[1]?.at ?? NaN) - deliveredAt);
            await Promise.all(parties.map(({ proxy }) => proxy.waitForCommand(/^IDLE/, ARRIVAL_TIMEOUT_MS)));
        }
        await sleep(QUIET_MS);
        return { mailflow: figures(ours, times.mailflow), floor: figures(bare, times.floor) };
    } finally {
        await Promise.all(parties.map(({ child }) => child.stop()));
        await Promise.all(parties.map(({ proxy }) => proxy.stop()));
    }
}

function figures({ child }: Party, milliseconds: number[]): LatencyFigures {
    return { milliseconds, delivered: child.delivered, doubles: child.doubles };
}

async function listen(dovecot: Dovecot, start: Start): Promise<Party> {
    const proxy = await startProxy(dovecot);
    try {
        const password = dovecot.users[USER] ?? '';
        return { proxy, child: await start({ host: proxy.host, port: proxy.port, user: USER, password }) };
    } catch (error) {
        await proxy.stop();
        throw error;
    }
}

export function latencySection({ mailflow: ours, floor: bare }: LatencyResult): Section {
    const at = (listener: LatencyFigures, share: number): number => percentile(listener.milliseconds, share);
    const shown = (listener: LatencyFigures, share: number): string => `${at(listener, share).toFixed(1)} ms`;
    const ratio = (share: number): number => at(ours, share) / at(bare, share);
    return {
        text: [
            `**Delivery** of ${ours.milliseconds.length} mails, one after the other, to two listeners in IDLE at the same ` +
                'time, from the return of the delivery to the mail in the flow. The server holds its notices back and ' +
                'sets most of it:',
            table([
                ['', 'imap-in', 'bare imapflow listener'],
                ['p50', shown(ours, 0.5), shown(bare, 0.5)],
                ['p99', shown(ours, 0.99), shown(bare, 0.99)],
                ['mails, of these twice', `${ours.delivered}, ${ours.doubles}`, `${bare.delivered}, ${bare.doubles}`]
            ])
        ].join('\n\n'),
        targets: [
            { text: 'delivery: p50 of the bare listener', value: ratio(0.5), unit: '×', atMost: 1.1 },
            { text: 'delivery: p99 of the bare listener', value: ratio(0.99), unit: '×', atMost: 1.1 },
            { text: 'delivery: mails delivered twice', value: ours.doubles, unit: '', atMost: 0 }
        ]
    };
}
