import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dovecot } from '../../test/support/dovecot';
import { buildMail } from '../../test/support/mail-builder';
import { startProxy } from '../../test/support/tcp-proxy';
import { createTempFolder } from '../../test/support/temp-folder';
import { mailflow, startScript, type Start } from '../contenders';
import { END_OF_TEXT } from '../measure/report-arrival';
import { startSlowLine } from '../measure/slow-line';
import { untilConnected } from '../measure/tcp-connection';
import type { BenchUser, PartOptions, Section } from '../part';
import { table } from '../report';

interface AttachmentFigures {
    mails: number;
    bytes: number;
    /** From the TCP connection to the last mail, its files written. */
    mailflowMs: number;
    /** A bare socket that reads the same mails and throws them away. */
    socketMs: number;
    /** A bare socket that decodes the attachments and writes them to files. */
    writingSocketMs: number;
    /** The first two over a line of LINE_BYTES_PER_SECOND. */
    overLine: { mailflowMs: number; socketMs: number };
    /** Peak of the runtime over the whole import. */
    peakMemoryBytes: number;
    /** Peak of a runtime with the same flow and nothing to do. */
    idleMemoryBytes: number;
    /** Files whose content is that of the attachment, and mails delivered. */
    rightFiles: number;
    delivered: number;
    doubles: number;
}

const USER: BenchUser = 'hans';
const CONNECT_TIMEOUT_MS = 60_000;
/** 1 Gbit/s: what a server in the same building is reached with, if not less. */
const LINE_BYTES_PER_SECOND = 125e6;
const TIMEOUT_MS = 20 * 60_000;

/**
 * Imports mails with one large attachment each to files, and compares time and memory with those of doing nothing.
 * Throws when a mail or a file is missing or wrong.
 */
export async function attachmentsPart({ short, profileDir, ...options }: PartOptions): Promise<Section> {
    // in base64, so that much of each mail
    const { mails, mailBytes, idleMs } = short
        ? { mails: 5, mailBytes: 1e6, idleMs: 500 }
        : { mails: 200, mailBytes: 25e6, idleMs: 3_000 };
    // base64 makes four characters of three bytes, and a line of 78 of 76
    const content = randomBytes(Math.floor((mailBytes * 3 * 76) / 4 / 78));
    const dovecot = await options.dovecot();
    const folder = createTempFolder('bench-files');
    const ours = mailflow('all', profileDir, {
        senders: [],
        attachments: 'file',
        attachmentsDir: folder.path,
        maxSizeMB: 100
    });
    const writing = writingSocket(folder.path);
    try {
        options.progress('a runtime with the same flow and nothing to do');
        const idleMemoryBytes = await measureIdle(dovecot, ours, idleMs);
        options.progress(`filling the mailbox of ${USER} with ${mails} mails of ${(mailBytes / 1e6).toFixed(1)} MB`);
        const bytes = await fill(dovecot, mails, content);
        // the first look makes the server read the folder from disk, and the kernel find memory for the files, which
        // nobody is to pay for
        options.progress('a bare socket that decodes and writes, twice');
        await measure(dovecot, writing, 1);
        await expectRight(folder.path, mails, content);
        const { totalMs: writingSocketMs } = await measure(dovecot, writing, 1);
        await expectRight(folder.path, mails, content);
        options.progress('a bare socket');
        const { totalMs: socketMs } = await measure(dovecot, bareSocket, 1);
        options.progress('attachments to files');
        const { totalMs: mailflowMs, ...figures } = await measure(dovecot, ours, mails);
        const rightFiles = await expectRight(folder.path, mails, content);
        options.progress('both over a slower line');
        const overLine = await measureOverLine(dovecot, ours, mails);
        await expectRight(folder.path, mails, content);
        return attachmentsSection({
            mails,
            bytes,
            mailflowMs,
            socketMs,
            writingSocketMs,
            overLine,
            idleMemoryBytes,
            rightFiles,
            ...figures
        });
    } finally {
        folder.remove();
    }
}

const bareSocket: Start = ({ host, port, user, password }) =>
    Promise.resolve(startScript('bare socket', 'floor/socket.ts', { args: [host, String(port), user, password] }));

const writingSocket = (folder: string): Start => {
    return ({ host, port, user, password }) =>
        Promise.resolve(
            startScript('bare socket that decodes and writes', 'floor/attachments.ts', {
                args: [host, String(port), user, password, folder]
            })
        );
};

/** Returns how many bytes the mails have in all. */
async function fill(dovecot: Dovecot, mails: number, content: Buffer): Promise<number> {
    const mail = buildMail({
        messageId: '<mail-00000@example.com>',
        text: END_OF_TEXT,
        attachments: [{ filename: 'large.bin', content }]
    }).toString('latin1');
    await dovecot.fill(
        USER,
        'INBOX',
        (function* () {
            for (let index = 0; index < mails; index++) {
                const number = String(index).padStart(5, '0');
                yield Buffer.from(mail.replace('mail-00000@', `mail-${number}@`), 'latin1');
            }
        })()
    );
    return mails * mail.length;
}

