import assert from 'node:assert/strict';
import { decodeCharset, decodeUndeclared, decodeWindows1252 } from '../../../src/message/charset';

/** A text in many charsets, its bytes written in hexadecimal. */
const SAMPLES: ReadonlyArray<[charset: string, hex: string, text: string]> = [
    ['utf-8', '4772c3bcc39f65', 'Grüße'],
    ['UTF8', '4772c3bcc39f65', 'Grüße'],
    ['iso-8859-1', '4772fcdf65', 'Grüße'],
    ['latin1', '4772fcdf65', 'Grüße'],
    ['iso-8859-15', 'a4', '€'],
    ['windows-1252', '8096', '€–'],
    ['iso-8859-1', '8096', '€–'],
    ['cp1252', '8096', '€–'],
    ['win-1251', 'cff0e8e2e5f2', 'Привет'],
    ['windows-1250', '8a9a', 'Šš'],
    ['koi8-r', 'f0d2c9d7c5d4', 'Привет'],
    ['iso-2022-jp', '1b2442467c4b5c1b2842', '日本'],
    ['shift_jis', '93fa967b', '日本'],
    ['cp932', '93fa967b', '日本'],
    ['euc-jp', 'c6fccbdc', '日本'],
    ['gb2312', 'd6d0cec4', '中文'],
    ['gb18030', 'd6d0cec4', '中文'],
    ['cp936', 'd6d0cec4', '中文'],
    ['big5', 'a4a4a4e5', '中文'],
    ['ks_c_5601-1987', 'c7d1b1db', '한글'],
    ['utf-16le', 'fc00', 'ü'],
    ['iso-8859-1*de', 'fc', 'ü']
];

describe('charsets', () => {
    for (const [charset, hex, text] of SAMPLES) {
        it(`reads ${charset}`, () => {
            assert.equal(decodeCharset(Buffer.from(hex, 'hex'), charset), text);
        });
    }

    it('takes a charset that is missing, unknown or able to hide markup as undeclared', () => {
        for (const charset of ['', 'us-ascii', '8bit', 'x-unknown', 'utf-7', 'unicode-1-1-utf-7', '__proto__', ' ']) {
            assert.equal(decodeCharset(Buffer.from('ü+ADw-'), charset), 'ü+ADw-');
            assert.equal(decodeCharset(Buffer.of(0xfc, 0x80), charset), 'ü€');
        }
    });

    it('replaces bytes that a charset does not have', () => {
        assert.equal(decodeCharset(Buffer.of(0x61, 0xff), 'utf-8'), 'a\ufffd');
    });

    it('knows no byte that is not in Windows-1252', () => {
        const every = Buffer.from(Array.from({ length: 256 }, (_unused, byte) => byte));
        const text = decodeWindows1252(every);
        assert.equal(text.length, 256);
        assert.equal(text.slice(0x80, 0xa0), '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ');
        assert.equal(text.slice(0xa0), every.subarray(0xa0).toString('latin1'));
    });

    it('tells UTF-8 from Windows-1252 where nothing is declared', () => {
        assert.equal(decodeUndeclared(Buffer.from('Grüße')), 'Grüße');
        assert.equal(decodeUndeclared(Buffer.from('4772fcdf65', 'hex')), 'Grüße');
    });
});
