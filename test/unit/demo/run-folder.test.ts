import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRunFolder } from '../../../demo/run-folder';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('the folder of a demo run', () => {
    let parent: TempFolder;
    beforeEach(() => (parent = createTempFolder('runs')));
    afterEach(() => parent.remove());

    function leave(name: string): void {
        mkdirSync(join(parent.path, name));
        writeFileSync(join(parent.path, name, 'flows.json'), '[]');
    }

    it('is named after the process, empty, and removed on request', () => {
        leave(String(process.pid));
        const folder = createRunFolder(join(parent.path, 'new', '.run'));
        assert.equal(folder.path, join(parent.path, 'new', '.run', String(process.pid)));
        writeFileSync(join(folder.path, 'flows.json'), '[]');
        folder.remove();
        assert.deepEqual(readdirSync(join(parent.path, 'new', '.run')), []);
    });

    it('replaces what killed demos have left, and leaves running ones alone', () => {
        const { pid: killed } = spawnSync(process.execPath, ['--version']);
        const running = String(process.ppid);
        for (const name of [String(killed), running, 'old-name', '0', '-1']) {
            leave(name);
        }
        createRunFolder(parent.path);
        assert.deepEqual(readdirSync(parent.path).sort(), [running, String(process.pid)].sort());
        assert.deepEqual(readdirSync(join(parent.path, running)), ['flows.json']);
    });
});
