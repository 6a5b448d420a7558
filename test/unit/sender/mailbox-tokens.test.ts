import assert from 'node:assert/strict';
import { tokenize } from '../../../src/sender/mailbox-tokens';
import { SenderProblem } from '../../../src/sender/problems';

function cut(value: string): { texts: string[]; comments: string[] } {
    const result = tokenize(value);
    assert.ok(result.ok);
    return { texts: result.tokens.map(token => token.text), comments: result.comments };
}

function refused(value: string, problem: SenderProblem): void {
    assert.deepEqual(tokenize(value), { ok: false, problem }, JSON.stringify(value));
}

describe('cutting an address field into tokens', () => {
    it('tells atoms, quoted strings and specials apart', () => {
        assert.deepEqual(cut('A"b, c" <x.y@d>').texts, ['A', 'b, c', '<', 'x', '.', 'y', '@', 'd', '>']);
    });

    it('removes quoted-pairs and line ends from quoted strings', () => {
        const result = tokenize('"a\\"\\\\\r\n b"');
        assert.ok(result.ok);
        assert.deepEqual(result.tokens, [{ kind: 'quoted', text: 'a"\\ b', gap: false, size: 11, folded: true }]);
    });

    it('takes nested comments out and remembers the gap they leave', () => {
        assert.deepEqual(cut('a(b(c\\))d)e (f)'), { texts: ['a', 'e'], comments: ['b(c\\))d', 'f'] });
        const gaps = tokenize('a(b)c d');
        assert.ok(gaps.ok);
        assert.deepEqual(
            gaps.tokens.map(token => token.gap),
            [false, true, true]
        );
    });

    it('leaves encoded words and 8-bit bytes undecoded', () => {
        assert.deepEqual(cut('=?utf-8?q?=2C?= \xc3\xa4').texts, ['=?utf-8?q?=2C?=', '\xc3\xa4']);
    });

    it('refuses what is not closed', () => {
        refused('"a', SenderProblem.OpenQuote);
        refused('"a\\"', SenderProblem.OpenQuote);
        refused('"a\\\r\n "', SenderProblem.OpenQuote);
        refused('(a(b)', SenderProblem.OpenComment);
        refused('(a\\)', SenderProblem.OpenComment);
        refused('a)', SenderProblem.OpenComment);
        refused('a\\b', SenderProblem.StrayBackslash);
    });

    it('gets through a megabyte of nesting, quoting and specials', () => {
        const half = 500_000;
        assert.equal(cut('('.repeat(half) + ')'.repeat(half)).comments.length, 1);
        assert.equal(cut('()'.repeat(half)).comments.length, half);
        assert.equal(cut('""'.repeat(half)).texts.length, half);
        assert.equal(cut('a.'.repeat(half)).texts.length, half * 2);
        refused('('.repeat(half * 2), SenderProblem.OpenComment);
        refused(`"${'\\"'.repeat(half)}`, SenderProblem.OpenQuote);
        assert.equal(cut(' '.repeat(half * 2)).texts.length, 0);
    });
});
