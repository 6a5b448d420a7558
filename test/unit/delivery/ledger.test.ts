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
        return this.values.has(key) ? { state: 'present', value: this.values.get(key) } : { state: 'absent' };
    }

    async loadPrevious(key: string): Promise<Loaded> {
        return this.load(`previous ${key}`);
    }

    async writtenAt(): Promise<Date> {
        return WRITTEN;
    }

    async save(key: string, value: unknown): Promise<void> {
        this.saves.push(value as LedgerRecord);
        await this.gate;
        if (this.failure) {
            throw this.failure;
        }
        this.values.set(key, JSON.parse(JSON.stringify(value)));
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

        it('knows 5,000 settled mails and forgets the oldest first', async () => {
            for (let index = 0; index < 5_001; index++) {
                ledger.settle(index + 1, `print${index}`);
            }
            await ledger.save();
            for (const known of [ledger, await reopened()]) {
                assert.deepEqual(
                    [known.knows('print0'), known.knows('print1'), known.knows('print5000')],
                    [false, true, true]
                );
            }
            assert.equal(store.saves.at(-1)?.fingerprints.length, 5_000);
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

        it('lets 100 settlements during one write share the next one', async () => {
            const { promise, open } = gate();
            store.gate = promise;
            const first = ledger.save();
            await new Promise(setImmediate);
            const settlements = Array.from({ length: 100 }, (_unused, index) => {
                ledger.settle(index + 1, `print${index}`);
                return ledger.save();
            });
            open();
            await Promise.all([first, ...settlements]);
            assert.equal(store.saves.length, 2);
            assert.equal(store.saves[1]?.delivered, 100);
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

        it('gives the store a copy that later changes do not reach', async () => {
            await ledger.save();
            ledger.begin(25, 1);
            ledger.settle(26, 'print');
            assert.deepEqual([store.saves[0]?.pending, store.saves[0]?.fingerprints], [{}, []]);
        });
    });
});
