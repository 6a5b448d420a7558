import assert from 'node:assert/strict';
import { parseMailbox } from '../../../src/sender/mailbox-parser';

function nameOf(phrase: string | Buffer): string {
    const value = Buffer.concat([Buffer.from(phrase), Buffer.from(' <x@example.com>')]);
    const result = parseMailbox(value);
    assert.ok(result.ok, JSON.stringify(result));
    return result.mailbox.name;
}

describe('the display name', () => {
    it('is the phrase with its quotation marks and folds removed', () => {
        assert.equal(nameOf('Anna  Berg'), 'Anna Berg');
        assert.equal(nameOf('"Berg, Anna"\r\n (sales) GmbH'), 'Berg, Anna GmbH');
        assert.equal(nameOf('Example.com Team'), 'Example.com Team');
        assert.equal(nameOf('"say \\"hi\\""'), 'say "hi"');
        assert.equal(nameOf(''), '');
    });

    it('decodes encoded words and joins neighbours', () => {
        assert.equal(nameOf('=?utf-8?q?M=C3=BCller?= GmbH'), 'Müller GmbH');
        assert.equal(nameOf('=?utf-8?B?TcO8?=\r\n =?utf-8?B?bGxlcg==?='), 'Müller');
        assert.equal(nameOf('=?iso-8859-1?q?M=FCller.de?='), 'Müller.de');
    });

    it('keeps an encoded word in quotation marks as literal text', () => {
        assert.equal(nameOf('"=?utf-8?q?=3Cx=40y=3E?="'), '=?utf-8?q?=3Cx=40y=3E?=');
    });

    it('survives encoded words that cannot be decoded', () => {
        for (const word of [
            '=?nocharset?B?////?=',
            '=?utf-8?q?=ZZ?=',
            '=?utf-8?B?=?=',
            '=?utf-7?q?+AGE-?=',
            '=??q??='
        ]) {
            assert.equal(typeof nameOf(word), 'string');
        }
    });

    it('reads raw bytes as UTF-8, else as Latin-1', () => {
        assert.equal(nameOf('Müller'), 'Müller');
        assert.equal(nameOf(Buffer.from('M\xfcller', 'latin1')), 'Müller');
    });

    it('never holds line breaks, control characters or direction overrides', () => {
        assert.equal(nameOf('=?utf-8?q?a=0D=0ABcc=3A_evil=40bad.com=00?='), 'a Bcc: evil@bad.com');
        assert.equal(nameOf('=?utf-8?q?=E2=80=AEmoc.elpmaxe=40x?='), 'moc.elpmaxe@x');
    });
});
