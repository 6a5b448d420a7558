import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './make-folder';
import type { Loaded, StateStore } from './store';

/** The ledger names accounts and folders, so only the owner of the runtime may read it. */
const FILE_MODE = 0o600;

/**
 * One JSON file per key below a folder. A save writes a temporary file, syncs it, renames it over the old one and
 * syncs the folder, so that after a power cut the file is the old or the new one, never a half.
 */
export class FileStore implements StateStore {
    readonly #folder: string;

    constructor(folder: string) {
        this.#folder = folder;
    }

    async load(key: string): Promise<Loaded> {
        let text: string;
        try {
            text = await readFile(this.#path(key), 'utf8');
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
                return { state: 'absent' };
            }
            throw error;
        }
        try {
            return { state: 'present', value: JSON.parse(text) as unknown };
        } catch {
            await this.setAside(key);
            return { state: 'damaged', problem: `${this.#path(key)} is not valid JSON and was kept aside` };
        }
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
            await rename(temporary, path);
        } catch (error) {
            await rm(temporary, { force: true });
            throw error;
        }
        await syncFolder(this.#folder);
    }

    async setAside(key: string): Promise<void> {
        await rename(this.#path(key), `${this.#path(key)}.damaged-${Date.now()}`);
    }

    /** Keys hold folder names from a server; a hash cannot leave the folder, and ends no name with a dot or a device. */
    #path(key: string): string {
        return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
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
