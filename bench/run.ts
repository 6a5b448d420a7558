import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dovecotAvailable, startDovecot, type Dovecot } from '../test/support/dovecot';
import { describeLoad, describeMachine } from './machine';
import { USERS, type Part, type Section } from './part';
import { accountsPart } from './parts/accounts';
import { attachmentsPart } from './parts/attachments';
import { decisionsPart } from './parts/decisions';
import { hooksPart } from './parts/hooks';
import { importPart, largeImportPart } from './parts/import';
import { inquiriesPart } from './parts/inquiries';
import { latencyPart } from './parts/latency';
import { restartPart } from './parts/restart';
import { sendingPart } from './parts/sending';
import { textPart } from './parts/text';
import { report } from './report';

const PARTS: readonly Part[] = [
    { name: 'import', run: importPart },
    { name: 'large-import', run: largeImportPart },
    { name: 'text', run: textPart },
    { name: 'attachments', run: attachmentsPart },
    { name: 'restart', run: restartPart },
    { name: 'latency', run: latencyPart },
    { name: 'hooks', run: hooksPart },
    { name: 'decisions', run: decisionsPart },
    { name: 'inquiries', run: inquiriesPart },
    { name: 'sending', run: sendingPart },
    { name: 'accounts', run: accountsPart }
];
const RESULTS = join(__dirname, 'results.md');

/**
 * Names of parts, for some of them only; `--short` for a look whether all works; `--profile <folder>` to leave a CPU
 * profile of every process there.
 */
async function main(args: readonly string[]): Promise<void> {
    const short = args.includes('--short');
    const profileAt = args.indexOf('--profile');
    const profileDir = profileAt >= 0 ? args[profileAt + 1] : undefined;
    const names = args.filter((arg, index) => !arg.startsWith('--') && (profileAt < 0 || index !== profileAt + 1));
    const unknown = names.filter(name => !PARTS.some(part => part.name === name));
    if (unknown.length > 0) {
        console.error(`There is no part ${unknown.join(', ')}. Parts: ${PARTS.map(part => part.name).join(', ')}`);
        process.exitCode = 1;
        return;
    }
    if (process.platform !== 'linux' || !dovecotAvailable()) {
        console.error('The bench measures against a real Dovecot on Linux. On Debian: apt-get install dovecot-imapd');
        process.exitCode = 1;
        return;
    }
    if (profileDir !== undefined) {
        mkdirSync(profileDir, { recursive: true });
    }
    let server: Promise<Dovecot> | undefined;
    const users = Object.fromEntries(USERS.map(user => [user, 'secret']));
    const options = {
        short,
        profileDir,
        progress: (text: string) => console.log(text),
        dovecot: () => (server ??= startDovecot({ users }))
    };
    const machine = describeMachine();
    const warnings: string[] = [];
    const sections: Section[] = [];
    try {
        for (const part of PARTS.filter(({ name }) => names.length === 0 || names.includes(name))) {
            const load = await describeLoad();
            if (load) {
                warnings.push(`before ${part.name} ${load}`);
            }
            const section = await part.run(options);
            console.log(`\n${section.text}\n`);
            sections.push(section);
        }
    } finally {
        await (await server)?.stop();
    }
    const text = report(machine, sections, warnings.join('; '));
    console.log(`\n${text}\n`);
    if (short || profileDir !== undefined || names.length > 0) {
        console.log('\nNot written down: a part of the bench, or one with few mails, is not the whole result.');
    } else {
        writeFileSync(RESULTS, `${text}\n`);
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
