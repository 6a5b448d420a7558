import type { FileHandle } from 'node:fs/promises';

/** Each write wakes another thread, which costs more than a chunk from the network takes to write. */
const BATCH_BYTES = 512 * 1024;

/** Writes chunks to the end of a file, many at once, while the next ones are gathered. At most two batches are held. */
export class BatchWriter {
    readonly #file: FileHandle;
    #batch: Buffer[] = [];
    #bytes = 0;
    #writing: Promise<void> = Promise.resolve();

    constructor(file: FileHandle) {
        this.#file = file;
    }

    /** Resolves when there is room for more; rejects when an earlier write has failed. */
    async write(chunk: Buffer): Promise<void> {
        this.#batch.push(chunk);
        this.#bytes += chunk.length;
        if (this.#bytes >= BATCH_BYTES) {
            await this.#flush();
        }
    }

    /** Resolves when everything is written; rejects when anything is not. */
    async end(): Promise<void> {
        await this.#flush();
        await this.#writing;
    }

    /** Writes nothing more. Resolves when no write is in progress; never rejects. */
    async abandon(): Promise<void> {
        this.#batch = [];
        this.#bytes = 0;
        await this.#writing.catch(() => undefined);
    }

    async #flush(): Promise<void> {
        await this.#writing;
        const batch = this.#batch;
        this.#batch = [];
        this.#bytes = 0;
        if (batch.length > 0) {
            this.#writing = this.#write(batch);
            // heard of with the next call
            this.#writing.catch(() => undefined);
        }
    }

    async #write(batch: Buffer[]): Promise<void> {
        const bytes = batch.reduce((sum, chunk) => sum + chunk.length, 0);
        const { bytesWritten } = await this.#file.writev(batch);
        if (bytesWritten < bytes) {
            // a volume that is nearly full takes a part and says why only to the next write
            await this.#file.writeFile(Buffer.concat(batch).subarray(bytesWritten));
        }
    }
}
