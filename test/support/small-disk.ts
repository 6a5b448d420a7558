import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
    /** Takes all the room there is. */
    fill(): void;
    /** Gives it back. */
    free(): void;
    unmount(): void;
}

/** Mounts a file system of 256 kB at this folder; null where that is not allowed, such as to others than root. */
export function mountSmallDisk(folder: string): SmallDisk | null {
    mkdirSync(folder, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    if (mounted.status !== 0) {
        return null;
    }
    const filler = join(folder, 'filler');
    return {
        fill: () => writeUntilFull(filler),
        free: () => rmSync(filler),
        unmount: () => void spawnSync('umount', [folder])
    };
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
