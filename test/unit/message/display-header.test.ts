import assert from 'node:assert/strict';
import {
    type DisplayField,
    headerObject,
    MAX_HEADER_FIELDS,
    readDisplayFields,
    textsOf
} from '../../../src/message/display-header';
import { splitHeaderBlock } from '../../../src/sender/header-fields';
import { randomText, seeded } from '../../support/random-header';
import { rawMail } from '../../support/raw-mail';
import { cloneMessage } from '../../support/clone-message';

function read(...lines: string[]): DisplayField[] {
    return readDisplayFields(rawMail(...lines, '', '')).fields;
}

describe('display header', () => {
    it('reads names in lower case and unfolds values', () => {
        assert.deepEqual(read('Subject: one', ' two', 'X-Mailer : three'), [
            { key: 'subject', text: 'one two' },
            { key: 'x-mailer', text: 'three' }
        ]);
    });

    it('reads a header with bare LF', () => {
        assert.deepEqual(readDisplayFields(Buffer.from('A: 1\nB: 2\n\n')).fields, [
            { key: 'a', text: '1' },
            { key: 'b', text: '2' }
        ]);
    });

    it('skips lines that are no field', () => {
        const fields = read('From ben@example.com Mon Nov 23 09:00:00 2026', ' folded', 'no field', ': empty', 'A: 1');
        assert.deepEqual(fields, [{ key: 'a', text: '1' }]);
    });

    it('reads from the fields of strict readers what it reads from the block', () => {
        const pieces = [
            'A',
            ':',
            ': ',
            'Subject',
            '\r\n',
            '\r\n ',
            '\r\n\t',
            '\r\n',
            '\n',
            ' ',
            '=?utf-8?Q?=C3=BC?=',
            '\xfc'
        ];
        let strict = 0;
        for (let seed = 1; seed <= 6_000; seed++) {
            const text = `From: a@b\r\n${randomText(seeded(seed), pieces, 12)}\r\n\r\n`;
            const block = Buffer.from(text, 'latin1');
            const split = splitHeaderBlock(block);
            strict += split.ok && split.fields.length > 1 ? 1 : 0;
            assert.deepEqual(readDisplayFields(block, split), readDisplayFields(block), JSON.stringify(text));
        }
        assert.ok(strict > 90, String(strict));
        const many = Buffer.from('A: 1\r\n'.repeat(MAX_HEADER_FIELDS + 1));
        assert.deepEqual(readDisplayFields(many, splitHeaderBlock(many)), readDisplayFields(many));
    });

    it('keeps the order of repeated fields', () => {
        assert.deepEqual(textsOf(read('A: 1', 'B: 2', 'a: 3'), 'a'), ['1', '3']);
    });

    it('stops after the limit and says so', () => {
        const block = Buffer.from('A: 1\r\n'.repeat(MAX_HEADER_FIELDS + 1));
        const { fields, cut } = readDisplayFields(block);
        assert.equal(fields.length, MAX_HEADER_FIELDS);
        assert.equal(cut, true);
        assert.equal(readDisplayFields(block.subarray(6)).cut, false);
    });

    it('makes an object of decoded texts, with an array for a repeated field', () => {
        const header = headerObject(read('Subject: =?utf-8?Q?=C3=BC?=', 'Received: b', 'Received: a', 'Received: c'));
        assert.equal(header['subject'], 'ü');
        assert.deepEqual(header['received'], ['b', 'a', 'c']);
        assert.equal(header['constructor'], undefined);
    });

    it('survives the clone of Node-RED and JSON with names that belong to every object', () => {
        const header = headerObject(read('__proto__: a', '__proto__: b', 'Constructor: c', 'ToString: d'));
        const copy = cloneMessage({ header }).header;
        assert.ok(!Array.isArray(Object.getPrototypeOf(copy)));
        assert.deepEqual({ ...copy }, { constructor: 'c', tostring: 'd' });
        assert.equal(JSON.stringify(header), '{"constructor":"c","tostring":"d"}');
    });
});
