import { constants, open, stat, type FileHandle } from 'node:fs/promises';

/** Beyond this the file has to be written anew. */
const MAX_BYTES = 64 * 1024;
/** Who else replaces the file is noticed after this; to look at it with each line costs as much as to write the line. */
const LOOK_MS = 1_000;
/** Batches of mails follow each other in milliseconds; later on, a descriptor is worth more to others. */
const IDLE_MS = 1_000;

/** With this flag a write is over when it is on the disk. Windows does not have it. */
const { O_SYNC } = constants as { O_SYNC?: number };

/** The end of a file that one writer appends lines to, each of them on the disk before the next one. */
export class AppendedFile {
    readonly #path: string;
    #size: number;
    readonly #syncFlag: number;
    #handle: FileHandle | null = null;
    #ino = 0;
    #lookedAt = 0;
    #idle: NodeJS.Timeout | undefined;

    /**
     * @param size of the file as it lies there, which ends with a whole line.
     * @param syncFlag 0 where there is none: each write is followed by a sync then, which costs more.
     */
    constructor(path: string, size: number, syncFlag = O_SYNC ?? 0) {
        this.#path = path;
        this.#size = size;
        this.#syncFlag = syncFlag;
    }

    /**
     * Resolves with true when the line is on the disk; with false when it has no room in the file, or the file is not the
     * one any more that it was. After that, and after it has rejected, it must not be used again.
     */
    async append(line: string): Promise<boolean> {
        const bytes = Buffer.byteLength(line);
        let isAppended = false;
        try {
            isAppended = this.#size + bytes <= MAX_BYTES && (await this.#write(line, bytes));
            this.#size += bytes;
            return isAppended;
        } finally {
            if (isAppended) {
                this.#idle?.refresh();
                this.#idle ??= setTimeout(() => void this.#close(), IDLE_MS).unref();
            } else {
                await this.#close();
            }
        }
    }

    async #write(line: string, bytes: number): Promise<boolean> {
        const handle = this.#handle ?? (await this.#open());
        if (!handle) {
            return false;
        }
        // a disk that is nearly full takes a part of it, and says so only to the next write
        const { bytesWritten } = await handle.write(line);
        if (this.#syncFlag === 0) {
            await handle.datasync();
        }
        return bytesWritten === bytes && (await this.#isThere());
    }

    /** Who else writes this file replaces it, and what is appended to the replaced one is lost. */
    async #isThere(): Promise<boolean> {
        if (performance.now() - this.#lookedAt < LOOK_MS) {
            return true;
        }
        const there = await stat(this.#path).catch(() => null);
        this.#lookedAt = performance.now();
        return there?.ino === this.#ino;
    }

    /** Null when the file is gone. */
    async #open(): Promise<FileHandle | null> {
        const flags = constants.O_WRONLY | constants.O_APPEND | this.#syncFlag;
        this.#handle = await open(this.#path, flags).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') {
                return null;
            }
            throw error;
        });
        this.#ino = (await this.#handle?.stat())?.ino ?? 0;
        this.#lookedAt = performance.now();
        return this.#handle;
    }

    async #close(): Promise<void> {
        clearTimeout(this.#idle);
        this.#idle = undefined;
        const handle = this.#handle;
        this.#handle = null;
        // every line that counts is on the disk; how the descriptor ends changes nothing
        await handle?.close().catch(() => undefined);
    }
}
