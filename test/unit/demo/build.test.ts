import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, isBuildNeeded } from '../../../demo/build';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const RESULT = 'dist/editor/mailflow-editor.html';

describe('the build before the demo', () => {
    let root: TempFolder;
    beforeEach(() => (root = createTempFolder('build')));
    afterEach(() => root.remove());

    /** Folders get the time of the file as well, because making it has changed them. */
    function write(file: string, seconds: number): void {
        mkdirSync(dirname(join(root.path, file)), { recursive: true });
        writeFileSync(join(root.path, file), '');
        for (let path = file; path !== '.'; path = dirname(path)) {
            utimesSync(join(root.path, path), seconds, seconds);
        }
    }

    it('is needed when there is none, or any source is newer', () => {
        write('src/imap/watcher.ts', 1000);
        assert.equal(isBuildNeeded(root.path), true);
        write(RESULT, 2000);
        assert.equal(isBuildNeeded(root.path), false);
        for (const file of ['src/imap/watcher.ts', 'nodes/locales/de/imap-in.json', 'tsconfig.build.json']) {
            write(file, 3000);
            assert.equal(isBuildNeeded(root.path), true, file);
            write(file, 1000);
        }
        assert.equal(isBuildNeeded(root.path), false);
    });

    it('fails with what the compiler said', async () => {
        const scripts = { build: 'node -e "console.log(\'no such type\'); process.exit(2)"' };
        writeFileSync(join(root.path, 'package.json'), JSON.stringify({ scripts }));
        await assert.rejects(build(root.path, new AbortController().signal), /the build failed:\nno such type/);
    });

    it('ends when it is told to', async () => {
        const scripts = { build: 'node -e "setTimeout(() => {}, 60000)"' };
        writeFileSync(join(root.path, 'package.json'), JSON.stringify({ scripts }));
        await assert.rejects(build(root.path, AbortSignal.timeout(200)), { name: 'AbortError' });
    });
});
