import assert from 'node:assert/strict';
import type { OpenFolder } from '../../../src/imap/open-folder';
import { readOutline } from '../../../src/imap/outline';
import { readPart } from '../../../src/imap/part-reader';

const PIECE = 4200 * 78;

/** A server's part, of which every piece that is asked for is remembered. */
class FakeFolder {
    readonly asked: number[] = [];
    open = 0;
    #bytes: number;

    constructor(bytes: number) {
        this.#bytes = bytes;
    }

    async piece(_uid: number, _part: string, start: number, length: number): Promise<Buffer> {
        this.asked.push(start);
        this.open++;
        await new Promise(resolve => setImmediate(resolve));
        this.open--;
        return Buffer.alloc(Math.max(0, Math.min(length, this.#bytes - start)));
    }
}

function read(folder: FakeFolder, octets: number): AsyncGenerator<Buffer> {
    const part = readOutline({ type: 'application/pdf', size: octets }, true);
    return readPart(folder as unknown as OpenFolder, 1, part);
}

describe('a part read in pieces', () => {
    it('is complete, with one piece asked for ahead and no more', async () => {
        const folder = new FakeFolder(2.5 * PIECE);
        const pieces = read(folder, 2.5 * PIECE);
        let bytes = ((await pieces.next()).value as Buffer).length;
        assert.deepEqual(folder.asked, [0, PIECE]);
        for await (const piece of pieces) {
            bytes += piece.length;
        }
        assert.equal(bytes, 2.5 * PIECE);
        assert.deepEqual(folder.asked, [0, PIECE, 2 * PIECE]);
    });

    it('is empty without a question to the server', async () => {
        const folder = new FakeFolder(0);
        assert.equal((await read(folder, 0).next()).done, true);
        assert.deepEqual(folder.asked, []);
    });

    it('leaves nothing on its way when its reader gives up', async () => {
        const folder = new FakeFolder(10 * PIECE);
        for await (const piece of read(folder, 10 * PIECE)) {
            assert.equal(piece.length, PIECE);
            break;
        }
        assert.equal(folder.open, 0);
    });

    it('fails when it ends before the server said', async () => {
        const pieces = read(new FakeFolder(1.5 * PIECE), 2 * PIECE);
        await pieces.next();
        await assert.rejects(pieces.next(), { code: 'UNREADABLE' });
    });
});
