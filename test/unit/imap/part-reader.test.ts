import assert from 'node:assert/strict';
import type { OpenFolder } from '../../../src/imap/open-folder';
import { readOutline } from '../../../src/imap/outline';
import { readPart } from '../../../src/imap/part-reader';

const PIECE = 4 * 1024 * 1024;
const CHUNK = 1024 * 1024;

/** A server's part, of which every piece that is asked for is remembered. */
class FakeFolder {
    readonly asked: Array<[start: number, length: number]> = [];
    open = 0;
    #bytes: number;

    constructor(bytes: number) {
        this.#bytes = bytes;
    }

    async *piece(_uid: number, _part: string, start: number, length: number): AsyncGenerator<Buffer> {
        this.asked.push([start, length]);
        this.open++;
        try {
            const end = Math.min(this.#bytes, start + length);
            for (let at = start; at < end; at += CHUNK) {
                await new Promise(resolve => setImmediate(resolve));
                yield Buffer.alloc(Math.min(CHUNK, end - at));
            }
        } finally {
            this.open--;
        }
    }
}

function read(folder: FakeFolder, octets: number): AsyncGenerator<Buffer> {
    const part = readOutline({ type: 'application/pdf', size: octets }, true);
    return readPart(folder as unknown as OpenFolder, 1, part);
}

async function sizeOf(chunks: AsyncIterable<Buffer>): Promise<number> {
    let bytes = 0;
    for await (const chunk of chunks) {
        bytes += chunk.length;
    }
    return bytes;
}

describe('a part read in pieces', () => {
    it('is complete, one piece after the other', async () => {
        const folder = new FakeFolder(2.5 * PIECE);
        assert.equal(await sizeOf(read(folder, 2.5 * PIECE)), 2.5 * PIECE);
        assert.deepEqual(folder.asked, [
            [0, PIECE],
            [PIECE, PIECE],
            [2 * PIECE, PIECE / 2]
        ]);
    });

    it('is empty without a question to the server', async () => {
        const folder = new FakeFolder(0);
        assert.equal(await sizeOf(read(folder, 0)), 0);
        assert.deepEqual(folder.asked, []);
    });

    it('asks for no more when its reader gives up', async () => {
        const folder = new FakeFolder(10 * PIECE);
        for await (const chunk of read(folder, 10 * PIECE)) {
            assert.equal(chunk.length, CHUNK);
            break;
        }
        assert.deepEqual([folder.open, folder.asked.length], [0, 1]);
    });

    for (const [what, given] of [
        ['ends before the server said', 1.5 * PIECE],
        ['is not there', 0]
    ] as const) {
        it(`fails when it ${what}`, async () => {
            await assert.rejects(sizeOf(read(new FakeFolder(given), 2 * PIECE)), { code: 'UNREADABLE' });
        });
    }

    it('fails when a piece is longer than asked for', async () => {
        const folder = {
            piece: async function* () {
                yield await Promise.resolve(Buffer.alloc(17));
            }
        };
        await assert.rejects(sizeOf(read(folder as unknown as FakeFolder, 16)), { code: 'UNREADABLE' });
    });
});
