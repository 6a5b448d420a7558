import assert from 'node:assert/strict';
import {
    appendFileSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { FileStore } from '../../../src/state/file-store';
import type { Loaded } from '../../../src/state/store';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

/** A value that says the same without those before it. */
function append(store: FileStore, key: string, value: unknown): Promise<void> {
    return store.append(key, value, () => value);
}

function newest(loaded: Loaded): object {
    const { earlier, ...rest } = { earlier: [], ...loaded };
    assert.ok(Array.isArray(earlier));
    return rest;
}

describe('FileStore', () => {
    let temp: TempFolder;
    let folder: string;
    let store: FileStore;

    beforeEach(() => {
        temp = createTempFolder('file-store');
        folder = join(temp.path, 'mailflow', 'ledger');
        store = new FileStore(folder);
    });

    afterEach(() => temp.remove());

    function files(): string[] {
        return readdirSync(folder);
    }

    /** The file that the last save has made. */
    function file(): string {
        return join(folder, files().find(name => !name.endsWith('.previous')) as string);
    }

    it('gives back what was saved, to another instance too', async () => {
        const value = { text: 'ä„\u0000', number: 1.5, list: [null, true], nested: { deep: {} } };
        await store.save('key', value);
        assert.deepEqual(newest(await new FileStore(folder).load('key')), { state: 'present', value });
    });

    it('keeps the value of the moment, whatever becomes of the object', async () => {
        await append(store, 'other', { pending: {} });
        const value = { pending: { 1: 'one' } as Record<string, string> };
        const saved = [store.save('key', value), append(store, 'other', value)];
        value.pending['2'] = 'two';
        await Promise.all(saved);
        for (const key of ['key', 'other']) {
            assert.deepEqual(newest(await store.load(key)), { state: 'present', value: { pending: { 1: 'one' } } });
        }
    });

    it('has nothing where nothing was saved, and makes nothing by looking', async () => {
        assert.deepEqual(await store.load('key'), { state: 'absent' });
        assert.deepEqual(readdirSync(temp.path), []);
    });

    it('replaces what was saved before', async () => {
        await store.save('key', { a: 'a long value that must not shine through' });
        await store.save('key', 1);
        assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 1 });
        assert.equal(files().length, 2);
    });

    it('keeps what the last save has replaced, and nothing older', async () => {
        assert.deepEqual(await store.loadPrevious('key'), { state: 'absent' });
        for (const value of [1, 2, 3]) {
            await store.save('key', value);
        }
        assert.deepEqual(newest(await store.loadPrevious('key')), { state: 'present', value: 2 });
        assert.equal(files().length, 2);
    });

    it('is not without a value when a crash came between the two renames of a save', async () => {
        await store.save('key', 1);
        await store.save('key', 2);
        renameSync(file(), `${file()}.previous`);
        // it may also be that the newest was kept aside, so whoever cares is told
        assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 2, isOutdated: true });
        assert.deepEqual(newest(await store.loadPrevious('key')), { state: 'present', value: 2 });
    });

    it('tells when the newest value was written, readable or not', async () => {
        assert.equal(await store.writtenAt('key'), null);
        await store.save('key', 1);
        const then = new Date('2026-11-20T10:00:00Z');
        writeFileSync(file(), '{"half');
        utimesSync(file(), then, then);
        assert.deepEqual(await store.writtenAt('key'), then);
    });

    it('lets only the owner read, whatever the mask of the process', async () => {
        const mask = process.umask(0);
        try {
            await store.save('key', 1);
        } finally {
            process.umask(mask);
        }
        assert.equal(statSync(file()).mode & 0o777, 0o600);
        assert.equal(statSync(folder).mode & 0o777, 0o700);
    });

    describe('with a file that is no JSON', () => {
        for (const [what, content] of [
            ['cut short', '{"a": [1, 2'],
            ['empty', ''],
            ['of zeros, as a file system leaves it after a power cut', '\0'.repeat(100)]
        ] as const) {
            it(`keeps it aside when it is ${what}`, async () => {
                await store.save('key', 1);
                writeFileSync(file(), content);
                const loaded = await store.load('key');
                assert.equal(loaded.state, 'damaged');
                assert.match(loaded.problem, /\.json is not valid JSON and was kept aside$/);
                assert.deepEqual(
                    files().map(name => name.replace(/\d+$/, '')),
                    [`${files()[0]?.split('.')[0]}.json.damaged-`]
                );
                assert.equal(readFileSync(file(), 'utf8'), content);
                assert.deepEqual(await store.load('key'), { state: 'absent' });
            });
        }
    });

    describe('that appends', () => {
        it('gives back the last value, to another instance too', async () => {
            for (const value of [1, { text: 'line\nbreak\u2028' }, 'last']) {
                await append(store, 'key', value);
                assert.deepEqual(newest(await new FileStore(folder).load('key')), { state: 'present', value });
            }
            assert.equal(files().length, 2);
            assert.equal(readFileSync(file(), 'utf8'), '{"text":"line\\nbreak\u2028"}\n"last"\n');
        });

        it('gives back what a value was appended to, and asks for the whole of it only to write the file anew', async () => {
            const asked: number[] = [];
            const add = (number: number): Promise<void> =>
                store.append('key', { added: number, room: '.'.repeat(20_000) }, () => {
                    asked.push(number);
                    return { whole: number };
                });
            const numbers = (values: readonly unknown[]): number[] =>
                values.map(value => Object.values(value as Record<string, number>)[0] as number);
            for (let number = 1; number <= 5; number++) {
                await add(number);
            }
            // the first has no file beside it, the second has no file that this store may go on with
            const loaded = await new FileStore(folder).load('key');
            assert.ok(loaded.state === 'present');
            assert.deepEqual([numbers([loaded.value]), numbers(loaded.earlier), asked], [[5], [2, 3, 4], [1, 2]]);
            await add(6);
            const after = await store.load('key');
            assert.deepEqual(after, { state: 'present', value: { whole: 6 }, earlier: [] });
        });

        it('names a damaged line among the others', async () => {
            for (const value of ['one', 'two', 'three', 'four']) {
                await append(store, 'key', value);
            }
            writeFileSync(file(), readFileSync(file(), 'utf8').replace('"three"', '"thr\0'));
            const earlier = ['two', null];
            assert.deepEqual(await store.load('key'), { state: 'present', value: 'four', earlier });
        });

        it('takes turns with saves', async () => {
            await append(store, 'key', 1);
            await store.save('key', 2);
            await append(store, 'key', 3);
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 3 });
            await store.save('key', 4);
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 4 });
        });

        it('writes the file anew before it grows beyond 64 KB, and keeps the one before', async () => {
            const value = (number: number): string => String(number).padStart(20_000, '.');
            for (let number = 1; number <= 5; number++) {
                await append(store, 'key', value(number));
                assert.ok(statSync(file()).size <= 64 * 1024);
            }
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: value(5) });
            assert.deepEqual(newest(await store.loadPrevious('key')), { state: 'present', value: value(4) });
            assert.equal(files().length, 2);
        });

        it('keeps a value that is larger than that', async () => {
            for (const value of ['a'.repeat(300_000), 'b'.repeat(300_000)]) {
                await append(store, 'key', value);
                assert.deepEqual(newest(await store.load('key')), { state: 'present', value });
            }
        });

        it('does not count half a line that a power cut has left, and writes nothing behind it', async () => {
            await append(store, 'key', 'relied on');
            appendFileSync(file(), '"never rel');
            const next = new FileStore(folder);
            assert.deepEqual(newest(await next.load('key')), { state: 'present', value: 'relied on' });
            await append(next, 'key', 'next');
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 'next' });
        });

        it('keeps a file aside whose last line is damaged, and finds the line before it', async () => {
            for (const value of [1, 2, 3]) {
                await append(store, 'key', value);
            }
            writeFileSync(file(), readFileSync(file(), 'utf8').replace('3', '\0'));
            assert.equal((await store.load('key')).state, 'damaged');
            assert.deepEqual(newest(await store.loadPrevious('key')), { state: 'present', value: 2 });
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 2, isOutdated: true });
        });

        it('finds it also when a crash has cut that off before, wherever that was', async () => {
            for (const value of [1, 2, 3]) {
                await append(store, 'key', value);
            }
            writeFileSync(file(), readFileSync(file(), 'utf8').replace('3', '\0'));
            const [damaged, path] = [readFileSync(file()), file()];
            assert.equal((await store.load('key')).state, 'damaged');
            // all that is there again but for the step that came last
            writeFileSync(path, damaged);
            for (const name of files().filter(other => other.includes('.damaged-'))) {
                rmSync(join(folder, name));
            }
            writeFileSync(`${path}.before`, '2\n');
            assert.equal((await store.load('key')).state, 'damaged');
            assert.deepEqual(newest(await store.loadPrevious('key')), { state: 'present', value: 2 });
        });

        it('goes on when somebody has removed the file, or its folder', async () => {
            await append(store, 'key', 1);
            rmSync(file());
            await append(store, 'key', 2);
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 2 });
            assert.equal(statSync(file()).mode & 0o777, 0o600);
            rmSync(folder, { recursive: true });
            await append(store, 'key', 3);
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 3 });
        });

        it('rejects what it could not write, and leaves a file behind that can be read', async () => {
            await append(store, 'key', 1);
            await append(store, 'key', 2);
            const path = file();
            rmSync(path);
            mkdirSync(path);
            await assert.rejects(append(store, 'key', 3), { code: 'EISDIR' });
            rmSync(path, { recursive: true });
            // as a full disk leaves it, half-written by the append that failed
            writeFileSync(path, '2\n"hal');
            await append(store, 'key', 4);
            assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 4 });
        });
    });

    it('reads a file of one value without a line end, as earlier versions wrote it', async () => {
        await store.save('key', 1);
        writeFileSync(file(), '{"a": 1}');
        assert.deepEqual(newest(await store.load('key')), { state: 'present', value: { a: 1 } });
    });

    it('sets a value aside on request', async () => {
        await store.save('key', { evidence: true });
        await store.setAside('key');
        assert.deepEqual(await store.load('key'), { state: 'absent' });
        assert.equal(readFileSync(file(), 'utf8'), '{"evidence":true}\n');
    });

    it('is not led astray by a half-written file that a crash left behind', async () => {
        await store.save('key', 'old');
        writeFileSync(`${file()}.new`, '{"half');
        assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 'old' });
        await store.save('key', 'new');
        assert.deepEqual(newest(await store.load('key')), { state: 'present', value: 'new' });
    });

    // A node that closes slowly and its successor save the same ledger
    it('never mixes two saves of one key', async () => {
        const values = Array.from({ length: 20 }, (_unused, index) => String(index % 10).repeat(100_000 + index));
        const other = new FileStore(folder);
        await Promise.all(values.map((value, index) => (index % 2 ? store : other).save('key', value)));
        const loaded = await store.load('key');
        assert.ok(loaded.state === 'present' && values.includes(loaded.value as string));
        assert.equal(files().length, 2);
    });

    it('keeps keys apart, also those that a file system might not', async () => {
        const keys = ['key', 'KEY', 'key ', 'key.', 'ключ', 'k\u0000ey', '["a","b"]', '["a","B"]', ''];
        for (const [index, key] of keys.entries()) {
            await store.save(key, index);
        }
        for (const [index, key] of keys.entries()) {
            assert.deepEqual(newest(await store.load(key)), { state: 'present', value: index });
        }
    });

    for (const key of ['../../outside', '/etc/passwd', '..', 'a/b', 'a\\b', 'CON', 'x'.repeat(10_000), '__proto__']) {
        it(`stays in its folder with the key ${JSON.stringify(key.slice(0, 20))}`, async () => {
            await store.save(key, 1);
            assert.deepEqual(newest(await store.load(key)), { state: 'present', value: 1 });
            assert.deepEqual(readdirSync(temp.path), ['mailflow']);
            assert.deepEqual(readdirSync(join(temp.path, 'mailflow')), ['ledger']);
            assert.match(files().join(), /^[0-9a-f]{32}\.json$/);
        });
    }

    it('removes a value and the one before it', async () => {
        await store.save('key', 1);
        await store.save('key', 2);
        await store.save('other', 3);
        const before = files().length;
        await store.remove('key');
        assert.equal(files().length, before - 2);
        assert.deepEqual(await store.load('key'), { state: 'absent' });
        assert.deepEqual(newest(await store.load('other')), { state: 'present', value: 3 });
        await store.remove('key');
    });

    it('has nothing to remove from a folder that was never made', async () => {
        await store.remove('key');
    });

    describe('rejects', () => {
        it('a save into a folder that cannot be made', async () => {
            writeFileSync(join(temp.path, 'mailflow'), 'a file');
            await assert.rejects(store.save('key', 1), /EEXIST|ENOTDIR/);
        });

        it('a save over something that cannot be replaced, and keeps nothing half-done', async () => {
            await store.save('key', 1);
            mkdirSync(join(`${file()}.previous`, 'x'), { recursive: true });
            const before = files();
            await assert.rejects(store.save('key', 2), /EISDIR|ENOTEMPTY|EEXIST/);
            assert.deepEqual(files(), before);
        });

        it('a value that is not JSON', async () => {
            await assert.rejects(store.save('key', undefined));
            await assert.rejects(store.save('key', 5n));
            assert.deepEqual(await store.load('key'), { state: 'absent' });
        });

        it('a load that fails for another reason than absence', async () => {
            await store.save('key', 1);
            const path = file();
            await store.setAside('key');
            mkdirSync(path);
            await assert.rejects(store.load('key'), { code: 'EISDIR' });
        });
    });
});
