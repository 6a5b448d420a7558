import assert from 'node:assert/strict';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { decodeEncodedWords } from '../../../src/message/encoded-words';
import { SeededRandom } from '../../support/seeded-random';

describe('encoded words', () => {
    it('joins words of one charset, whatever their encodings, and drops the blanks between two words', () => {
        assert.equal(decodeEncodedWords('=?utf-8?Q?=C3?= =?UTF-8?Q?=BC?='), 'ü');
        assert.equal(decodeEncodedWords('=?utf-8?B?w7w=?=\t=?utf-8?Q?=C3=9F?='), 'üß');
        assert.equal(decodeEncodedWords('=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?='), 'aü');
        assert.equal(decodeEncodedWords('=?utf-8?Q?a?==?utf-8?Q?b?='), 'ab');
    });

    it('keeps blanks beside plain text', () => {
        assert.equal(decodeEncodedWords('Re: =?utf-8?Q?a_b?= c  d'), 'Re: a b c  d');
        assert.equal(decodeEncodedWords('=?utf-8?Q?a?= - =?utf-8?Q?b?='), 'a - b');
    });

    it('reads blanks, raw bytes and lower case inside of a word', () => {
        assert.equal(decodeEncodedWords('=?utf-8?q?gr=c3=bc n ß?='), 'grü n ß');
        assert.equal(decodeEncodedWords('=?utf-8?b?w7 w=?='), 'ü');
    });

    it('keeps what is no encoded word', () => {
        for (const text of ['', '=?', 'a =? b ?= =?x?', '=?utf-8?X?a?=', '=??q??=', '=?utf-8?q?open', '?=']) {
            assert.equal(decodeEncodedWords(text), text);
        }
    });

    it('reads every random text that a mail library encodes', () => {
        const random = new SeededRandom(2047);
        const letters = [...'abc xyz=?_"<>,@äöüß€–Привет日本語中文한글🙂'];
        for (let round = 0; round < 500; round++) {
            const text = Array.from({ length: 1 + random.below(60) }, () => random.pick(letters)).join('');
            for (const encoding of ['Q', 'B'] as const) {
                const encoded = encodeWord(text, encoding, 52);
                assert.equal(decodeEncodedWords(encoded), text, encoded);
            }
        }
    });

    it('needs no more than linear time for hostile fields', () => {
        const started = performance.now();
        for (const piece of ['=?utf-8?q?', '=?a', '=?utf-8?q?=?= ', '?=', '=?utf-8?b?/']) {
            decodeEncodedWords(piece.repeat(100_000));
        }
        assert.ok(performance.now() - started < 5_000);
    });
});
