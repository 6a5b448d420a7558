import assert from 'node:assert/strict';
import { compileGlob } from '../../../src/sender/local-glob';

function covers(pattern: string, texts: readonly string[]): void {
    for (const text of texts) {
        assert.ok(compileGlob(pattern)(text), `${pattern} covers ${text}`);
    }
}

function spares(pattern: string, texts: readonly string[]): void {
    for (const text of texts) {
        assert.ok(!compileGlob(pattern)(text), `${pattern} spares ${text}`);
    }
}

describe('a pattern for the local part', () => {
    it('takes * for any run, also an empty one', () => {
        covers('*', ['', 'a', 'a/b', '.a', '\u{1f600}']);
        covers('no*reply', ['noreply', 'no-reply', 'no.no.reply']);
        spares('no*reply', ['noreply2', 'xnoreply', 'norepl']);
        covers('*a*b*', ['ab', 'xaxbx', 'aab', 'abab']);
        spares('*a*b*', ['ba', 'a', 'b', '']);
    });

    it('takes ? for exactly one character', () => {
        covers('a?c', ['abc', 'a\u{1f600}c', 'a?c']);
        spares('a?c', ['ac', 'abbc']);
        covers('?*', ['a', 'ab']);
        spares('?*', ['']);
    });

    it('takes every other character literally', () => {
        covers('a.b[c]{d,e}!(f)^$|\\+', ['a.b[c]{d,e}!(f)^$|\\+']);
        spares('a.b', ['axb']);
        spares('{a,b}', ['a', 'b']);
        spares('!a', ['b']);
        spares('[ab]', ['a']);
    });

    it('comes to an end with many stars', () => {
        spares('*a'.repeat(5_000) + 'b', ['a'.repeat(20_000)]);
    });
});
