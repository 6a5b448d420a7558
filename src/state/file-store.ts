import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendedFile } from './appended-file';
import { makeFolder } from './make-folder';
import type { Loaded, StateStore } from './store';

/** The ledger names accounts and folders, so only the owner of the runtime may read it. */
const FILE_MODE = 0o600;

/**
 * One file per key below a folder, with a JSON value on each line, of which the last one counts; the others are what it
 * was appended to.
 *
 * A save writes a temporary file, syncs it, renames it over the old one and syncs the folder, so that after a power cut
 * the file is the old or the new one, never a half. Disks and file systems do not keep that promise always, so the file
 * before the last save stays beside it. To append costs a fifth of that: one synced write at the end of the file. A line
 * that a power cut has left without its end was never relied on.
 */
export class FileStore implements StateStore {
    readonly #folder: string;
    /** Files that this store has written and may append to; others may end in half a line. */
    readonly #appended = new Map<string, AppendedFile>();

    constructor(folder: string) {
        this.#folder = folder;
    }

    async load(key: string): Promise<Loaded> {
        const newest = await read(this.#path(key));
        if (newest.state !== 'absent') {
            return newest;
        }
        // a crash came between the two renames of a save, whose value nobody has relied on, or after one was kept aside
        const before = await this.loadPrevious(key);
        return before.state === 'present' ? { ...before, isOutdated: true } : before;
    }

    loadPrevious(key: string): Promise<Loaded> {
        return read(previousOf(this.#path(key)));
    }

    async writtenAt(key: string): Promise<Date | null> {
        const file = await unlessMissing(stat(this.#path(key)));
        return file?.mtime ?? null;
    }

    async save(key: string, value: unknown): Promise<void> {
        await this.#replace(this.#path(key), lineOf(value));
    }

    async append(key: string, value: unknown, whole: () => unknown): Promise<void> {
        const path = this.#path(key);
        const file = this.#appended.get(path);
        // after a failure, half a line may stand at the end
        this.#appended.delete(path);
        if (file && (await file.append(lineOf(value)))) {
            this.#appended.set(path, file);
            return;
        }
        const line = lineOf(whole());
        // only a file that has another beside it is trusted with more than one value
        if (await this.#replace(path, line)) {
            this.#appended.set(path, new AppendedFile(path, Buffer.byteLength(line)));
        }
    }

    /** Resolves with true when there was a file to replace, which is beside it now. */
    async #replace(path: string, text: string): Promise<boolean> {
        const temporary = temporaryOf(path);
        try {
            await writeSynced(temporary, text).catch(async (error: unknown) => {
                if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
                    throw error;
                }
                await makeFolder(this.#folder);
                await writeSynced(temporary, text);
            });
            const replaced = await unlessMissing(rename(path, previousOf(path)).then(() => true));
            await rename(temporary, path);
            await syncFolder(this.#folder);
            return replaced === true;
        } catch (error) {
            await rm(temporary, { force: true });
            throw error;
        }
    }

    async setAside(key: string): Promise<void> {
        await unlessMissing(setAside(this.#path(key)));
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

/**
 * A name of its own each time: a node that closes slowly and its successor may save the same key at the same time, and
 * what a crash has left must not be in the way.
 */
function temporaryOf(path: string): string {
    return `${path}.${randomUUID()}.new`;
}

async function read(path: string): Promise<Loaded> {
    const text = await unlessMissing(readFile(path, 'utf8'));
    if (text === null) {
        return { state: 'absent' };
    }
    // a file of an earlier version is one value without a line end
    const lines = text.includes('\n') ? text.split('\n').slice(0, -1) : [text];
    const values = lines.map(parse);
    const last = values.pop();
    if (last) {
        return { state: 'present', value: last.value, earlier: values.map(earlier => earlier?.value ?? null) };
    }
    const before = values.findLastIndex(value => value !== null);
    if (before >= 0) {
        const temporary = temporaryOf(path);
        await writeSynced(temporary, lines.slice(0, before + 1).join('\n') + '\n');
        await rename(temporary, previousOf(path));
    }
    await setAside(path);
    return { state: 'damaged', problem: `${path} is not valid JSON and was kept aside` };
}

function parse(line: string): { value: unknown } | null {
    try {
        return { value: JSON.parse(line) as unknown };
    } catch {
        return null;
    }
}

/** JSON has no line end outside of strings, and inside it is escaped. */
function lineOf(value: unknown): string {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) {
        throw new TypeError('not a value that JSON could hold');
    }
    return `${text}\n`;
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
