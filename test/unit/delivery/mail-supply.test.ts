import assert from 'node:assert/strict';
import type { FetchMessageObject } from 'imapflow';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { discard } from '../../../src/delivery/mail-reader';
import { MailSupply } from '../../../src/delivery/mail-supply';
import type { OpenFolder } from '../../../src/imap/open-folder';

const KB = 1024;

/** A folder whose mails are as large as told, 10 KB otherwise; it remembers the commands. */
class FakeFolder {
    readonly commands: string[] = [];
    readonly sizes = new Map<number, number>();
    uidValidity = '1';
    refuses = 0;
    /** The content of mails is held back until this resolves. */
    gate: Promise<void> = Promise.resolve();

    async meta(uids: number[]): Promise<Map<number, FetchMessageObject>> {
        this.commands.push(`meta ${uids.join()}`);
        await new Promise(setImmediate);
        return new Map(uids.map(uid => [uid, { seq: uid, uid, size: this.#size(uid) }]));
    }

    async sources(uids: number[]): Promise<Map<number, Buffer>> {
        this.commands.push(`sources ${uids.join()}`);
        await new Promise(setImmediate);
        await this.gate;
        if (uids.includes(this.refuses)) {
            throw new Error('refused');
        }
        return new Map(uids.map(uid => [uid, Buffer.alloc(this.#size(uid), 'x')]));
    }

    async headers(uids: number[]): Promise<Map<number, Buffer>> {
        return new Map(uids.map(uid => [uid, Buffer.from('From: a@shop.example\r\n\r\n')]));
    }

    async download(uid: number): Promise<Readable> {
        this.commands.push(`download ${uid}`);
        return Readable.from([Buffer.from('From: a@shop.example\r\n\r\n')]);
    }

    #size(uid: number): number {
        return this.sizes.get(uid) ?? 10 * KB;
    }
}

describe('MailSupply', () => {
    let folder: FakeFolder;
    let supply: MailSupply;
    let waiting: number[];

    beforeEach(() => {
        folder = new FakeFolder();
        supply = new MailSupply(
            { content: 'full', attachments: 'none', maxBytes: 25 * KB * KB },
            row => row.uid !== 13
        );
        waiting = Array.from({ length: 40 }, (_, index) => index + 1);
    });

    /** Takes mails as the intake does; what it gets, and which commands that cost. */
    async function take(count: number): Promise<{ uids: number[]; commands: string[] }> {
        folder.commands.length = 0;
        const uids = await takeNow(count);
        await supply.arrival();
        return { uids, commands: [...folder.commands] };
    }

    /** The same, without the mails ahead. */
    async function takeNow(count: number): Promise<number[]> {
        const taken = waiting.splice(0, count);
        const open = folder as unknown as OpenFolder;
        const uids: number[] = [];
        for await (const mails of supply.mails(open, await supply.rows(open, taken), most => waiting.slice(0, most))) {
            uids.push(...mails.map(({ uid }) => uid));
            mails.forEach(discard);
        }
        return uids;
    }

    it('fetches the next mails while these are read, as many as were taken lately', async () => {
        const { uids, commands } = await take(3);
        assert.deepEqual(uids, [1, 2, 3]);
        assert.deepEqual(commands, ['meta 1,2,3', 'sources 1,2,3', 'meta 4,5,6', 'sources 4,5,6']);
        assert.deepEqual((await take(3)).commands, ['meta 7,8,9,10,11,12', 'sources 7,8,9,10,11,12']);
    });

    it('asks for what is ahead once, also when the flow takes it one by one', async () => {
        await take(4);
        const commands: string[] = [];
        for (let turn = 0; turn < 4; turn++) {
            commands.push(...(await take(1)).commands);
        }
        const asked = commands.filter(command => command.startsWith('sources')).join();
        assert.ok(!/\b[5678]\b/.test(asked), asked);
    });

    it('asks for more each time when the flow takes half of what is ahead, so that it need not wait', async () => {
        waiting = Array.from({ length: 400 }, (_, index) => index + 1);
        await take(35);
        await take(35);
        for (let turn = 0; turn < 4; turn++) {
            const { commands } = await take(35);
            assert.equal(commands.filter(command => command.startsWith('sources')).length, 1, commands.join('\n'));
        }
    });

    it('gives what is here while more is on its way, and then nothing but that', async () => {
        await take(3);
        await take(3);
        let open: () => void = () => undefined;
        folder.gate = new Promise(resolve => (open = resolve));
        assert.deepEqual(await takeNow(3), [7, 8, 9]);
        folder.commands.length = 0;
        assert.deepEqual(await takeNow(3), [10, 11, 12]);
        const next = takeNow(3);
        assert.equal(await Promise.race([next, sleep(50, 'waits')]), 'waits');
        assert.deepEqual(folder.commands, ['sources 14,15,16,17,18']);
        open();
        assert.deepEqual(await next, [14, 15, 13]);
    });

    it('holds no more than 4 MB and 70 mails ahead, and no large mail', async () => {
        waiting = Array.from({ length: 400 }, (_, index) => index + 1);
        for (let uid = 200; uid <= 400; uid++) {
            folder.sizes.set(uid, 200 * KB);
        }
        folder.sizes.set(203, 300 * KB);
        const { commands } = await take(199);
        const ahead = (commands.at(-1) ?? '').replace('sources ', '').split(',').map(Number);
        assert.equal(commands.at(-2), `meta ${Array.from({ length: 70 }, (_, index) => 200 + index).join()}`);
        assert.equal(ahead.length, Math.floor((4 * KB) / 200));
        assert.ok(!ahead.includes(203));
    });

    it('reads no content ahead of mail that is not wanted', async () => {
        const { commands } = await take(10);
        assert.deepEqual(
            commands.filter(command => /^sources.*\b12\b/.test(command)).map(command => /\b13\b/.test(command)),
            [false]
        );
    });

    it('shows what is here, in the order of the turns', async () => {
        const uids = (): number[] => [...supply.ahead()].map(({ uid }) => uid);
        assert.deepEqual(uids(), []);
        await take(3);
        assert.deepEqual(uids(), [4, 5, 6]);
        await take(1);
        assert.deepEqual(uids(), [5, 6, 7, 8]);
    });

    it('fetches nothing ahead while a stream is open', async () => {
        folder.sizes.set(2, 300 * KB);
        assert.deepEqual((await take(3)).commands, ['meta 1,2,3', 'sources 1', 'download 2', 'sources 3']);
    });

    it('forgets what is ahead when the server renews the folder', async () => {
        await take(2);
        folder.uidValidity = '2';
        assert.deepEqual((await take(2)).commands.slice(0, 2), ['meta 3,4', 'sources 3,4']);
    });

    it('gives mails that came before a failure, then fails', async () => {
        waiting = Array.from({ length: 20 }, (_, index) => index + 1);
        waiting.forEach(uid => folder.sizes.set(uid, 256 * KB));
        folder.refuses = 20;
        const open = folder as unknown as OpenFolder;
        const uids: number[] = [];
        await assert.rejects(async () => {
            for await (const mails of supply.mails(open, await supply.rows(open, waiting), () => [])) {
                uids.push(...mails.map(({ uid }) => uid));
            }
        }, /refused/);
        assert.ok(uids.length > 0 && !uids.includes(20));
    });

    it('tries again at its turn what could not be fetched ahead', async () => {
        folder.refuses = 3;
        assert.deepEqual((await take(2)).uids, [1, 2]);
        folder.refuses = 0;
        assert.deepEqual((await take(2)).uids, [3, 4]);
    });
});
