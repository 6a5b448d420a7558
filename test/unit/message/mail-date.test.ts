import assert from 'node:assert/strict';
import { parseMailDate } from '../../../src/message/mail-date';

const NINE = '2026-11-23T09:00:00.000Z';

function iso(text: string): string | undefined {
    return parseMailDate(text)?.toISOString();
}

describe('mail date', () => {
    it('reads what RFC 5322 and its obsolete forms allow', () => {
        for (const text of [
            'Mon, 23 Nov 2026 10:00:00 +0100',
            '23 Nov 2026 09:00 GMT',
            'Mon, 23 Nov 26 09:00:00 UT',
            'Mon, 23 Nov 2026 04:00:00 EST',
            'Mon, 23 Nov 2026 09:00:00 Z',
            'Mon, 23 Nov 2026 09:00:00 -0000',
            'Mon, 23 Nov 126 09:00:00 +0000',
            'Mon, 23 Nov 2026 14:30:00 +0530 (IST)'
        ]) {
            assert.equal(iso(text), NINE, text);
        }
    });

    it('reads what mailers write against the standard', () => {
        for (const text of [
            'Monday, 23 November 2026 09:00:00 GMT',
            'Mon,23 Nov 2026 09:00:00',
            'Mon 23-Nov-2026 09:00:00 +0000',
            'Mon, 23 Nov 2026 10:00:00 GMT+0100',
            'Mon, 23 Nov 2026 10:00:00 +01:00',
            'Mon, 23 Nov 2026 10:00:00 MEZ',
            '2026-11-23T10:00:00+01:00'
        ]) {
            assert.equal(iso(text), NINE, text);
        }
    });

    it('puts two digits between 1950 and 2049', () => {
        assert.equal(iso('1 Jan 50 00:00:00 GMT'), '1950-01-01T00:00:00.000Z');
        assert.equal(iso('1 Jan 49 00:00:00 GMT'), '2049-01-01T00:00:00.000Z');
    });

    it('accepts leap days and leap seconds that exist', () => {
        assert.equal(iso('29 Feb 2024 00:00:00 GMT'), '2024-02-29T00:00:00.000Z');
        assert.equal(iso('31 Dec 2016 23:59:60 GMT'), '2017-01-01T00:00:00.000Z');
    });

    it('refuses everything else instead of guessing', () => {
        for (const text of [
            '',
            'yesterday',
            '30 Feb 2026 09:00:00 GMT',
            '29 Feb 2026 09:00:00 GMT',
            '23 Foo 2026 09:00:00 GMT',
            '23 Nov 2026 24:00:00 GMT',
            '23 Nov 2026 09:60:00 GMT',
            '23 Nov 0026 09:00:00 GMT',
            '0 Nov 2026 09:00:00 GMT',
            '2026-11-23T09:00:00',
            '2026-13-23T09:00:00Z',
            `${' '.repeat(200)}23 Nov 2026 09:00:00 GMT`,
            '('.repeat(100)
        ]) {
            assert.equal(parseMailDate(text), null, text);
        }
    });
});
