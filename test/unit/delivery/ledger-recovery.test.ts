import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../../../src/delivery/ledger';
import { startOf } from '../../../src/delivery/ledger-recovery';
import type { StartRule } from '../../../src/delivery/start';
import type { OpenFolder } from '../../../src/imap/open-folder';
import { FileStore } from '../../../src/state/file-store';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const PLACE = { node: 'node1', account: 'account1', folder: 'INBOX' };
const START = { watermark: 0, since: null, sinceBelowUid: 0 };

describe('the record of a folder', () => {
    let temp: TempFolder;

    beforeEach(() => (temp = createTempFolder('ledger')));
    afterEach(() => temp.remove());

    const open = (): Promise<Ledger> => Ledger.open(new FileStore(temp.path), PLACE);
    const newest = (): string => pathOf(/\.json$/);
    const pathOf = (name: RegExp): string => join(temp.path, readdirSync(temp.path).find(n => name.test(n)) ?? '');

    /** Settled are the mails 1 to 3, each with a save of its own. The third of them is the first to be appended. */
    async function write(): Promise<void> {
        const ledger = await open();
        ledger.start('7', START);
        for (const uid of [1, 2, 3]) {
            ledger.begin(uid, 1);
            ledger.advance(uid);
            ledger.settle(uid, `print ${uid}`);
            await ledger.save();
        }
    }

    /** Settles mails as an intake does: ten, then a write. */
    async function settle(ledger: Ledger, from: number, to: number): Promise<void> {
        for (let uid = from; uid <= to; uid++) {
            ledger.settle(uid, `print ${uid}`);
            ledger.advance(uid);
            if (uid % 10 === 0) {
                await ledger.save();
            }
        }
    }

    /** The file that is no page. */
    function record(): string {
        const files = readdirSync(temp.path).map(name => join(temp.path, name));
        return files.find(name => /json$/.test(name) && readFileSync(name, 'utf8').includes('watermark')) ?? '';
    }

    // a crash of the machine may leave any part of the last write
    it('is never taken for whole when it is cut at any byte, and the one before it is used', async () => {
        await write();
        const path = newest();
        const whole = readFileSync(path);
        const second = whole.indexOf('\n') + 1;
        for (let length = 0; length < whole.length; length += 7) {
            writeFileSync(path, whole.subarray(0, length));
            const ledger = await open();
            const before = length < second ? 1 : 2;
            const found = [ledger.started, ledger.watermark, ledger.lostAt];
            assert.deepEqual(found, [true, before, null], `cut at ${length}`);
            assert.deepEqual([ledger.knows(`print ${before}`), ledger.knows(`print ${before + 1}`)], [true, false]);
            // nobody has relied on what is appended before its line end is on the disk
            const problem =
                length < second ? /is not valid JSON and was kept aside\. The record before it is used$/ : /^$/;
            assert.match(ledger.problem, problem);
            writeFileSync(path, whole);
        }
        assert.equal((await open()).watermark, 3, 'the whole one');
    });

    it('is the one before when what was appended is damaged, and that is said', async () => {
        await write();
        const path = newest();
        const whole = readFileSync(path);
        whole.fill(0, whole.indexOf('\n') + 20, whole.length - 1);
        writeFileSync(path, whole);
        const ledger = await open();
        assert.deepEqual([ledger.started, ledger.watermark, ledger.lostAt], [true, 2, null]);
        assert.match(ledger.problem, /kept aside\. The record before it is used$/);
    });

    it('is the one before when a crash came between the two renames of a save, without a word', async () => {
        await write();
        const path = newest();
        renameSync(path, `${path}.previous`);
        const ledger = await open();
        assert.deepEqual([ledger.started, ledger.watermark, ledger.problem], [true, 3, '']);
    });

    it('knows the mails of the pages that are newer than the record which has to be used', async () => {
        const mails = 3_240;
        const ledger = await open();
        ledger.start('7', START);
        await settle(ledger, 1, mails);
        truncateSync(record(), 20);
        for (const after of [await open(), await open()]) {
            const uids = Array.from({ length: mails }, (_, index) => index + 1);
            const again = uids.filter(uid => uid > after.watermark && !after.knows(`print ${uid}`));
            assert.ok(again.length < 500, `${again.length} mails would come again`);
            after.settle(mails + 1, 'one more');
            await after.save();
        }
        assert.equal((await open()).knows('one more'), true);
    });

    it('knows every mail of its lines after a restart, wherever that comes', async () => {
        let ledger = await open();
        ledger.start('7', START);
        for (let uid = 1; uid <= 4_000; uid += 130) {
            await settle(ledger, uid, uid + 129);
            // a kill waits for nothing, a stop for the page on its way
            await (uid % 3 === 0 ? ledger.idle() : undefined);
            ledger = await open();
            assert.equal(ledger.problem, '');
            const missing = Array.from({ length: uid + 129 }, (_, index) => index + 1).filter(
                settled => !ledger.knows(`print ${settled}`)
            );
            assert.deepEqual(missing, [], `after ${uid + 129}`);
            assert.equal(ledger.watermark, uid + 129);
        }
        // each restart writes the file anew; without one, it grows by what is new alone
        await settle(ledger, 4_031, 4_530);
        const lines = readFileSync(record(), 'utf8').trimEnd().split('\n');
        assert.ok(lines.length > 40 && lines.slice(1).every(line => line.length < 500), String(lines.length));
    }).timeout(30_000);

    it('says so when fingerprints are missing because a line among others is damaged', async () => {
        const ledger = await open();
        ledger.start('7', START);
        await settle(ledger, 1, 100);
        const path = record();
        writeFileSync(path, readFileSync(path, 'utf8').replace('"print 51"', '"print 51'));
        const after = await open();
        assert.deepEqual([after.watermark, after.delivered, after.knows('print 100')], [100, 100, true]);
        assert.match(after.problem, /^some fingerprints of done mail are lost/);
        await settle(after, 101, 110);
        assert.equal((await open()).problem, '');
    });

    it('is lost when such a crash has left one of another format', async () => {
        await write();
        const path = newest();
        renameSync(path, `${path}.previous`);
        writeFileSync(`${path}.previous`, '{"format":"other"}');
        const ledger = await open();
        assert.deepEqual([ledger.started, ledger.lostAt], [false, null]);
        assert.match(ledger.problem, /has another format and was kept aside\. Mail that comes from now on is taken/);
    });

    it('is lost when both are damaged, and that is said with the time it was written', async () => {
        await write();
        const then = new Date('2026-11-20T10:00:00Z');
        truncateSync(newest(), 10);
        utimesSync(newest(), then, then);
        truncateSync(pathOf(/\.previous$/), 10);
        const ledger = await open();
        assert.deepEqual([ledger.started, ledger.lostAt], [false, then]);
        assert.match(
            ledger.problem,
            /kept aside\. Mail that came since 2026-11-20T09:55:00\.000Z is taken.*older mail that was not done/
        );
        assert.equal(readdirSync(temp.path).filter(name => /damaged-\d+$/.test(name)).length, 2);
    });

    it('is written anew after it was lost, and the next start knows nothing of the damage', async () => {
        await write();
        truncateSync(newest(), 10);
        const ledger = await open();
        ledger.advance(9);
        await ledger.save();
        const again = await open();
        assert.deepEqual([again.watermark, again.problem], [9, '']);
    });
});

describe('the start of a folder', () => {
    const now = new Date('2026-11-26T12:00:00Z');
    const lostAt = new Date('2026-11-26T10:00:00Z');
    const rule: StartRule = { mode: 'all', count: 0, days: 0 };
    const start = (found: number[], problem: string, lost: Date | null): ReturnType<typeof startOf> => {
        const folder = { uidNext: 51, exists: 50, search: () => Promise.resolve(found) } as unknown as OpenFolder;
        return startOf(folder, rule, { problem, lostAt: lost }, now);
    };

    it('is what the node says when there never was a record', async () => {
        assert.deepEqual(await start([], '', null), { watermark: 0, since: null, sinceBelowUid: 0 });
    });

    it('is the time when a record that is lost was written, and a little before', async () => {
        const since = '2026-11-26T09:55:00.000Z';
        assert.deepEqual(await start([40, 41], 'lost', lostAt), { watermark: 39, since, sinceBelowUid: 51 });
        assert.equal((await start([], 'lost', lostAt)).watermark, 50);
    });

    it('is the present where that time is not known, and never the first mail again', async () => {
        const since = now.toISOString();
        assert.deepEqual(await start([40], 'lost', null), { watermark: 50, since, sinceBelowUid: 0 });
    });
});
