import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'mocha';

export interface SmallDisk {
    /** Takes all the room there is. */
    fill(): void;
    /** Gives it back. */
    free(): void;
    unmount(): void;
}

/**
 * Mounts a file system of 256 kB at this folder. Where that is not allowed the test is skipped with one line that says
 * what it needs. Where CI is set it fails instead: CI installs packages, so it is root.
 */
export function requireSmallDisk(test: Context, folder: string): SmallDisk {
    mkdirSync(folder, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { encoding: 'utf8' });
    if (mounted.status !== 0) {
        return refuse(test, (mounted.stderr || String(mounted.error)).trim().split('\n')[0] ?? '');
    }
    const filler = join(folder, 'filler');
    return {
        fill: () => writeUntilFull(filler),
        free: () => rmSync(filler),
        unmount: () => void spawnSync('umount', [folder])
    };
}

function refuse(test: Context, reason: string): never {
    const advice = `a small disk cannot be mounted (${reason}): run as root, in a container with --privileged`;
    if (process.env.CI) {
        throw new Error(advice);
    }
    console.warn(`      skipped "${test.test?.title}", ${advice}`);
    test.skip();
}

function writeUntilFull(path: string): void {
    const file = openSync(path, 'w');
    const block = Buffer.alloc(4096);
    try {
        for (;;) {
            writeSync(file, block);
        }
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
            throw error;
        }
    } finally {
        closeSync(file);
    }
}
