import assert from 'node:assert/strict';
import { isKeyword } from '../../../src/imap/keyword';

describe('isKeyword', () => {
    for (const word of ['$Forwarded', 'done', 'Label_1', 'a-b.c', 'x[', '~}', 'a'.repeat(100)]) {
        it(`accepts "${word}"`, () => assert.equal(isKeyword(word), true));
    }

    const refused = ['', ' ', 'two words', '\\Seen', 'a(b', 'a)b', 'a{b', 'a%', '*', 'a"b', 'a]', 'ä', 'a\r\nb', 'a\0'];
    for (const word of [...refused, 'a'.repeat(101)]) {
        it(`refuses ${JSON.stringify(word)}`, () => assert.equal(isKeyword(word), false));
    }
});
