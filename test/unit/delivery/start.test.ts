import assert from 'node:assert/strict';
import type { SearchObject } from 'imapflow';
import { findStart, type StartRule } from '../../../src/delivery/start';
import type { OpenFolder } from '../../../src/imap/open-folder';

const NOW = new Date('2026-11-24T12:00:00Z');
const DAY_MS = 86_400_000;

interface Mail {
    uid: number;
    receivedAt: Date | null;
}

/** A folder with these mails, in the order of their sequence numbers; counts its commands. */
class FakeFolder {
    readonly searched: SearchObject[] = [];
    commands = 0;
    readonly #mails: readonly Mail[];

    constructor(
        mails: readonly Mail[],
        readonly uidNext: number
    ) {
        this.#mails = mails;
    }

    get exists(): number {
        return this.#mails.length;
    }

    async bySequence(sequence: number): Promise<Mail | null> {
        this.commands++;
        return this.#mails[sequence - 1] ?? null;
    }

    /** SINCE compares days in the server's own time zone, five hours behind. */
    async search(query: SearchObject): Promise<number[]> {
        this.commands++;
        this.searched.push(query);
        const firstDay = (query.since as Date).toISOString().slice(0, 10);
        const localDay = (date: Date): string => new Date(date.getTime() - 5 * 3_600_000).toISOString().slice(0, 10);
        return this.#mails
            .filter(({ receivedAt }) => receivedAt !== null && localDay(receivedAt) >= firstDay)
            .map(({ uid }) => uid);
    }
}

function mails(...uids: number[]): Mail[] {
    return uids.map(uid => ({ uid, receivedAt: new Date(NOW.getTime() - (1000 - uid) * DAY_MS) }));
}

function start(folder: FakeFolder, rule: Partial<StartRule>): ReturnType<typeof findStart> {
    return findStart(folder as unknown as OpenFolder, { mode: 'new', count: 2, days: 10, ...rule }, NOW);
}

describe('findStart', () => {
    describe('with "new"', () => {
        it('begins behind the newest mail, without a command', async () => {
            const folder = new FakeFolder(mails(3, 9), 10);
            assert.deepEqual(await start(folder, {}), { watermark: 9, since: NOW.toISOString(), sinceBelowUid: 0 });
            assert.equal(folder.commands, 0);
        });

        it('begins behind the numbers of deleted mail', async () => {
            assert.equal((await start(new FakeFolder(mails(3), 50), {})).watermark, 49);
        });

        it('begins at the start of an empty folder', async () => {
            assert.equal((await start(new FakeFolder([], 1), {})).watermark, 0);
        });

        it('asks for the newest mail when the server tells no UIDNEXT', async () => {
            const folder = new FakeFolder(mails(3, 9), 0);
            assert.equal((await start(folder, {})).watermark, 9);
            assert.equal(folder.commands, 1);
        });

        it('does not ask an empty folder without UIDNEXT', async () => {
            const folder = new FakeFolder([], 0);
            assert.equal((await start(folder, {})).watermark, 0);
            assert.equal(folder.commands, 0);
        });
    });

    describe('with "all"', () => {
        it('begins with the first mail and has no limit of time', async () => {
            const folder = new FakeFolder(mails(3, 9), 10);
            assert.deepEqual(await start(folder, { mode: 'all' }), { watermark: 0, since: null, sinceBelowUid: 0 });
            assert.equal(folder.commands, 0);
        });
    });

    describe('with "last"', () => {
        it('begins before the mail that is so many from the end, whatever the numbers', async () => {
            const folder = new FakeFolder(mails(3, 50, 90, 91), 100);
            assert.deepEqual(await start(folder, { mode: 'last' }), {
                watermark: 89,
                since: mails(90)[0]?.receivedAt?.toISOString(),
                sinceBelowUid: 0
            });
            assert.equal(folder.commands, 1);
        });

        for (const count of [4, 5, 1_000_000]) {
            it(`begins with the first mail when ${count} are wanted of four`, async () => {
                const folder = new FakeFolder(mails(3, 50, 90, 91), 100);
                assert.deepEqual(await start(folder, { mode: 'last', count }), {
                    watermark: 0,
                    since: null,
                    sinceBelowUid: 0
                });
            });
        }

        it('begins behind everything when none is wanted', async () => {
            const folder = new FakeFolder(mails(3, 50), 100);
            const found = await start(folder, { mode: 'last', count: 0 });
            assert.deepEqual([found.watermark, found.since], [99, NOW.toISOString()]);
        });

        it('begins with the first mail of an empty folder', async () => {
            assert.equal((await start(new FakeFolder([], 7), { mode: 'last' })).watermark, 0);
        });

        it('begins behind everything when the mail went in between', async () => {
            const folder = new FakeFolder(mails(3, 50, 90), 100);
            folder.bySequence = async () => null;
            assert.equal((await start(folder, { mode: 'last' })).watermark, 99);
        });

        it('has no limit of time when the server knows no arrival', async () => {
            const folder = new FakeFolder([...mails(3), { uid: 5, receivedAt: null }, ...mails(9)], 10);
            assert.equal((await start(folder, { mode: 'last' })).since, null);
        });
    });

    describe('with "days"', () => {
        it('begins before the oldest mail of that time', async () => {
            const folder = new FakeFolder(mails(3, 985, 995, 998), 1000);
            const since = new Date(NOW.getTime() - 10 * DAY_MS).toISOString();
            const found = await start(folder, { mode: 'days' });
            assert.deepEqual(found, { watermark: 994, since, sinceBelowUid: 1000 });
            assert.equal(folder.commands, 1);
        });

        it('begins behind everything when there is none', async () => {
            const found = await start(new FakeFolder(mails(3, 9), 50), { mode: 'days' });
            assert.deepEqual([found.watermark, found.sinceBelowUid], [49, 50]);
        });

        it('begins with the first mail of an empty folder', async () => {
            const found = await start(new FakeFolder([], 1), { mode: 'days' });
            assert.deepEqual([found.watermark, found.sinceBelowUid], [0, 1]);
        });

        it('needs no UIDNEXT', async () => {
            const found = await start(new FakeFolder(mails(3, 998), 0), { mode: 'days' });
            assert.deepEqual([found.watermark, found.sinceBelowUid], [997, 999]);
        });

        // SINCE compares days as the server's clock shows them: this mail arrived after the limit, on the day before it
        it('does not miss a mail of the first hours on a server in another time zone', async () => {
            const rule = { mode: 'days', days: 0.5 } as const;
            const early = { uid: 7, receivedAt: new Date('2026-11-24T02:00:00Z') };
            assert.equal((await start(new FakeFolder([early], 8), rule)).watermark, 6);
        });
    });
});
