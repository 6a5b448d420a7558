import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './make-folder';
import type { Loaded, StateStore } from './store';

/** The ledger names accounts and folders, so only the owner of the runtime may read it. */
const FILE_MODE = 0o600;

/**
 * One JSON file per key below a folder. A save writes a temporary file, syncs it, renames it over the old one and
 * syncs the folder, so that after a power cut the file is the old or the new one, never a half. Disks and file systems
 * do not keep that promise always, so the file before the last save stays beside it.
 */
export class FileStore implements StateStore {
    readonly #folder: string;

    constructor(folder: string) {
        this.#folder = folder;
    }

    load(key: string): Promise<Loaded> {
        return read(this.#path(key));
    }

    loadPrevious(key: string): Promise<Loaded> {
        return read(previousOf(this.#path(key)));
    }

    async writtenAt(key: string): Promise<Date | null> {
        const file = await unlessMissing(stat(this.#path(key)));
        return file?.mtime ?? null;
    }

    async save(key: string, value: unknown): Promise<void> {
        const path = this.#path(key);
        // a name of its own: a node that closes slowly and its successor may save the same key at the same time
        const temporary = `${path}.${randomUUID()}.new`;
        const text = JSON.stringify(value);
        try {
            await writeSynced(temporary, text).catch(async (error: unknown) => {
                if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
                    throw error;
                }
                await makeFolder(this.#folder);
                await writeSynced(temporary, text);
            });
            await unlessMissing(rename(path, previousOf(path)));
            await rename(temporary, path);
        } catch (error) {
            await rm(temporary, { force: true });
            throw error;
        }
        await syncFolder(this.#folder);
    }

    async setAside(key: string): Promise<void> {
        await setAside(this.#path(key));
    }

    /** Removes a value and the one before it, for what must not stay on the disk. */
    async remove(key: string): Promise<void> {
        const path = this.#path(key);
        await rm(path, { force: true });
        await rm(previousOf(path), { force: true });
        await unlessMissing(syncFolder(this.#folder));
    }

    /** Keys hold folder names from a server; a hash cannot leave the folder, and ends no name with a dot or a device. */
    #path(key: string): string {
        return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
    }
}

function previousOf(path: string): string {
    return `${path}.previous`;
}

async function read(path: string): Promise<Loaded> {
    const text = await unlessMissing(readFile(path, 'utf8'));
    if (text === null) {
        return { state: 'absent' };
    }
    try {
        return { state: 'present', value: JSON.parse(text) as unknown };
    } catch {
        await setAside(path);
        return { state: 'damaged', problem: `${path} is not valid JSON and was kept aside` };
    }
}

async function setAside(path: string): Promise<void> {
    await rename(path, `${path}.damaged-${Date.now()}`);
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
    try {
        return await work;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return null;
        }
        throw error;
    }
}

async function writeSynced(path: string, text: string): Promise<void> {
    const file = await open(path, 'wx', FILE_MODE);
    try {
        await file.writeFile(text);
        await file.datasync();
    } finally {
        await file.close();
    }
}

async function syncFolder(path: string): Promise<void> {
    if (process.platform === 'win32') {
        // Windows opens no folders; NTFS journals the rename itself
        return;
    }
    const folder = await open(path, 'r');
    try {
        await folder.sync();
    } finally {
        await folder.close();
    }
}
