import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../test/support/find-program';

/** Work of others above this share of the cores makes times doubtful. */
const DOUBTFUL_LOAD = 0.25;

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

/** A warning when the machine has other work; empty when it has not. */
export function describeLoad(): string {
    const [lastMinute = 0] = loadavg();
    return lastMinute > DOUBTFUL_LOAD * cpus().length
        ? `the load of the last minute was ${lastMinute.toFixed(2)}: times may be too long`
        : '';
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
