import assert from 'node:assert/strict';
import { decodeEntities } from '../../../src/message/html-entities';

describe('HTML entities', () => {
    it('decodes names and numbers', () => {
        assert.equal(
            decodeEntities('&lt;&amp;&gt; &Auml;&ouml;&uuml;&szlig;&yuml; &euro; &#228;&#xE4;&#x1F600;'),
            '<&> Äöüßÿ € ää😀'
        );
    });

    it('decodes once', () => {
        assert.equal(decodeEntities('&amp;lt;'), '&lt;');
    });

    it('reads the numbers that Word means in Windows-1252', () => {
        assert.equal(decodeEntities('&#150;&#128;'), '–€');
    });

    it('keeps what is no reference', () => {
        for (const text of ['a & b', '&unknown;', '&', '&;', '&#;', '?a=1&copy=2', '&__proto__;', '&constructor;']) {
            assert.equal(decodeEntities(text), text);
        }
    });

    it('replaces numbers that are no character', () => {
        assert.equal(decodeEntities('&#0;&#xD800;&#x110000;&#9999999999;'), '\ufffd'.repeat(4));
    });
});
