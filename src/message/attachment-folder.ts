import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../state/make-folder';
import { diskName } from './attachment-name';
import { BatchWriter } from './batch-writer';
import { type ErrorKind, MailError, MailErrorCode } from './mail-error';

/** Waiting helps: somebody makes room, or other work lets go of its files. */
const TEMPORARY = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ETIMEDOUT', 'EAGAIN']);
/** Attachments must not fill a disk that the runtime and others need: so much of it stays free. */
const RESERVED_SHARE = 0.05;
const RESERVED_BYTES = 1024 ** 3;

export interface WrittenFile {
    /** Absolute. */
    path: string;
    size: number;
}

/** Bytes of the volume that a folder lies on: in all, and those that a user other than root may still fill. */
export interface VolumeSize {
    total: number;
    free: number;
}

/** Where the attachments of one mail go. Remembers what it wrote, so that a mail that fails leaves nothing behind. */
export class AttachmentFolder {
    readonly #folder: string;
    readonly #volumeOf: (folder: string) => Promise<VolumeSize>;
    readonly #written: string[] = [];
    #room: number | null = null;

    constructor(folder: string, volumeOf = volumeSize) {
        this.#folder = folder;
        this.#volumeOf = volumeOf;
    }

    /**
     * Streams the content into a new file that only the runtime's user may read. Throws MailError when the folder cannot
     * take it, and whatever the content fails with; the partial file is removed in both cases.
     */
    async write(content: AsyncIterable<Buffer>, name: string): Promise<WrittenFile> {
        const room = (this.#room ??= await this.#measureRoom());
        const path = join(this.#folder, diskName(new Date(), randomBytes(6), name));
        // "wx" refuses whatever lies there already, symbolic links included
        const file = await this.#guard(open(path, 'wx', 0o600));
        this.#written.push(path);
        const writer = new BatchWriter(file);
        let size = 0;
        try {
            for await (const chunk of content) {
                size += chunk.length;
                if (size > room) {
                    throw this.#error('temporary', 'its disk is nearly full');
                }
                await this.#guard(writer.write(chunk));
            }
            await this.#guard(writer.end());
        } catch (error) {
            // the first failure is the one to report
            await writer.abandon();
            await file.close().catch(() => undefined);
            await this.#remove(path);
            throw error;
        }
        await this.#guard(file.close());
        this.#room = room - size;
        return { path, size };
    }

    /** Removes everything that was written for this mail. */
    async discard(): Promise<void> {
        for (const path of this.#written.splice(0)) {
            await this.#remove(path);
        }
    }

    async #measureRoom(): Promise<number> {
        // a relative path would point to wherever the runtime was started
        if (!isAbsolute(this.#folder)) {
            throw this.#error('configuration', 'its path is not absolute');
        }
        await this.#guard(makeFolder(this.#folder));
        const { total, free } = await this.#guard(this.#volumeOf(this.#folder));
        return free - Math.min(RESERVED_BYTES, total * RESERVED_SHARE);
    }

    async #remove(path: string): Promise<void> {
        // a file that cannot be removed must not hide the failure that led here
        await rm(path, { force: true }).catch(() => undefined);
    }

    async #guard<T>(work: Promise<T>): Promise<T> {
        try {
            return await work;
        } catch (error) {
            const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
            throw this.#error(TEMPORARY.has(code) ? 'temporary' : 'configuration', code, error);
        }
    }

    #error(kind: ErrorKind, problem: string, cause?: unknown): MailError {
        return new MailError({
            code: MailErrorCode.AttachmentFolder,
            kind,
            step: 'attachment',
            problem: `the folder ${this.#folder} cannot take the attachment (${problem})`,
            remedy: 'Check that the folder exists, is writable and has room, or choose another one in the node.',
            cause
        });
    }
}

async function volumeSize(folder: string): Promise<VolumeSize> {
    const { blocks, bavail, bsize } = await statfs(folder);
    return { total: blocks * bsize, free: bavail * bsize };
}
