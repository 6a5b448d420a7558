import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dovecot } from '../test/support/dovecot';
import { buildMail } from '../test/support/mail-builder';
import { startProxy, type TcpProxy } from '../test/support/tcp-proxy';
import { createTempFolder } from '../test/support/temp-folder';
import { startScript } from './contenders';
import { now } from './measure/clock';
import type { MeasuredChild } from './measure/measured-child';
import { END_OF_TEXT } from './measure/report-arrival';
import { imapInFlow, type BenchServer } from './runtime/flows';
import { startNodeRed } from './runtime/node-red';

export interface AttachmentOptions {
    mails: number;
    /** Of each mail, with the attachment in base64. */
    mailBytes: number;
    profileDir?: string | undefined;
    progress: (text: string) => void;
}

export interface AttachmentResult {
    mails: number;
    bytes: number;
    /** From the TCP connection to the last mail, its files written. */
    mailflowMs: number;
    /** A bare socket that reads the same mails and throws them away. */
    socketMs: number;
    /** Peak of the runtime over the whole import. */
    peakMemoryBytes: number;
    /** Peak of a runtime with the same flow and nothing to do. */
    idleMemoryBytes: number;
    /** Files whose content is that of the attachment, and mails delivered. */
    rightFiles: number;
    delivered: number;
    doubles: number;
}

const USER = 'dora';
const CONNECT_TIMEOUT_MS = 60_000;
const TIMEOUT_MS = 20 * 60_000;
/** A runtime that has nothing to do has settled after this. */
const IDLE_MS = 3_000;

/** Imports mails with one large attachment each to files, and compares time and memory with those of doing nothing. */
export async function benchAttachments(dovecot: Dovecot, options: AttachmentOptions): Promise<AttachmentResult> {
    const { mails, mailBytes, profileDir, progress } = options;
    // base64 makes four characters of three bytes, and a line of 78 of 76
    const content = randomBytes(Math.floor((mailBytes * 3 * 76) / 4 / 78));
    progress(`filling a folder with ${mails} mails of ${(mailBytes / 1e6).toFixed(1)} MB`);
    let bytes = 0;
    const folder = createTempFolder('bench-files');
    const properties = { senders: [], attachments: 'file', attachmentsDir: folder.path, maxSizeMB: 100 };
    try {
        progress('a runtime with the same flow and nothing to do');
        const idle = await measure(
            dovecot,
            server => startNodeRed('mailflow', 'mailflow', imapInFlow(server, 'all', properties), profileDir),
            0
        );
        await dovecot.fill(
            USER,
            'INBOX',
            (function* () {
                const mail = buildMail({
                    messageId: '<mail-00000@example.com>',
                    text: END_OF_TEXT,
                    attachments: [{ filename: 'large.bin', content }]
                }).toString('latin1');
                for (let index = 0; index < mails; index++) {
                    const number = String(index).padStart(5, '0');
                    const raw = Buffer.from(mail.replace('mail-00000@', `mail-${number}@`), 'latin1');
                    bytes += raw.length;
                    yield raw;
                }
            })()
        );
        const socket = (server: BenchServer): Promise<MeasuredChild> =>
            Promise.resolve(startScript('a bare socket', 'floor/socket.ts', server, profileDir));
        // the first look makes the server read the folder from disk, which neither is to pay for
        await measure(dovecot, socket, 1);
        progress('a bare socket');
        const bare = await measure(dovecot, socket, 1);
        progress('attachments to files: mailflow');
        const ours = await measure(
            dovecot,
            server => startNodeRed('mailflow', 'mailflow', imapInFlow(server, 'all', properties), profileDir),
            mails
        );
        return {
            mails,
            bytes,
            mailflowMs: ours.totalMs,
            socketMs: bare.totalMs,
            peakMemoryBytes: ours.peakMemoryBytes,
            idleMemoryBytes: idle.peakMemoryBytes,
            rightFiles: await countRight(folder.path, sumOf(content)),
            delivered: ours.delivered,
            doubles: ours.doubles
        };
    } finally {
        folder.remove();
    }
}

interface Measured {
    totalMs: number;
    peakMemoryBytes: number;
    delivered: number;
    doubles: number;
}

/** Waits for so many mails, or for a look at an empty folder. */
async function measure(
    dovecot: Dovecot,
    start: (server: BenchServer) => Promise<MeasuredChild>,
    mails: number
): Promise<Measured> {
    const proxy = await startProxy(dovecot);
    const password = dovecot.users[USER] ?? '';
    const child = await start({ host: proxy.host, port: proxy.port, user: USER, password });
    try {
        await proxy.waitForConnections(1, CONNECT_TIMEOUT_MS);
        const connectedAt = now();
        await (mails === 0 ? untilIdle(proxy) : child.waitForMails(mails, TIMEOUT_MS));
        return {
            totalMs: Math.max(connectedAt, ...child.arrivals.map(({ at }) => at)) - connectedAt,
            peakMemoryBytes: child.peakMemoryBytes,
            delivered: child.delivered,
            doubles: child.doubles
        };
    } finally {
        await child.stop();
        await proxy.stop();
    }
}

async function untilIdle(proxy: TcpProxy): Promise<void> {
    await proxy.waitForCommand(/^IDLE/, CONNECT_TIMEOUT_MS);
    await sleep(IDLE_MS);
}

function sumOf(content: Buffer): string {
    return createHash('sha256').update(content).digest('hex');
}

async function countRight(folder: string, wanted: string): Promise<number> {
    let right = 0;
    for (const name of readdirSync(folder)) {
        const hash = createHash('sha256');
        for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 })) {
            hash.update(chunk as Buffer);
        }
        right += hash.digest('hex') === wanted ? 1 : 0;
    }
    return right;
}
