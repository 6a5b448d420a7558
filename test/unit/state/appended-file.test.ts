import assert from 'node:assert/strict';
import {
    appendFileSync,
    constants,
    existsSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    renameSync,
    rmSync,
    writeFileSync
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppendedFile } from '../../../src/state/appended-file';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const DESCRIPTORS = '/proc/self/fd';

describe('a file that is appended to', () => {
    let temp: TempFolder;
    let path: string;
    let file: AppendedFile;

    beforeEach(() => {
        temp = createTempFolder('appended');
        path = join(temp.path, 'lines');
        writeFileSync(path, 'first\n');
        file = new AppendedFile(path, 6);
    });
    afterEach(() => temp.remove());

    function descriptors(): number {
        return readdirSync(DESCRIPTORS).filter(name => {
            try {
                return readlinkSync(join(DESCRIPTORS, name)).startsWith(temp.path);
            } catch {
                // the descriptor of this very look is gone by now
                return false;
            }
        }).length;
    }

    /** Flags that the one descriptor of the file was opened with, see proc(5). */
    function openFlags(): number {
        const number = readdirSync(DESCRIPTORS).find(name => {
            try {
                return readlinkSync(join(DESCRIPTORS, name)) === path;
            } catch {
                return false;
            }
        });
        const info = readFileSync(`/proc/self/fdinfo/${number}`, 'utf8');
        return parseInt(/^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? '', 8);
    }

    it('takes line after line', async () => {
        for (const line of ['second\n', 'third ä\n']) {
            assert.equal(await file.append(line), true);
        }
        assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\nthird ä\n');
    });

    it('has room for 64 KB', async () => {
        assert.equal(await file.append('a'.repeat(64 * 1024 - 6)), true);
        assert.equal(await file.append('b'), false);
        assert.equal(readFileSync(path).length, 64 * 1024);
    });

    for (const [where, flag, synced] of [
        ['a flag that does it', undefined, 0],
        ['no such flag', 0, 2]
    ] as const) {
        it(`has each line on the disk before the next one, where the system has ${where}`, async () => {
            const handle = await open(path);
            const prototype = Object.getPrototypeOf(handle) as FileHandle;
            await handle.close();
            const { datasync } = prototype;
            let count = 0;
            prototype.datasync = function () {
                count++;
                return datasync.call(this);
            };
            try {
                file = new AppendedFile(path, 6, flag);
                assert.equal(await file.append('second\n'), true);
                assert.equal(await file.append('third\n'), true);
            } finally {
                prototype.datasync = datasync;
            }
            assert.equal(count, synced);
            assert.equal((openFlags() & constants.O_SYNC) === constants.O_SYNC, synced === 0);
        });
    }

    // with each line it would cost as much as to write that
    it('notices within a second that another has replaced it, and that it is gone', async () => {
        await file.append('second\n');
        await sleep(600);
        await file.append('again\n');
        await sleep(600);
        renameSync(path, `${path}.previous`);
        writeFileSync(path, 'of another\n');
        assert.equal(await file.append('third\n'), false);
        assert.equal(readFileSync(path, 'utf8'), 'of another\n');
        rmSync(path);
        assert.equal(await new AppendedFile(path, 0).append('line\n'), false);
        assert.equal(existsSync(path), false);
    });

    it('lets another append as well', async () => {
        await file.append('second\n');
        appendFileSync(path, 'of another\n');
        assert.equal(await file.append('third\n'), true);
        assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\nof another\nthird\n');
    });

    it('rejects what cannot be written', async () => {
        await assert.rejects(new AppendedFile(temp.path, 0).append('line\n'), { code: 'EISDIR' });
    });

    it('holds a descriptor while lines follow each other, and no longer', async function () {
        if (!existsSync(DESCRIPTORS)) {
            this.skip();
        }
        for (const line of ['second\n', 'third\n']) {
            assert.equal(await file.append(line), true);
            assert.equal(descriptors(), 1);
            await sleep(1_500);
            assert.equal(descriptors(), 0);
        }
        assert.equal(await file.append('fourth\n'), true);
        assert.equal(await file.append('x'.repeat(64 * 1024)), false);
        assert.equal(descriptors(), 0);
        assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\nthird\nfourth\n');
    });
});
