import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../src/state/make-folder';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('makeFolder', () => {
    let temp: TempFolder;
    beforeEach(() => (temp = createTempFolder('make-folder')));
    afterEach(() => temp.remove());

    it('makes a folder and those above it, for its owner alone', async () => {
        await makeFolder(join(temp.path, 'a', 'b', 'c'));
        for (const made of ['a', 'a/b', 'a/b/c']) {
            assert.equal(statSync(join(temp.path, made)).mode & 0o777, 0o700);
        }
    });

    it('leaves a folder that exists as it is', async () => {
        mkdirSync(join(temp.path, 'a'), { mode: 0o755 });
        await makeFolder(join(temp.path, 'a'));
        assert.equal(statSync(join(temp.path, 'a')).mode & 0o777, 0o755);
    });

    it('follows a link to a folder', async () => {
        mkdirSync(join(temp.path, 'a'));
        symlinkSync(join(temp.path, 'a'), join(temp.path, 'link'));
        await makeFolder(join(temp.path, 'link'));
        await makeFolder(join(temp.path, 'link', 'b'));
        assert.ok(statSync(join(temp.path, 'a', 'b')).isDirectory());
    });

    it('is content when many ask at the same time', async () => {
        const path = join(temp.path, 'a', 'b', 'c');
        await Promise.all(Array.from({ length: 10 }, () => makeFolder(path)));
        assert.ok(statSync(path).isDirectory());
    });

    for (const [what, below] of [
        ['at a regular file', 'file'],
        ['below a regular file', 'file/a/b']
    ] as const) {
        it(`rejects ${what}`, async () => {
            writeFileSync(join(temp.path, 'file'), '');
            await assert.rejects(makeFolder(join(temp.path, below)), /EEXIST|ENOTDIR/);
        });
    }

    // Node's own recursive mkdir never ends here, because /proc answers ENOENT although it exists itself
    it('ends where a file system denies that a folder can be made', async function () {
        if (process.platform !== 'linux') {
            return;
        }
        await assert.rejects(makeFolder('/proc/mailflow/a'), /ENOENT|EACCES|EPERM/);
    });
});
