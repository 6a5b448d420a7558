import assert from 'node:assert/strict';
import { decodeWords, oneLine, rawText } from '../../../src/message/header-text';

describe('header text', () => {
    it('reads raw UTF-8, and Windows-1252 where the bytes are no UTF-8', () => {
        assert.equal(rawText(Buffer.from('Grüße')), 'Grüße');
        assert.equal(rawText(Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x96, 0x20, 0x80])), 'Grüße – €');
    });

    it('unfolds and trims', () => {
        assert.equal(rawText(Buffer.from(' one\r\n two\n\tthree \r\n')), 'one two\tthree');
    });

    it('decodes encoded words in any charset', () => {
        const words: Array<[string, string]> = [
            ['=?iso-8859-1?Q?Gr=FC=DFe?=', 'Grüße'],
            ['=?windows-1252?Q?=80=96?=', '€–'],
            ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
            ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
            ['=?gb18030?B?1tDOxA==?=', '中文'],
            ['=?UTF-8?Q?a?= =?UTF-8?Q?b?= c', 'ab c']
        ];
        for (const [encoded, decoded] of words) {
            assert.equal(decodeWords(encoded), decoded);
        }
    });

    it('joins a character that is split between two words', () => {
        assert.equal(decodeWords('=?utf-8?Q?=C3?= =?utf-8?Q?=BC?='), 'ü');
    });

    it('keeps what is no encoded word, and survives charsets and encodings that do not exist', () => {
        assert.equal(decodeWords('a =? b ?= =?x?'), 'a =? b ?= =?x?');
        assert.match(decodeWords('=?x-none?Q?a=FC?='), /^a/);
        assert.equal(typeof decodeWords('=?utf-8?X?a?='), 'string');
    });

    it('lets no decoded line break through', () => {
        assert.equal(decodeWords('=?utf-8?Q?a=0D=0ABcc:_x@example.com=00?='), 'a Bcc: x@example.com');
        assert.equal(oneLine('a\u2028b\u0085c'), 'a b c');
    });
});