interface Measured {
    totalMs: number;
    peakMemoryBytes: number;
    delivered: number;
    doubles: number;
}

/** Waits for so many mails. Nothing stands between server and client that would take part in it. */
async function measure(
    server: Pick<Dovecot, 'host' | 'port' | 'users'>,
    start: Start,
    mails: number
): Promise<Measured> {
    // what was written before must not be waiting for the disk now
    execFileSync('sync');
    const { host, port } = server;
    const child = await start({ host, port, user: USER, password: server.users[USER] ?? '' });
    try {
        const connectedAt = await untilConnected(port, CONNECT_TIMEOUT_MS);
        await child.waitForMails(mails, TIMEOUT_MS);
        const { arrivals, peakMemoryBytes, delivered, doubles } = child;
        return {
            totalMs: Math.max(...arrivals.map(({ at }) => at)) - connectedAt,
            peakMemoryBytes,
            delivered,
            doubles
        };
    } finally {
        await child.stop();
    }
}

async function measureOverLine(dovecot: Dovecot, ours: Start, mails: number): Promise<AttachmentFigures['overLine']> {
    const line = await startSlowLine(dovecot, LINE_BYTES_PER_SECOND);
    try {
        const server = { host: line.host, port: line.port, users: dovecot.users };
        const { totalMs: socketMs } = await measure(server, bareSocket, 1);
        const { totalMs: mailflowMs } = await measure(server, ours, mails);
        return { mailflowMs, socketMs };
    } finally {
        await line.stop();
    }
}

/** Peak of memory of a runtime that has looked at an empty folder and has settled. */
async function measureIdle(dovecot: Dovecot, start: Start, idleMs: number): Promise<number> {
    const proxy = await startProxy(dovecot);
    const { host, port } = proxy;
    const child = await start({ host, port, user: USER, password: dovecot.users[USER] ?? '' });
    try {
        await proxy.waitForCommand(/^IDLE/, CONNECT_TIMEOUT_MS);
        await sleep(idleMs);
        return child.peakMemoryBytes;
    } finally {
        await child.stop();
        await proxy.stop();
    }
}

/** Removes the files, too. Returns how many there were; throws when that is not one for each mail, or one is wrong. */
async function expectRight(folder: string, mails: number, content: Buffer): Promise<number> {
    const right = await countRight(folder, sumOf(content));
    if (right !== mails) {
        throw new Error(`of the attachments of ${mails} mails ${right} are right`);
    }
    return right;
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
        rmSync(join(folder, name));
        right += hash.digest('hex') === wanted ? 1 : 0;
    }
    return right;
}

function attachmentsSection(figures: AttachmentFigures): Section {
    const { mails, bytes, mailflowMs, socketMs, writingSocketMs, overLine, peakMemoryBytes, idleMemoryBytes } = figures;
    const speed = (milliseconds: number): string => `${(bytes / 1_000 / milliseconds).toFixed(0)} MB/s`;
    return {
        text: [
            `**Attachments of ${mails} mails to files** (${(bytes / 1e6).toFixed(0)} MB in all), from the TCP ` +
                'connection to the last mail. The bare socket reads the same mails and throws them away; the floor reads ' +
                'the attachments, decodes them and writes them to files, and does nothing else:',
            table([
                ['', 'imap-in', 'floor', 'bare socket'],
                ['speed', speed(mailflowMs), speed(writingSocketMs), speed(socketMs)],
                ['speed over a line of 1 Gbit/s', speed(overLine.mailflowMs), '', speed(overLine.socketMs)],
                ['mails, of these twice', `${figures.delivered}, ${figures.doubles}`, '', ''],
                ['files with the right content', String(figures.rightFiles), String(figures.mails), '']
            ])
        ].join('\n\n'),
        targets: [
            {
                text: 'attachments to files: speed of the bare socket',
                value: socketMs / mailflowMs,
                unit: '×',
                atLeast: 0.7
            },
            {
                text: 'attachments to files over 1 Gbit/s: speed of the bare socket',
                value: overLine.socketMs / overLine.mailflowMs,
                unit: '×',
                atLeast: 0.7
            },
            {
                text: 'attachments to files: speed of the floor that decodes and writes',
                value: writingSocketMs / mailflowMs,
                unit: '×',
                atLeast: 0.7
            },
            {
                text: 'attachments to files: peak memory above the idle runtime',
                value: (peakMemoryBytes - idleMemoryBytes) / 2 ** 20,
                unit: 'MB',
                atMost: 64
            },
            { text: 'attachments to files: mails delivered twice', value: figures.doubles, unit: '', atMost: 0 }
        ]
    };
}
