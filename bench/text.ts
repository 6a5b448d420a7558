import type { Dovecot } from '../test/support/dovecot';
import { startProxy } from '../test/support/tcp-proxy';
import { startScript, type Start } from './contenders';
import { makeMails } from './mails';
import { now } from './measure/clock';
import { imapInFlow } from './runtime/flows';
import { startNodeRed } from './runtime/node-red';

/** One run of one contender that takes every mail of a folder as text. */
export interface TextFigures {
    /** From the TCP connection to the arrival of the last mail. */
    totalMs: number;
    bytesFromServer: number;
    peakMemoryBytes: number;
    delivered: number;
    doubles: number;
}

export interface TextOptions {
    mails: number;
    repetitions: number;
    profileDir?: string | undefined;
    progress: (text: string) => void;
}

export type TextContender = 'mailflow' | 'floor';
export type TextResult = { mails: number; figures: Record<TextContender, TextFigures[]> };

const USER = 'cleo';
const CONNECT_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 10 * 60_000;

/** Lets both contenders take all mails of the same folder, in turn. */
export async function benchText(dovecot: Dovecot, options: TextOptions): Promise<TextResult> {
    const { mails, repetitions, profileDir, progress } = options;
    progress(`filling a folder with ${mails} mails to be read as text`);
    await dovecot.fill(
        USER,
        'INBOX',
        [...makeMails(mails)].map(mail => mail.raw)
    );
    const floor: Start = server => Promise.resolve(startScript('bare imapflow', 'floor/text.ts', server, profileDir));
    const ways: Record<TextContender, Start> = {
        mailflow: server =>
            startNodeRed('mailflow', 'mailflow', imapInFlow(server, 'all', { senders: [] }), profileDir),
        floor
    };
    const figures: TextResult['figures'] = { mailflow: [], floor: [] };
    // the first look makes the server read the folder from disk, which neither contender is to pay for
    await readOnce(dovecot, floor, mails);
    for (let round = 0; round < repetitions; round++) {
        for (const contender of ['mailflow', 'floor'] as const) {
            progress(`all mails as text, ${round + 1} of ${repetitions}: ${contender}`);
            figures[contender].push(await readOnce(dovecot, ways[contender], mails));
        }
    }
    return { mails, figures };
}

async function readOnce(dovecot: Dovecot, start: Start, mails: number): Promise<TextFigures> {
    const proxy = await startProxy(dovecot);
    const password = dovecot.users[USER] ?? '';
    const child = await start({ host: proxy.host, port: proxy.port, user: USER, password });
    try {
        await proxy.waitForConnections(1, CONNECT_TIMEOUT_MS);
        const connectedAt = now();
        await child.waitForMails(mails, TIMEOUT_MS);
        if (!child.arrivals.every(({ whole }) => whole)) {
            throw new Error(`${child.name} gave mails without the end of their text`);
        }
        return {
            totalMs: Math.max(...child.arrivals.map(({ at }) => at)) - connectedAt,
            bytesFromServer: proxy.bytesFromServer,
            peakMemoryBytes: child.peakMemoryBytes,
            delivered: child.delivered,
            doubles: child.doubles
        };
    } finally {
        await child.stop();
        await proxy.stop();
    }
}
