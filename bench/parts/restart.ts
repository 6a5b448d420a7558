import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startProxy } from '../../test/support/tcp-proxy';
import { Ledger } from '../../src/delivery/ledger';
import { FileStore } from '../../src/state/file-store';
import { makeMails } from '../mails';
import { now } from '../measure/clock';
import { median } from '../measure/statistics';
import type { BenchUser, PartOptions, Section } from '../part';
import { spread, table } from '../report';
import { imapInFlow } from '../runtime/flows';
import { startNodeRed } from '../runtime/node-red';

interface RestartFigures {
    readyMs: number;
    commands: number;
    bytesFromServer: number;
    delivered: number;
    /** Of all files that the ledger has. */
    ledgerBytes: number;
}

const USER: BenchUser = 'frida';
const START_TIMEOUT_MS = 60_000;

/** The start of a runtime that finds a folder in which everything is settled already. */
export async function restartPart({ short, ...options }: PartOptions): Promise<Section> {
    const { mails, repetitions } = short ? { mails: 1_000, repetitions: 1 } : { mails: 100_000, repetitions: 3 };
    const dovecot = await options.dovecot();
    options.progress(`filling the mailbox of ${USER} with ${mails} mails`);
    await dovecot.fill(
        USER,
        'INBOX',
        (function* () {
            for (const mail of makeMails(mails)) {
                yield { raw: mail.raw.subarray(0, 600) };
            }
        })()
    );
    const status = await dovecot.doveadm('mailbox', 'status', '-u', USER, 'uidvalidity', 'INBOX');
    const uidValidity = /uidvalidity=(\d+)/.exec(status)?.[1] ?? '';
    const runs: RestartFigures[] = [];
    for (let run = 1; run <= repetitions; run++) {
        options.progress(`restart ${run} of ${repetitions}`);
        const proxy = await startProxy(dovecot);
        const server = { host: proxy.host, port: proxy.port, user: USER, password: dovecot.users[USER] ?? '' };
        let ledgerBytes = 0;
        const child = await startNodeRed('mailflow', {
            pack: 'mailflow',
            flow: imapInFlow(server, 'all'),
            profileDir: options.profileDir,
            prepare: async userDir => {
                const folder = join(userDir, 'mailflow', 'ledger');
                await settleAll(folder, uidValidity, mails);
                ledgerBytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
            }
        });
        try {
            await proxy.waitForConnections(1, START_TIMEOUT_MS);
            const connectedAt = now();
            await proxy.waitForCommand(/^IDLE/, START_TIMEOUT_MS);
            const readyMs = now() - connectedAt;
            runs.push({
                readyMs,
                commands: proxy.commands().length,
                bytesFromServer: proxy.connections.reduce((sum, { bytesFromServer }) => sum + bytesFromServer, 0),
                delivered: child.arrivals.length,
                ledgerBytes
            });
        } finally {
            await child.stop();
            await proxy.stop();
        }
    }
    return section(mails, runs);
}

/** Writes the ledger as imap-in does when it has delivered all these mails. */
async function settleAll(folder: string, uidValidity: string, mails: number): Promise<void> {
    const place = { node: 'in', account: 'account', folder: 'INBOX' };
    const ledger = await Ledger.open(new FileStore(folder), place);
    ledger.start(uidValidity, { watermark: 0, since: null, sinceBelowUid: 0 });
    for (let uid = 1; uid <= mails; uid++) {
        ledger.settle(uid, `print${String(uid).padStart(7, '0')}`);
    }
    ledger.advance(mails);
    await ledger.save();
}

function section(mails: number, runs: readonly RestartFigures[]): Section {
    const middle = (figure: keyof RestartFigures): number => median(runs.map(run => run[figure]));
    const count = mails.toLocaleString('en-US');
    return {
        text: [
            `**Restart** on a folder of ${count} mails that are all settled, from the TCP connection to IDLE ` +
                `(medians of ${runs.length}):`,
            table([
                ['', 'imap-in'],
                [
                    'ready after',
                    spread(
                        runs.map(run => run.readyMs),
                        'ms',
                        0
                    )
                ],
                ['commands, IDLE included', String(middle('commands'))],
                ['bytes from the server', `${middle('bytesFromServer')}`],
                ['mails delivered again', String(middle('delivered'))],
                ['size of the ledger', `${(middle('ledgerBytes') / 1024).toFixed(0)} KB`]
            ])
        ].join('\n\n'),
        targets: [
            { text: `restart on ${count} settled: ready`, value: middle('readyMs') / 1_000, unit: 's', atMost: 1 },
            { text: `restart on ${count} settled: commands`, value: middle('commands'), unit: '', atMost: 10 },
            {
                text: `restart on ${count} settled: from the server`,
                value: middle('bytesFromServer') / 1024,
                unit: 'KB',
                atMost: 8
            },
            {
                text: `restart on ${count} settled: mails again`,
                value: Math.max(...runs.map(run => run.delivered)),
                unit: '',
                atMost: 0
            }
        ]
    };
}
