import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { AttachmentFolder } from '../../../src/message/attachment-folder';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { requireSmallDisk } from '../../support/small-disk';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

async function* contentOf(...chunks: string[]): AsyncGenerator<Buffer> {
    for (const chunk of chunks) {
        yield await Promise.resolve(Buffer.from(chunk));
    }
}

async function* broken(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from('begin'));
    throw new Error('line cut');
}

function isFolderError(kind: string, path: string): (error: unknown) => boolean {
    return error =>
        error instanceof MailError &&
        error.code === MailErrorCode.AttachmentFolder &&
        error.step === 'attachment' &&
        error.kind === kind &&
        error.message.includes(path);
}

describe('attachment folder', () => {
    let temp: TempFolder;

    beforeEach(() => {
        temp = createTempFolder('attachments');
    });

    afterEach(() => {
        temp.remove();
    });

    it('writes content to a file of its own that nobody else may read', async () => {
        const folder = new AttachmentFolder(temp.path);
        const first = await folder.write(contentOf('one', ' two'), 'x.txt');
        const second = await folder.write(contentOf('other'), 'x.txt');
        assert.equal(readFileSync(first.path, 'utf8'), 'one two');
        assert.equal(first.size, 7);
        assert.notEqual(first.path, second.path);
        assert.ok(isAbsolute(first.path) && first.path.endsWith('-x.txt'));
        assert.equal(statSync(first.path).mode & 0o777, 0o600);
    });

    it('creates the folder when it is missing', async () => {
        const { path } = await new AttachmentFolder(join(temp.path, 'a', 'b')).write(contentOf('x'), 'x');
        assert.equal(readFileSync(path, 'utf8'), 'x');
    });

    it('writes an empty file for empty content', async () => {
        const { path, size } = await new AttachmentFolder(temp.path).write(contentOf(), 'x');
        assert.equal(size, 0);
        assert.equal(statSync(path).size, 0);
    });

    it('removes the partial file when the content fails, and passes the failure on', async () => {
        await assert.rejects(new AttachmentFolder(temp.path).write(broken(), 'x'), /line cut/);
        assert.deepEqual(readdirSync(temp.path), []);
    });

    it('removes all files of a mail on request, and no other', async () => {
        writeFileSync(join(temp.path, 'other'), 'x');
        const folder = new AttachmentFolder(temp.path);
        await folder.write(contentOf('a'), 'a');
        await folder.write(contentOf('b'), 'b');
        await folder.discard();
        assert.deepEqual(readdirSync(temp.path), ['other']);
    });

    it('names a folder that cannot be written', async () => {
        const file = join(temp.path, 'file');
        writeFileSync(file, '');
        const path = join(file, 'below');
        await assert.rejects(
            new AttachmentFolder(path).write(contentOf('x'), 'x'),
            isFolderError('configuration', path)
        );
    });

    it('refuses a path that depends on where the runtime was started', async () => {
        for (const path of ['', 'attachments']) {
            await assert.rejects(
                new AttachmentFolder(path).write(contentOf('x'), 'x'),
                isFolderError('configuration', path)
            );
        }
    });

    it('leaves a twentieth of the disk free, and removes what would not', async () => {
        const folder = new AttachmentFolder(temp.path, () => Promise.resolve({ total: 200, free: 20 }));
        await folder.write(contentOf('123456'), 'fits');
        await assert.rejects(folder.write(contentOf('123', '45'), 'x'), isFolderError('temporary', temp.path));
        assert.equal(readdirSync(temp.path).filter(name => name.endsWith('-x')).length, 0);
        await folder.write(contentOf('1234'), 'fits too');
    });

    it('reports a disk that is full in the midst of a file, and leaves nothing on it', async function () {
        const path = join(temp.path, 'small');
        const disk = requireSmallDisk(this, path);
        try {
            // as a disk that somebody else fills meanwhile
            const folder = new AttachmentFolder(path, () => Promise.resolve({ total: 1024 ** 4, free: 1024 ** 4 }));
            const chunk = 'x'.repeat(64 * 1024);
            const large = contentOf(...Array.from({ length: 40 }, () => chunk));
            await assert.rejects(folder.write(large, 'large.bin'), isFolderError('temporary', path));
            assert.deepEqual(readdirSync(path), []);
            assert.equal((await folder.write(contentOf(chunk), 'small.bin')).size, chunk.length);
        } finally {
            disk.unmount();
        }
    });

    it('leaves a gigabyte free of a large disk', async () => {
        const volume = { total: 10 ** 13, free: 1024 ** 3 + 3 };
        const folder = new AttachmentFolder(temp.path, () => Promise.resolve(volume));
        await folder.write(contentOf('123'), 'fits');
        await assert.rejects(folder.write(contentOf('1'), 'x'), /nearly full/);
    });
});
