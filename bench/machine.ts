import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
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

/** Packages that export no package.json are found by the folder of their entry. */
function versionOf(name: string): string {
    for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
        const found = readPackage(join(folder, 'package.json'));
        if (found?.name === name && found.version !== undefined) {
            return found.version;
        }
    }
    return 'of unknown version';
}

function readPackage(file: string): { name?: string; version?: string } | undefined {
    try {
        return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    } catch {
        // no package.json in this folder: the one above may have it
        return undefined;
    }
}
