import assert from 'node:assert/strict';
import { splitHeaderBlock } from '../../../src/sender/header-fields';
import { SenderProblem } from '../../../src/sender/problems';

function fieldsOf(text: string): Array<[string, string]> {
    const result = splitHeaderBlock(Buffer.from(text, 'latin1'));
    assert.ok(result.ok);
    return result.fields.map(field => [field.name, field.value]);
}

function problemOf(text: string): SenderProblem {
    const result = splitHeaderBlock(Buffer.from(text, 'latin1'));
    assert.ok(!result.ok);
    return result.problem;
}

describe('splitting a header block', () => {
    it('keeps names and values byte for byte, folds included', () => {
        assert.deepEqual(fieldsOf('From: =?utf-8?q?x?=\r\n <a@b>\r\nX-From:\xe4'), [
            ['From', ' =?utf-8?q?x?=\r\n <a@b>'],
            ['X-From', '\xe4']
        ]);
    });

    it('accepts a block with and without the empty line at its end', () => {
        const expected = [['From', ' a@b']];
        for (const end of ['', '\r\n', '\r\n\r\n', '\r\n\r\n\r\n']) {
            assert.deepEqual(fieldsOf(`From: a@b${end}`), expected);
        }
    });

    it('finds no field in an empty answer', () => {
        assert.deepEqual(fieldsOf(''), []);
        assert.deepEqual(fieldsOf('\r\n'), []);
    });

    it('marks the obsolete form with white space before the colon', () => {
        const result = splitHeaderBlock(Buffer.from('FROM \t: a@b\r\nTo: c@d'));
        assert.ok(result.ok);
        assert.deepEqual(
            result.fields.map(({ key, obsolete }) => ({ key, obsolete })),
            [
                { key: 'from', obsolete: true },
                { key: 'to', obsolete: false }
            ]
        );
    });

    it('refuses a first line that begins with white space', () => {
        assert.equal(problemOf(' From: a@b'), SenderProblem.FirstLineFolded);
        assert.equal(problemOf('\tx\r\nFrom: a@b'), SenderProblem.FirstLineFolded);
    });

    it('refuses control characters wherever they stand', () => {
        for (const char of ['\0', '\x01', '\x0b', '\x0c', '\x1b', '\x7f']) {
            assert.equal(problemOf(`Subject: ${char}\r\nFrom: a@b`), SenderProblem.ControlCharacter);
        }
        assert.deepEqual(fieldsOf('From:\ta@b'), [['From', '\ta@b']]);
    });

    it('refuses line ends that are not CRLF', () => {
        for (const text of ['From: a@b\rX: y', 'From: a@b\n', 'A: b\nFrom: a@b\r\n', 'From: a@b\r', 'A: b\r\r\nC: d']) {
            assert.equal(problemOf(text), SenderProblem.LineEnd);
        }
    });

    it('refuses lines that are no field', () => {
        for (const line of [
            'garbage',
            ': value',
            'From x@y Mon Nov 23 09:00:00 2026',
            'Fr\xf6m: a@b',
            'From\r\n : a@b'
        ]) {
            assert.equal(problemOf(`A: b\r\n${line}\r\nFrom: a@b`), SenderProblem.NotAField);
        }
    });

    it('refuses text behind the empty line, also when it looks like a continuation', () => {
        for (const text of ['A: b\r\n\r\nFrom: a@b', 'A: b\r\n\r\n From: a@b', '\r\nFrom: a@b']) {
            assert.equal(problemOf(text), SenderProblem.TextAfterHeader);
        }
    });

    it('gets through a megabyte of hostile lines', () => {
        const size = 1_000_000;
        assert.equal(fieldsOf('a:\r\n'.repeat(size / 4)).length, size / 4);
        assert.equal(fieldsOf(`a:${'\r\n '.repeat(size / 3)}`).length, 1);
        assert.equal(problemOf(`${'a'.repeat(size)}`), SenderProblem.NotAField);
        assert.equal(problemOf(`a${' '.repeat(size)}`), SenderProblem.NotAField);
        assert.equal(problemOf(`A: b\r\n${'\r\n'.repeat(size / 2)}x`), SenderProblem.TextAfterHeader);
    });
});
