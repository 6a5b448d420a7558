import assert from 'node:assert/strict';
import { parseLedgerRecord, type LedgerRecord } from '../../../src/delivery/ledger-record';

const parse = (value: unknown): LedgerRecord | null => parseLedgerRecord(value, []);

const VALID: LedgerRecord = {
    format: 'mailflow-ledger',
    version: 1,
    account: 'account1',
    folder: 'INBOX',
    uidValidity: '77',
    watermark: 4711,
    since: '2026-11-24T01:02:03.000Z',
    sinceBelowUid: 4700,
    pending: { '4710': { attempt: 2, retryAt: '2026-11-24T02:02:03.000Z' }, '4711': { attempt: 0 } },
    fingerprints: ['abc', 'def'],
    recent: 2,
    pages: 3,
    delivered: 12
};

describe('parseLedgerRecord', () => {
    it('accepts what this version writes, also after a way through JSON', () => {
        assert.deepEqual(parse(VALID), VALID);
        assert.deepEqual(parse(JSON.parse(JSON.stringify(VALID))), VALID);
    });

    it('accepts a new ledger', () => {
        const record = { ...VALID, uidValidity: '', watermark: 0, since: null, sinceBelowUid: 0, pending: {} };
        assert.notEqual(parse({ ...record, fingerprints: [], delivered: 0 }), null);
    });

    it('accepts the highest UID that IMAP knows', () => {
        assert.notEqual(parse({ ...VALID, watermark: 4294967295, sinceBelowUid: 4294967296 }), null);
    });

    for (const value of [undefined, null, 'text', 5, [], {}]) {
        it(`refuses ${JSON.stringify(value)}`, () => assert.equal(parse(value), null));
    }

    it('accepts a record from before fingerprints had pages', () => {
        assert.deepEqual(parse({ ...VALID, pages: undefined }), { ...VALID, pages: 0 });
    });

    it('accepts a record from before there were lines', () => {
        assert.deepEqual(parse({ ...VALID, recent: undefined }), VALID);
    });

    it('gathers the fingerprints of the lines it was appended to, as many as are in no page', () => {
        const line = (...fingerprints: string[]): LedgerRecord => ({ ...VALID, fingerprints });
        const earlier = [line('1', '2', '3'), line('4'), line()];
        for (const [recent, gathered] of [
            [6, ['1', '2', '3', '4', '5', '6']],
            [4, ['3', '4', '5', '6']],
            [1, ['6']],
            [0, []]
        ] as const) {
            const record = parseLedgerRecord({ ...line('5', '6'), recent }, earlier);
            assert.deepEqual(record?.fingerprints, gathered, String(recent));
        }
        for (const damaged of [null, 5, { fingerprints: 'x' }]) {
            const record = parseLedgerRecord({ ...line('5', '6'), recent: 4 }, [line('1', '2'), damaged, line('4')]);
            assert.deepEqual([record?.fingerprints, record?.recent], [['4', '5', '6'], 4]);
        }
    });

    for (const field of Object.keys(VALID).filter(name => name !== 'pages' && name !== 'recent')) {
        it(`refuses a record without "${field}"`, () => {
            assert.equal(parse({ ...VALID, [field]: undefined }), null);
        });
    }

    const wrong: Record<keyof LedgerRecord, unknown[]> = {
        format: ['other', '', null],
        version: [0, 2, '1', null],
        account: [5, null],
        folder: [5, null],
        uidValidity: [77, null],
        watermark: [-1, 1.5, '5', NaN, Infinity, 4294967296, null],
        since: ['yesterday', '', 5],
        sinceBelowUid: [-1, 1.5, '5', null, 4294967297],
        pending: [
            null,
            'x',
            // a list would swallow what is written under a UID, or grow to that length
            [],
            { x: { attempt: 1 } },
            { '0': { attempt: 1 } },
            { '-1': { attempt: 1 } },
            { '1.5': { attempt: 1 } },
            // these are UID 5 to a reader, but nobody finds them under "5"
            { '05': { attempt: 1 } },
            { '5e0': { attempt: 1 } },
            { ' 5': { attempt: 1 } },
            { '': { attempt: 1 } },
            { '4294967296': { attempt: 1 } },
            { '5': null },
            { '5': {} },
            { '5': { attempt: '1' } },
            { '5': { attempt: -1 } },
            { '5': { attempt: 1.5 } },
            { '5': { attempt: 1, retryAt: 'soon' } },
            { '5': { attempt: 1, retryAt: 5 } }
        ],
        fingerprints: [null, 'abc', {}, [5], [null]],
        recent: [null, -1, 1.5, '3'],
        pages: [null, -1, 1.5, '3'],
        delivered: [-1, 1.5, '5', null]
    };
    for (const [field, values] of Object.entries(wrong)) {
        for (const value of values) {
            it(`refuses ${field} ${JSON.stringify(value)}`, () => {
                assert.equal(parse({ ...VALID, [field]: value }), null);
            });
        }
    }
});
