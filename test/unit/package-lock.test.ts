import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempFolder } from '../support/temp-folder';

const ROOT = join(__dirname, '..', '..');

describe('package-lock.json', () => {
    // an install over an existing tree drops packages that are bundled in others, and a clean install then refuses
    it('is accepted by a clean install', () => {
        const folder = createTempFolder('lock');
        try {
            for (const file of ['package.json', 'package-lock.json']) {
                copyFileSync(join(ROOT, file), join(folder.path, file));
            }
            const args = ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
            const shell = process.platform === 'win32';
            const answer = execFileSync('npm', args, { cwd: folder.path, encoding: 'utf8', shell, stdio: 'pipe' });
            assert.match(answer, /added \d+ packages/);
        } finally {
            folder.remove();
        }
    });
});
