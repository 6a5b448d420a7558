import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
/** A build, or an install from the cache of npm or its registry. */
const NPM_TIMEOUT_MS = 240_000;
/** What a fresh clone does not have, and what a build must not take from the working folder. */
const NOT_IN_A_CLONE = new Set(['node_modules', '.git', 'dist', '.run', '.screenshots', 'results']);

/**
 * Builds and packs the project as a release does, in a copy inside `folder`, so that neither files left over in `dist`
 * nor other tests that use it have a part in it. Returns the path of the tarball.
 */
export async function packProject(folder: string): Promise<string> {
    const copy = join(folder, 'project');
    cpSync(ROOT, copy, { recursive: true, filter: path => path === ROOT || !NOT_IN_A_CLONE.has(basename(path)) });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await npm(copy, 'pack', '--pack-destination', folder);
    const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'));
    if (tarball === undefined) {
        throw new Error('npm pack has left no tarball');
    }
    return join(folder, tarball);
}

/** The files of a tarball, without the folder `package` that npm puts around them. */
export async function listTarball(tarball: string): Promise<string[]> {
    const { stdout } = await promisify(execFile)('tar', ['-tzf', tarball]);
    return stdout
        .split('\n')
        .filter(Boolean)
        .map(name => name.replace(/^package\//, ''));
}

/** Makes a user directory of Node-RED that holds the packed project and nothing else. */
export async function installTarball(tarball: string, userDir: string): Promise<void> {
    mkdirSync(userDir);
    writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'node-red-project', private: true }));
    const quick = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
    await npm(userDir, 'install', '--prefix', userDir, ...quick, tarball);
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
    // npm hands its own settings to what it runs, and the folder of the outer project is one of them
    const outer = /^npm_(config_local_prefix|config_package|config_call|package_|lifecycle_)/i;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
    await promisify(execFile)('npm', args, { cwd, env, timeout: NPM_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 });
}
