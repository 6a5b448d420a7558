import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dovecotAvailable, startDovecot } from '../test/support/dovecot';
import { benchAttachments } from './attachments';
import { attachmentReport, textReport } from './content-report';
import { benchImport } from './import';
import { benchLatency } from './latency';
import { describeLoad, describeMachine } from './machine';
import { report } from './report';
import { benchText } from './text';

const FULL = { mails: 10_000, repetitions: 5, deliveries: 200, largeMails: 200, largeMailBytes: 25e6 };
const SHORT = { mails: 500, repetitions: 1, deliveries: 10, largeMails: 10, largeMailBytes: 2e6 };
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
    const dovecot = await startDovecot({ users: { anna: 'secret', ben: 'secret', cleo: 'secret', dora: 'secret' } });
    try {
        const imported = await benchImport(dovecot, options);
        const latency = await benchLatency(dovecot, options);
        const asText = await benchText(dovecot, options);
        const { largeMails, largeMailBytes } = options;
        const toFiles = await benchAttachments(dovecot, { ...options, mails: largeMails, mailBytes: largeMailBytes });
        const parts = [report(machine, imported, latency), textReport(asText), attachmentReport(toFiles)];
        const text = parts.join('\n\n');
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
