import assert from 'node:assert/strict';
import { Ledger, type LedgerPlace } from '../../../src/delivery/ledger';
import type { LedgerRecord } from '../../../src/delivery/ledger-record';
import type { Loaded, StateStore } from '../../../src/state/store';

const PLACE: LedgerPlace = { node: 'node1', account: 'account1', folder: 'INBOX' };
const WRITTEN = new Date('2026-11-25T00:00:00Z');
const START = { watermark: 10, since: '2026-11-24T00:00:00.000Z', sinceBelowUid: 20 };

/** A store in memory that can be slow and can fail. */
class FakeStore implements StateStore {
    readonly values = new Map<string, unknown>();
    readonly saves: LedgerRecord[] = [];
    /** What a store would append that keeps what was before. */
    readonly lines: LedgerRecord[] = [];
    readonly aside: string[] = [];
    failure: Error | null = null;
    damaged: string | null = null;
    /** A save waits for this. */
    gate: Promise<void> = Promise.resolve();

    async load(key: string): Promise<Loaded> {
        if (this.failure) {
            throw this.failure;
        }
        if (this.damaged !== null) {
            return { state: 'damaged', problem: this.damaged };
        }
        return this.values.has(key)
            ? { state: 'present', value: this.values.get(key), earlier: [] }
            : { state: 'absent' };
    }

    async loadPrevious(key: string): Promise<Loaded> {
        return this.load(`previous ${key}`);
    }

    async writtenAt(): Promise<Date> {
        return WRITTEN;
    }

    async save(key: string, value: unknown): Promise<void> {
        const copy = structuredClone(value) as LedgerRecord;
        this.saves.push(copy);
        await this.gate;
        if (this.failure) {
            throw this.failure;
        }
        this.values.set(key, copy);
    }

    append(key: string, value: unknown, whole: () => unknown): Promise<void> {
        this.lines.push(structuredClone(value) as LedgerRecord);
        return this.save(key, whole());
    }

    async setAside(key: string): Promise<void> {
        this.aside.push(key);
        this.values.delete(key);
    }
}

function gate(): { promise: Promise<void>; open: () => void } {
    let open: () => void = () => undefined;
    const promise = new Promise<void>(resolve => (open = resolve));
    return { promise, open };
}

