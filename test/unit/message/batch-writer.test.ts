import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchWriter } from '../../../src/message/batch-writer';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const BATCH = 512 * 1024;

/** A file of which a test says what becomes of each write. */
class FakeFile {
    readonly sizes: number[] = [];
    readonly chunks: Buffer[] = [];
    running = 0;
    most = 0;

    constructor(private readonly take: (bytes: number) => number) {}

    async writev(batch: Buffer[]): Promise<{ bytesWritten: number }> {
        const bytes = Buffer.concat(batch);
        const taken = await this.#during(bytes);
        return { bytesWritten: taken };
    }

    async writeFile(bytes: Buffer): Promise<void> {
        await this.#during(bytes);
    }

    async #during(bytes: Buffer): Promise<number> {
        this.most = Math.max(this.most, ++this.running);
        await new Promise(resolve => setImmediate(resolve));
        this.running--;
        const taken = this.take(bytes.length);
        this.sizes.push(taken);
        this.chunks.push(bytes.subarray(0, taken));
        return taken;
    }
}

function writerOf(file: FakeFile): BatchWriter {
    return new BatchWriter(file as unknown as FileHandle);
}

async function writeAll(writer: BatchWriter, chunks: number, bytes: number): Promise<void> {
    for (let index = 0; index < chunks; index++) {
        await writer.write(Buffer.alloc(bytes, index));
    }
}

describe('the batch writer', () => {
    let temp: TempFolder;

    beforeEach(() => {
        temp = createTempFolder('batches');
    });

    afterEach(() => {
        temp.remove();
    });

    it('writes what it was given in that order', async () => {
        const path = join(temp.path, 'file');
        const file = await open(path, 'wx');
        const writer = new BatchWriter(file);
        const chunks = Array.from({ length: 100 }, (_, index) => Buffer.alloc(1 + index * 997, index));
        for (const chunk of chunks) {
            await writer.write(chunk);
        }
        await writer.end();
        await file.close();
        assert.ok(readFileSync(path).equals(Buffer.concat(chunks)));
    });

    it('writes many chunks at once, and one batch after the other', async () => {
        const file = new FakeFile(bytes => bytes);
        const writer = writerOf(file);
        await writeAll(writer, 40, BATCH / 16);
        await writer.end();
        assert.deepEqual([file.sizes, file.most], [[BATCH, BATCH, BATCH / 2], 1]);
    });

    it('goes on where a volume took only a part', async () => {
        let isFirst = true;
        const file = new FakeFile(bytes => {
            const taken = isFirst ? 1000 : bytes;
            isFirst = false;
            return taken;
        });
        const writer = writerOf(file);
        await writeAll(writer, 3, BATCH / 2);
        await writer.end();
        const wanted = Buffer.concat([0, 1, 2].map(index => Buffer.alloc(BATCH / 2, index)));
        assert.ok(Buffer.concat(file.chunks).equals(wanted));
    });

    it('tells of a failed write with the next call, and at the end again', async () => {
        const writer = writerOf(
            new FakeFile(() => {
                throw new Error('disk full');
            })
        );
        await writeAll(writer, 2, BATCH / 2);
        await assert.rejects(writeAll(writer, 2, BATCH / 2), /disk full/);
        await assert.rejects(writer.end(), /disk full/);
    });

    it('writes no more when it is abandoned, and lets a write end that has begun', async () => {
        const file = new FakeFile(bytes => bytes);
        const writer = writerOf(file);
        await writeAll(writer, 3, BATCH / 2);
        await writer.abandon();
        assert.deepEqual([file.sizes, file.running], [[BATCH], 0]);
    });

    it('writes nothing when there is nothing', async () => {
        const file = new FakeFile(bytes => bytes);
        await writerOf(file).end();
        assert.deepEqual(file.sizes, []);
    });
});
