import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dovecotAvailable, startDovecot } from '../test/support/dovecot';
import { benchImport } from './import';
import { benchLatency } from './latency';
import { describeLoad, describeMachine } from './machine';
import { report } from './report';

const FULL = { mails: 10_000, repetitions: 5, deliveries: 200 };
const SHORT = { mails: 500, repetitions: 1, deliveries: 10 };
const RESULTS = join(__dirname, 'results.md');

/** `--short` for a look whether all works; `--profile <folder>` to leave a CPU profile of every process there. */
async function main(args: readonly string[]): Promise<void> {
    const short = args.includes('--short');
    const profileDir = args.includes('--profile') ? args[args.indexOf('--profile') + 1] : undefined;
    if (process.platform !== 'linux' || !dovecotAvailable()) {
        console.error('The bench measures against a real Dovecot on Linux. On Debian: apt-get install dovecot-imapd');
        process.exitCode = 1;
        return;
    }
    if (profileDir !== undefined) {
        mkdirSync(profileDir, { recursive: true });
    }
    const machine = describeMachine();
    const warning = describeLoad();
    if (warning) {
        console.warn(warning);
    }
    const options = { ...(short ? SHORT : FULL), profileDir, progress: (text: string) => console.log(text) };
    const dovecot = await startDovecot({ users: { anna: 'secret', ben: 'secret' } });
    try {
        const imported = await benchImport(dovecot, options);
        const latency = await benchLatency(dovecot, options);
        const text = report(machine, imported, latency);
        console.log(`\n${text}`);
        if (short || profileDir !== undefined) {
            console.log('\nNot written down: so few mails, or processes that write profiles, say nothing about speed.');
        } else {
            writeFileSync(RESULTS, `${text}\n`);
        }
    } finally {
        await dovecot.stop();
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
