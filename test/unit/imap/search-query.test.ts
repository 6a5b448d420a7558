import assert from 'node:assert/strict';
import { parseSearch } from '../../../src/imap/search-query';

function refuses(value: unknown, words: RegExp): void {
    assert.throws(
        () => parseSearch(value),
        (error: Error & { code?: string; kind?: string }) => {
            assert.equal(error.code, 'INVALID_SEARCH');
            assert.equal(error.kind, 'configuration');
            assert.match(error.message, words);
            return true;
        }
    );
}

function nested(depth: number): unknown {
    let query: unknown = { seen: true };
    for (let level = 0; level < depth; level++) {
        query = { not: query };
    }
    return query;
}

describe('parseSearch', () => {
    describe('accepts', () => {
        for (const empty of [undefined, null, '', '{}', {}]) {
            it(`${JSON.stringify(empty)} as no condition`, () => assert.equal(parseSearch(empty), null));
        }

        const same: object[] = [
            { seen: false, answered: true, flagged: true, deleted: false, draft: false },
            { keyword: '$Done', unKeyword: 'Imported' },
            { from: 'a@shop.example', to: 'b', cc: 'c', bcc: 'd', subject: 'Anfrage ä', body: 'x', text: 'y' },
            { larger: 1, smaller: 5_000_000 },
            { header: { 'list-id': true, 'X-Shop': 'one' } },
            { gmraw: 'has:attachment' },
            { not: { seen: true } },
            { or: [{ seen: true }, { flagged: true, from: 'x' }, { not: { draft: true } }] }
        ];
        for (const query of same) {
            it(`${JSON.stringify(query)}, as an object and as JSON`, () => {
                assert.deepEqual(parseSearch(query), query);
                assert.deepEqual(parseSearch(JSON.stringify(query)), query);
            });
        }

        for (const name of ['since', 'before', 'on', 'sentSince', 'sentBefore', 'sentOn']) {
            it(`a date under "${name}"`, () => {
                assert.deepEqual(parseSearch({ [name]: '2026-11-23' }), { [name]: new Date('2026-11-23') });
            });
        }

        it('a date with a time', () => {
            assert.deepEqual(parseSearch({ since: '2026-11-23T10:20:30Z' }), {
                since: new Date('2026-11-23T10:20:30Z')
            });
        });

        it('the last day of February in a leap year', () => {
            assert.deepEqual(parseSearch({ on: '2028-02-29' }), { on: new Date('2028-02-29') });
        });

        it('ten levels of NOT', () => assert.deepEqual(parseSearch(nested(10)), nested(10)));
    });

    describe('refuses', () => {
        const cases: Array<[string, unknown, RegExp]> = [
            ['text that is not JSON', '{seen: false', /search is not JSON/],
            ['JSON null', 'null', /search must be an object/],
            ['a list', [{ seen: true }], /search must be an object/],
            ['a number', 5, /search must be an object/],
            ['an unknown condition', { sender: 'x' }, /search\.sender is not known; there are seen,/],
            ['UIDs, which belong to the node', { uid: '1:*' }, /search\.uid is not known/],
            ['sequence numbers', { seq: '1:*' }, /search\.seq is not known/],
            ['"all", which says nothing', { all: true }, /search\.all is not known/],
            ['another spelling, which the library might drop', { Seen: true }, /search\.Seen is not known/],
            ['a name that every object inherits', { constructor: 'x' }, /search\.constructor is not known/],
            ['a prototype from JSON', '{"__proto__": {"seen": true}}', /search\.__proto__ is not known/],
            ['a flag as text', { seen: 'false' }, /search\.seen must be true or false/],
            ['a flag as number', { flagged: 1 }, /search\.flagged must be true or false/],
            ['empty text', { from: '' }, /search\.from must be text that is not empty/],
            ['blank text', { subject: ' \t' }, /search\.subject must be text that is not empty/],
            ['a number as text', { to: 5 }, /search\.to must be text/],
            ['null', { cc: null }, /search\.cc must be text/],
            ['an empty keyword', { keyword: '' }, /search\.keyword must be/],
            ['a keyword with a blank', { keyword: 'is done' }, /search\.keyword must be a keyword/],
            ['a flag as keyword', { unKeyword: '\\Recent' }, /search\.unKeyword must be a keyword/],
            ['no bytes', { larger: 0 }, /search\.larger must be a number of bytes above 0/],
            ['bytes as text', { larger: '5000' }, /search\.larger must be a number of bytes/],
            ['half a byte', { smaller: 1.5 }, /search\.smaller must be a number of bytes/],
            ['an endless size', { smaller: Infinity }, /search\.smaller must be a number of bytes/],
            ['a date in another order', { since: '23.11.2026' }, /search\.since must be a date such as/],
            ['a month 13', { since: '2026-13-01' }, /search\.since must be a date/],
            // Date reads it as 3 March, and the search would silently cover other days
            ['a day that does not exist', { since: '2026-02-31' }, /search\.since must be a date/],
            ['a day that does not exist, with a time', { on: '2026-04-31T00:00:00Z' }, /search\.on must be a date/],
            ['a date with something behind it', { on: '2026-11-23(x)' }, /search\.on must be a date/],
            ['a time 25:00', { on: '2026-11-23T25:00' }, /search\.on must be a date/],
            ['a date as number', { before: 1_700_000_000 }, /search\.before must be a date/],
            ['an empty date', { sentOn: '' }, /search\.sentOn must be a date/],
            ['no header', { header: {} }, /search\.header must be an object/],
            ['a header as text', { header: 'list-id' }, /search\.header must be an object/],
            ['a header name with a colon', { header: { 'a:b': true } }, /"a:b" is no header name/],
            ['a header name with a line break', { header: { 'a\r\nb': true } }, /is no header name/],
            ['an empty header value', { header: { 'x-a': '' } }, /search\.header\.x-a must be text/],
            ['false for a header', { header: { 'x-a': false } }, /search\.header\.x-a must be text/],
            ['NUL in text, which no IMAP string can hold', { from: 'a\0b' }, /search\.from must be/],
            ['"or" without a list', { or: { seen: true } }, /search\.or must be a list of at least two/],
            ['"or" with nothing', { or: [] }, /search\.or must be a list of at least two/],
            ['"or" with one operand', { or: [{ seen: true }] }, /search\.or must be a list of at least two/],
            ['an empty operand of "or"', { or: [{ seen: true }, {}] }, /search\.or\[1\] must not be empty/],
            ['a wrong operand of "or"', { or: [{ from: '' }, { seen: true }] }, /search\.or\[0\]\.from must be text/],
            ['an empty "not"', { not: {} }, /search\.not must not be empty/],
            ['"not" with a list', { not: [{ seen: true }] }, /search\.not must be an object/],
            [
                'a mistake deep inside',
                { not: { or: [{ seen: true }, { on: 'x' }] } },
                /search\.not\.or\[1\]\.on must be/
            ],
            ['eleven levels of NOT', nested(11), /nested deeper than 10/],
            ['a tower of brackets', '['.repeat(50_000), /search is not JSON/],
            ['a tower of objects', '{"not":'.repeat(5_000) + '{}' + '}'.repeat(5_000), /nested deeper than 10/]
        ];
        for (const [what, value, words] of cases) {
            it(what, () => refuses(value, words));
        }
    });
});
