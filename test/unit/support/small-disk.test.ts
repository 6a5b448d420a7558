import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { requireSmallDisk } from '../../support/small-disk';

describe('a small disk that cannot be mounted', () => {
    const { PATH, CI } = process.env;
    const { warn } = console;
    const lines: string[] = [];
    let folder: string;
    /** Throws as mocha's does. */
    const test = {
        test: { title: 'the disk is full' },
        skip: () => {
            throw new Error('skipped');
        }
    } as unknown as Context;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), 'mailflow-disk-'));
        lines.length = 0;
        console.warn = (line: string) => lines.push(line);
        // without the program "mount"
        process.env.PATH = folder;
        delete process.env.CI;
    });
    afterEach(() => {
        console.warn = warn;
        process.env.PATH = PATH;
        if (CI === undefined) {
            delete process.env.CI;
        } else {
            process.env.CI = CI;
        }
        rmSync(folder, { recursive: true });
    });

    it('skips its test with one line that says which, and what it needs', () => {
        assert.throws(() => requireSmallDisk(test, folder), /^Error: skipped$/);
        assert.equal(lines.length, 1);
        assert.match(lines[0] ?? '', /^ +skipped "the disk is full", .*\(.*ENOENT.*\): run as root.*$/);
    });

    it('fails where CI is set', () => {
        process.env.CI = 'true';
        assert.throws(() => requireSmallDisk(test, folder), /small disk cannot be mounted/);
        assert.deepEqual(lines, []);
    });
});
