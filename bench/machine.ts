import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../test/support/find-program';

/** Work of others above this share of the machine makes times doubtful. */
const DOUBTFUL_SHARE = 0.15;
const SAMPLE_MS = 1_000;

/** One line on what was measured with what, for the head of the results. */
export function describeMachine(): string {
    const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() ?? 'unknown processor';
    const dovecot = execFileSync(findProgram('dovecot') ?? 'dovecot', ['--version'], { encoding: 'utf8' });
    const packages = ['node-red', 'node-red-node-email', 'imapflow', 'mailparser'];
    return [
        `${cpus().length} cores (${model})`,
        `${Math.round(totalmem() / 2 ** 30)} GB memory`,
        `Node.js ${process.versions.node}`,
        ...packages.map(name => `${name} ${versionOf(name)}`),
        `Dovecot ${dovecot.split(' ')[0]} on the same machine`
    ].join(', ');
}

/** A warning when others use the machine in this second; empty when it is ours. */
export async function describeLoad(): Promise<string> {
    const before = busyTimes();
    await sleep(SAMPLE_MS);
    const after = busyTimes();
    const share = (after.busy - before.busy) / (after.all - before.all);
    return share > DOUBTFUL_SHARE ? `others used ${Math.round(share * 100)} % of the processor` : '';
}

function busyTimes(): { busy: number; all: number } {
    const times = cpus().map(cpu => Object.values(cpu.times).reduce((sum, time) => sum + time, 0));
    const idle = cpus().reduce((sum, cpu) => sum + cpu.times.idle, 0);
    const all = times.reduce((sum, time) => sum + time, 0);
    return { busy: all - idle, all };
}

/** Read where npm puts packages: not every package lets its package.json be required, and one has no entry at all. */
function versionOf(name: string): string {
    for (const folder of require.resolve.paths(name) ?? []) {
        const file = join(folder, name, 'package.json');
        if (existsSync(file)) {
            return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
        }
    }
    throw new Error(`${name} is not installed: npm install`);
}
