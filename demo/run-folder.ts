import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes an empty folder for this run, named after the process, so that two demos do not share one. Folders of demos that
 * were killed are removed on the way.
 */
export function createRunFolder(parent: string): { path: string; remove(): void } {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) {
        if (!isRunning(Number(name))) {
            remove(join(parent, name));
        }
    }
    const path = join(parent, String(process.pid));
    remove(path);
    mkdirSync(path);
    return { path, remove: () => remove(path) };
}

function remove(path: string): void {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** Signal 0 asks whether a process exists; EPERM means that it does but belongs to somebody else. */
function isRunning(pid: number): boolean {
    try {
        return Number.isInteger(pid) && pid > 0 && pid !== process.pid && process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
}