describe('Ledger', () => {
    let store: FakeStore;
    let ledger: Ledger;

    beforeEach(async () => {
        store = new FakeStore();
        ledger = await Ledger.open(store, PLACE);
    });

    async function reopened(): Promise<Ledger> {
        return Ledger.open(store, PLACE);
    }

    describe('when it is opened', () => {
        it('is not started where nothing is stored', () => {
            assert.deepEqual([ledger.started, ledger.problem, ledger.isDirty], [false, '', false]);
            assert.deepEqual([ledger.watermark, ledger.delivered, ledger.pending], [0, 0, []]);
        });

        it('remembers everything that was saved', async () => {
            ledger.start('77', START);
            ledger.advance(30);
            ledger.begin(25, 1);
            ledger.retryLater(21, 2, new Date('2026-11-24T05:00:00Z'));
            ledger.settle(22, 'print');
            await ledger.save();
            const again = await reopened();
            assert.deepEqual([again.started, again.isDirty, again.problem], [true, false, '']);
            assert.deepEqual(
                [again.uidValidity, again.watermark, again.since, again.delivered],
                ['77', 30, START.since, 1]
            );
            assert.deepEqual(again.pending, [
                [21, { attempt: 2, retryAt: '2026-11-24T05:00:00.000Z' }],
                [25, { attempt: 1 }]
            ]);
            assert.equal(again.knows('print'), true);
        });

        it('keeps nodes, accounts and folders apart', async () => {
            ledger.start('77', START);
            await ledger.save();
            const others = [
                { ...PLACE, node: 'node2' },
                { ...PLACE, account: 'b' },
                { ...PLACE, folder: 'x' },
                // must not be mistaken for the first by joining the parts
                { node: 'node1account1', account: '', folder: 'INBOX' }
            ];
            for (const other of others) {
                assert.equal((await Ledger.open(store, other)).started, false);
            }
        });

        it('reports a damaged record and starts anew', async () => {
            store.damaged = 'x.json is not valid JSON and was kept aside';
            const damaged = await reopened();
            assert.deepEqual([damaged.started, damaged.lostAt], [false, WRITTEN]);
            assert.ok(damaged.problem.startsWith(`${store.damaged}. Mail that came since 2026-11-24T23:55:00.000Z`));
        });

        it('sets a record of another format aside and says so', async () => {
            ledger.start('77', START);
            await ledger.save();
            const [key] = [...store.values.keys()] as [string];
            store.values.set(key, { format: 'mailflow-ledger', version: 0 });
            const foreign = await reopened();
            assert.equal(foreign.started, false);
            assert.match(foreign.problem, /^the stored ledger has another format and was kept aside\. /);
            assert.deepEqual(store.aside, [key]);
        });

        it('rejects a record of a newer version, and leaves it where it is', async () => {
            ledger.start('77', START);
            await ledger.save();
            store.values.set([...store.values.keys()][0] as string, { format: 'mailflow-ledger', version: 99 });
            await assert.rejects(reopened(), { code: 'LEDGER_FAILED', message: /newer version of this pack/ });
            assert.deepEqual(store.aside, []);
        });

        it('rejects when the store fails, because to begin anew would deliver everything again', async () => {
            store.failure = new Error('disk on fire');
            await assert.rejects(reopened(), {
                code: 'LEDGER_FAILED',
                kind: 'temporary',
                step: 'ledger',
                message: /account1 INBOX: .*could not be read: disk on fire/
            });
        });

        it('rejects when a foreign record cannot be set aside', async () => {
            ledger.start('77', START);
            await ledger.save();
            store.values.set([...store.values.keys()][0] as string, { format: 'other' });
            store.setAside = () => Promise.reject(new Error('no room'));
            await assert.rejects(reopened(), { code: 'LEDGER_FAILED' });
        });
    });

    describe('with a mail', () => {
        beforeEach(() => ledger.start('77', START));

        it('counts it as pending from its begin to its settlement', () => {
            assert.deepEqual([ledger.isPending(25), ledger.attempts(25)], [false, 0]);
            ledger.begin(25, 1);
            assert.deepEqual([ledger.isPending(25), ledger.attempts(25)], [true, 1]);
            ledger.settle(25, 'print');
            assert.deepEqual([ledger.isPending(25), ledger.attempts(25)], [false, 0]);
            assert.equal(ledger.knows('print'), true);
            assert.equal(ledger.delivered, 1);
        });

        it('lists what is pending in ascending order', () => {
            [30, 4, 100].forEach(uid => ledger.begin(uid, 1));
            assert.deepEqual(
                ledger.pending.map(([uid]) => uid),
                [4, 30, 100]
            );
        });

        it('forgets the time of a retry when the retry begins', () => {
            ledger.retryLater(25, 1, new Date('2026-11-24T05:00:00Z'));
            ledger.begin(25, 2);
            assert.deepEqual(ledger.pending, [[25, { attempt: 2 }]]);
        });

        it('does not count or remember mail that was never delivered', () => {
            ledger.begin(25, 1);
            ledger.settle(25, null);
            assert.equal(ledger.delivered, 0);
            assert.deepEqual(ledger.pending, []);
        });

        it('counts a mail once that is settled twice', () => {
            ledger.settle(25, 'print');
            ledger.settle(26, 'print');
            assert.equal(ledger.delivered, 1);
        });

        it('moves the watermark up and never down', () => {
            ledger.advance(30);
            ledger.advance(20);
            assert.equal(ledger.watermark, 30);
        });
    });

    describe('with a long history', () => {
        /** Settles mails as an intake does: ten, then a write. Returns how long all lines and pages were so far. */
        async function settleUpTo(count: number): Promise<number> {
            ledger.start('77', START);
            for (let uid = ledger.delivered + 1; uid <= count; uid++) {
                ledger.settle(uid, `print-${String(uid).padStart(6, '0')}`);
                if (uid % 10 === 0) {
                    await ledger.save();
                }
            }
            const pages = store.saves.filter(value => 'page' in value);
            return [...store.lines, ...pages].reduce((sum, value) => sum + bytesOf(value), 0);
        }

        const bytesOf = (value: unknown): number => JSON.stringify(value).length;
        const PAGE = 250;
        const PRINT_BYTES = bytesOf(['print-000001']);

        it('knows the latest 5,000 mails, at most 500 more, and after a restart the same ones', async () => {
            await settleUpTo(6_000);
            for (const known of [ledger, await reopened()]) {
                const count = Array.from({ length: 6_000 }, (_, index) =>
                    known.knows(`print-${String(index + 1).padStart(6, '0')}`)
                );
                assert.equal(count.lastIndexOf(false) + 1, count.filter(isKnown => !isKnown).length);
                assert.ok(count.filter(Boolean).length >= 5_000 && count.filter(Boolean).length < 5_500);
                assert.equal(known.delivered, 6_000);
            }
        });

        it('writes no more for a settlement after 100,000 mails than after 1,000', async () => {
            await settleUpTo(10);
            assert.ok(bytesOf(store.saves.at(-1)) < 500);
            const perMail: number[] = [];
            for (const count of [1_000, 100_000]) {
                await settleUpTo(count);
                const before = await settleUpTo(count);
                perMail.push(((await settleUpTo(count + 1_000)) - before) / 1_000);
            }
            const [after1000 = 0, after100000 = 0] = perMail;
            assert.ok(after100000 <= after1000 * 1.05, `${after1000} bytes, later ${after100000}`);
            // its fingerprint in a line and in a page, and a tenth of the rest of a line
            assert.ok(after100000 < 80, `${after100000} bytes for each mail`);
        }).timeout(30_000);

        it('stays small in the store', async () => {
            await settleUpTo(100_000);
            const sizes = [...store.values.values()].map(bytesOf);
            assert.equal(sizes.length, 21);
            assert.ok(Math.max(...sizes) < 2 * PAGE * PRINT_BYTES + 500, `${Math.max(...sizes)} bytes in one value`);
        }).timeout(30_000);

        it('takes over the fingerprints of a record without pages', async () => {
            const prints = Array.from({ length: 5_000 }, (_, index) => `old-${index}`);
            ledger.start('77', START);
            await ledger.save();
            const [key = ''] = store.values.keys();
            store.values.set(key, {
                ...(store.values.get(key) as object),
                fingerprints: prints,
                recent: undefined,
                pages: undefined
            });
            ledger = await reopened();
            ledger.settle(1, 'new');
            await ledger.save();
            await ledger.idle();
            await ledger.save();
            const again = await reopened();
            assert.ok(prints.every(print => again.knows(print)) && again.knows('new'));
            assert.ok(bytesOf(store.values.get(key)) < 1_000);
        });

        // a closing node must not leave while its last write, which is not dirty any more, is still on its way
        it('is idle only when a write that was begun has ended, well or not', async () => {
            ledger.start('77', START);
            let open = (): void => undefined;
            store.gate = new Promise(resolve => (open = resolve));
            const saved = ledger.save();
            let idle = false;
            const waiting = ledger.idle().then(() => (idle = true));
            await new Promise(setImmediate);
            assert.equal(idle, false);
            open();
            await Promise.all([saved, waiting]);
            store.failure = new Error('disk full');
            await assert.rejects(ledger.save());
            await ledger.idle();
        });

        it('does not wait for a page, unless two are due', async () => {
            await settleUpTo(PAGE - 10);
            const { promise, open } = gate();
            const saved = store.save.bind(store);
            let pages = 0;
            store.save = async (key, value) => {
                if (key.includes('fingerprints')) {
                    pages++;
                    await promise;
                }
                await saved(key, value);
            };
            await settleUpTo(2 * PAGE - 10);
            assert.equal(pages, 1);
            const waiting = settleUpTo(2 * PAGE);
            let isOver = false;
            void waiting.then(() => (isOver = true));
            await new Promise(setImmediate);
            assert.equal(isOver, false);
            assert.ok(await reopened().then(again => again.knows('print-000001') && again.knows('print-000490')));
            open();
            await waiting;
            assert.equal(pages, 2);
            await ledger.idle();
            assert.ok(await reopened().then(again => again.knows('print-000001') && again.knows('print-000500')));
        });

        it('is idle only when a page that is being put away is safe', async () => {
            await settleUpTo(PAGE - 10);
            const { promise, open } = gate();
            const saved = store.save.bind(store);
            store.save = async (key, value) => {
                await (key.includes('fingerprints') ? promise : undefined);
                await saved(key, value);
            };
            await settleUpTo(PAGE);
            let isIdle = false;
            const waiting = ledger.idle().then(() => (isIdle = true));
            await new Promise(setImmediate);
            assert.equal(isIdle, false);
            open();
            await waiting;
            assert.ok([...store.values.keys()].some(key => key.includes('fingerprints')));
        });

        it('works on with pages that cannot be stored, as long as the record can carry them', async () => {
            const saved = store.save.bind(store);
            store.save = async (key, value) => {
                if (key.includes('fingerprints')) {
                    throw new Error('disk full');
                }
                await saved(key, value);
            };
            await settleUpTo(2 * PAGE - 10);
            await assert.rejects(settleUpTo(2 * PAGE), { code: 'LEDGER_FAILED', message: /disk full/ });
            store.save = saved;
            await settleUpTo(2 * PAGE + 10);
            assert.ok(await reopened().then(again => again.knows('print-000001') && again.knows('print-000510')));
        });

        it('keeps fingerprints in the record until their page is safe', async () => {
            await settleUpTo(PAGE - 10);
            const saved = store.save.bind(store);
            let room = 0;
            store.save = async (key, value) => {
                if (room-- <= 0) {
                    throw new Error('killed');
                }
                await saved(key, value);
            };
            for (const writes of [0, 1]) {
                // a crash before the page, then one between the page and the record
                room = writes;
                for (let uid = PAGE - 9; uid <= PAGE + 10; uid++) {
                    ledger.settle(uid, `print-${String(uid).padStart(6, '0')}`);
                }
                await assert.rejects(ledger.save(), { code: 'LEDGER_FAILED' });
                const after = await reopened();
                assert.ok(after.knows('print-000001') && after.knows('print-000240'));
            }
        });

        it('misses nothing when the last page became safe after the last record', async () => {
            await settleUpTo(5_250);
            await ledger.idle();
            const again = await reopened();
            assert.equal(again.problem, '');
            assert.ok(again.knows('print-000251') && again.knows('print-005250'));
            ledger = again;
            await settleUpTo(5_510);
            await ledger.idle();
            assert.equal((await reopened()).problem, '');
        });

        it('says that fingerprints are lost, and works on', async () => {
            await settleUpTo(300);
            const page = [...store.values.keys()].find(key => key.includes('fingerprints 0')) ?? '';
            store.values.set(page, { page: 0, fingerprints: 'none' });
            const again = await reopened();
            assert.deepEqual([again.started, again.delivered, again.knows('print-000300')], [true, 300, true]);
            assert.match(again.problem, /fingerprints/);
        });
    });

    describe('knows mail from before the node', () => {
        const before = new Date('2026-11-23T23:59:59Z');
        const after = new Date('2026-11-24T00:00:00Z');
        beforeEach(() => ledger.start('77', START));

        it('by its arrival', () => {
            assert.equal(ledger.isBefore(15, before), true);
            assert.equal(ledger.isBefore(15, after), false);
        });

        it('but not mail that was moved in later with its old date', () => {
            assert.equal(ledger.isBefore(19, before), true);
            assert.equal(ledger.isBefore(20, before), false);
        });

        it('but not mail without an arrival, because a doubt must lose nothing', () => {
            assert.equal(ledger.isBefore(15, null), false);
        });

        it('but nothing when there is no limit', () => {
            ledger.start('77', { ...START, since: null });
            assert.equal(ledger.isBefore(15, before), false);
        });
    });

    describe('when the folder gets another UIDVALIDITY', () => {
        beforeEach(() => {
            ledger.start('77', START);
            ledger.settle(12, 'print');
            ledger.begin(13, 1);
            ledger.start('78', { watermark: 0, since: START.since, sinceBelowUid: 5 });
        });

        it('begins anew and forgets numbers, but not what was settled', () => {
            assert.deepEqual([ledger.uidValidity, ledger.watermark, ledger.pending], ['78', 0, []]);
            assert.equal(ledger.knows('print'), true);
            assert.equal(ledger.delivered, 1);
        });

        it('remembers a mail that was emitted before only by its fingerprint', () => {
            ledger.begin(13, 1);
            ledger.settle(13, 'late', '77');
            assert.equal(ledger.knows('late'), true);
            assert.equal(ledger.isPending(13), true, 'the number means another mail by now');
        });

        it('settles mail of the new time by its number', () => {
            ledger.begin(13, 1);
            ledger.settle(13, 'new', '78');
            assert.equal(ledger.isPending(13), false);
        });
    });

    describe('when it is saved', () => {
        beforeEach(() => ledger.start('77', START));

        for (const [what, change] of [
            ['a start', () => ledger.start('78', START)],
            ['a begin', () => ledger.begin(25, 1)],
            ['a retry', () => ledger.retryLater(25, 1, new Date())],
            ['a settlement', () => ledger.settle(25, 'print')],
            ['a settlement without delivery', () => ledger.settle(25, null)],
            ['an advance', () => ledger.advance(99)]
        ] as const) {
            it(`is dirty after ${what}, and clean again once that is stored`, async () => {
                await ledger.save();
                assert.equal(ledger.isDirty, false);
                change();
                assert.equal(ledger.isDirty, true);
                await ledger.save();
                assert.equal(ledger.isDirty, false);
            });
        }

        it('is not made dirty by an advance that changes nothing', async () => {
            await ledger.save();
            ledger.advance(START.watermark);
            assert.equal(ledger.isDirty, false);
        });

        it('resolves only when the store has it', async () => {
            const { promise, open } = gate();
            store.gate = promise;
            let saved = false;
            const saving = ledger.save().then(() => (saved = true));
            await new Promise(setImmediate);
            assert.equal(saved, false);
            open();
            await saving;
            assert.equal(store.values.size, 1);
        });

        it('writes what was changed before the write began, and not what changes meanwhile', async () => {
            const { promise, open } = gate();
            store.gate = promise;
            ledger.begin(25, 1);
            const saving = ledger.save();
            await new Promise(setImmediate);
            ledger.begin(26, 1);
            open();
            await saving;
            assert.deepEqual(Object.keys(store.saves[0]?.pending ?? {}), ['25']);
            assert.equal(ledger.isDirty, true);
        });

        it('lets 90 settlements during one write share the next one', async () => {
            const { promise, open } = gate();
            store.gate = promise;
            const first = ledger.save();
            await new Promise(setImmediate);
            const settlements = Array.from({ length: 90 }, (_unused, index) => {
                ledger.settle(index + 1, `print${index}`);
                return ledger.save();
            });
            open();
            await Promise.all([first, ...settlements]);
            assert.equal(store.saves.length, 2);
            assert.equal(store.saves[1]?.delivered, 90);
            assert.equal(ledger.isDirty, false);
        });

        it('never writes twice at the same time', async () => {
            let writing = 0;
            store.save = async () => {
                assert.equal(++writing, 1);
                await new Promise(setImmediate);
                writing--;
            };
            const saves: Array<Promise<void>> = [];
            for (let round = 0; round < 5; round++) {
                saves.push(ledger.save());
                await new Promise(setImmediate);
            }
            await Promise.all(saves);
        });

        it('rejects and stays dirty when the store fails, and works again after that', async () => {
            store.failure = new Error('ENOSPC: no space left');
            await assert.rejects(ledger.save(), {
                code: 'LEDGER_FAILED',
                kind: 'temporary',
                message: /could not be written: ENOSPC: no space left.*No mail is taken/
            });
            assert.equal(ledger.isDirty, true);
            store.failure = null;
            await ledger.save();
            assert.equal(ledger.isDirty, false);
            assert.equal((await reopened()).watermark, START.watermark);
        });

        it('tells everybody who shared a write that it failed', async () => {
            const { promise, open } = gate();
            store.gate = promise;
            store.failure = new Error('no');
            const first = ledger.save();
            await new Promise(setImmediate);
            const shared = [ledger.save(), ledger.save()];
            open();
            const outcomes = await Promise.allSettled([first, ...shared]);
            assert.deepEqual(
                outcomes.map(outcome => outcome.status),
                ['rejected', 'rejected', 'rejected']
            );
            assert.equal(store.saves.length, 2);
        });
    });
});
