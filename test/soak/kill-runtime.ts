import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startRuntime, type FlowNode } from '../support/runtime';
import { createTempFolder } from '../support/temp-folder';
import { numberedMails } from './numbered-mails';
import { countFinished, seededRandom, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 300_000;
const IN_FLIGHT = 10;

/**
 * A whole runtime is killed at random moments while its flow writes each mail to a file. Nothing may be lost; a mail
 * may be written twice only when it was in flight at a kill, which its second try shows, and at most ten per kill.
 */
export async function killRuntime(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const random = seededRandom(2);
    const dovecot = await startDovecot();
    const folder = createTempFolder('soak');
    const file = join(folder.path, 'written.txt');
    const lines = (): string[][] =>
        existsSync(file)
            ? readFileSync(file, 'utf8')
                  .split('\n')
                  .filter(Boolean)
                  .map(line => line.split(' '))
            : [];
    const written = async (count: number): Promise<void> => {
        const deadline = Date.now() + PATIENCE_MS;
        while (new Set(lines().map(([subject]) => subject)).size < count) {
            if (Date.now() > deadline) {
                throw new Error(`waited in vain for ${count} mails, there are ${lines().length} lines`);
            }
            await sleep(10);
        }
    };
    await dovecot.fill('anna', 'INBOX', numberedMails(1, size.mails));
    const runtime = await startRuntime({ flows: flowInto(file, dovecot), credentials: credentialsOf(dovecot) });
    try {
        for (let kill = 1; kill <= size.disturbances; kill++) {
            await written(Math.floor((kill * size.mails) / (size.disturbances + 1)));
            await sleep(random() * 30);
            await runtime.kill();
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
    const all = lines();
    folder.remove();
    const { lost, doubled } = countFinished(
        all.map(([subject]) => subject ?? ''),
        size.mails
    );
    const repeats = all.filter(([, attempt]) => attempt !== '1').length;
    const excused = Math.min(doubled, repeats, size.disturbances * IN_FLIGHT);
    return {
        what: 'runtime killed with kill -9',
        mails: size.mails,
        disturbances: size.disturbances,
        lost,
        doubled: doubled - excused,
        note: `${excused} written twice, all in flight at a kill (at most ${IN_FLIGHT} per kill allowed)`,
        seconds: (Date.now() - begun) / 1000
    };
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
            func: 'msg.payload = `${msg.topic} ${msg.mail.delivery.attempt}`; return msg;',
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
