import assert from 'node:assert/strict';
import { cleanFileName, diskName, MAX_NAME_BYTES } from '../../../src/message/attachment-name';

describe('attachment name', () => {
    it('keeps ordinary names', () => {
        for (const name of [
            'Angebot Nr. 12 (final).pdf',
            'Grüße.txt',
            '見積書.xlsx',
            'a.tar.gz',
            'consul.txt',
            'com.txt'
        ]) {
            assert.equal(cleanFileName(name), name);
        }
    });

    it('leaves no way out of the folder', () => {
        const names: Array<[string, string]> = [
            ['../../x', 'x'],
            ['..\\..\\x', 'x'],
            ['/etc/passwd', 'etc_passwd'],
            ['C:\\Windows\\x.exe', 'C__Windows_x.exe'],
            ['..', ''],
            ['. . /', ''],
            ['a/../b', 'a_b'],
            ['AC/DC.mp3', 'AC_DC.mp3']
        ];
        for (const [name, clean] of names) {
            assert.equal(cleanFileName(name), clean, name);
        }
    });

    it('hides no file', () => {
        assert.equal(cleanFileName('.bashrc'), 'bashrc');
        assert.equal(cleanFileName(' ...x'), 'x');
    });

    it('defuses the device names of Windows', () => {
        for (const name of ['CON', 'con.txt', 'nul.tar.gz', 'COM1', 'lpt9.pdf', 'COM¹.txt', 'CONIN$', 'aux.']) {
            assert.match(cleanFileName(name), /^_/, name);
        }
        assert.equal(cleanFileName('C\u200bON'), '_CON');
    });

    it('drops what cannot be seen', () => {
        assert.equal(cleanFileName('a\0b\u0007c\u200b.txt'), 'abc.txt');
        assert.equal(cleanFileName('\u202efdp.exe'), 'fdp.exe');
        assert.equal(cleanFileName('a\r\n b\t.txt'), 'a b .txt');
        assert.equal(cleanFileName('a\ud800b'), 'ab');
    });

    it('replaces what Windows forbids', () => {
        assert.equal(cleanFileName('a<b>c:d"e|f?g*.txt'), 'a_b_c_d_e_f_g_.txt');
        assert.equal(cleanFileName('x.txt. . '), 'x.txt');
    });

    it('composes letters, so that a name has one spelling', () => {
        assert.equal(cleanFileName('u\u0308.txt'), 'ü.txt');
    });

    it('shortens long names between characters and keeps the extension', () => {
        const clean = cleanFileName(`${'ü'.repeat(300)}.pdf`);
        assert.match(clean, /^ü+\.pdf$/);
        assert.ok(Buffer.byteLength(clean) <= MAX_NAME_BYTES);
        assert.equal(Buffer.byteLength(cleanFileName(`a.${'b'.repeat(300)}`)), MAX_NAME_BYTES);
        assert.ok(!cleanFileName('😀'.repeat(300)).includes('\ufffd'));
    });

    it('returns nothing when nothing is left', () => {
        assert.equal(cleanFileName(''), '');
        assert.equal(cleanFileName('\u202e\u200b'), '');
    });

    it('puts time and chance before the name on disk', () => {
        const now = new Date('2026-11-23T09:00:00.123Z');
        assert.equal(diskName(now, Buffer.from('0a1b2c', 'hex'), 'x.pdf'), '20261123T090000Z-0a1b2c-x.pdf');
        assert.equal(diskName(now, Buffer.from('0a1b2c', 'hex'), ''), '20261123T090000Z-0a1b2c');
    });
});
