import assert from 'node:assert/strict';
import { MAX_FIELD_BYTES, parseAddress, parseMailbox } from '../../../src/sender/mailbox-parser';
import { SenderProblem } from '../../../src/sender/problems';
import { randomText, seeded } from '../../support/random-header';

function addressOf(value: string | Buffer): string {
    const result = parseMailbox(value);
    assert.ok(result.ok, `${JSON.stringify(value)} ${JSON.stringify(result)}`);
    return result.mailbox.address;
}

function refused(value: string | Buffer, problem: SenderProblem): void {
    assert.deepEqual(parseMailbox(value), { ok: false, problem }, JSON.stringify(value.toString()));
}

describe('parsing one mailbox', () => {
    it('accepts an address with and without brackets, phrase, white space and comments around it', () => {
        const values = [
            'x@example.com',
            ' x@EXAMPLE.com\t ',
            '<x@example.com>',
            '< x@example.com >',
            'Name<x@example.com>',
            'Example.com Team <x@example.com>',
            '"a, b; <c@d>: @" <x@example.com>',
            '(before) x@example.com (after)',
            'Name (c) <(d) x@example.com (e)> (f)',
            'Name\r\n <x@example.com>',
            'M\u00fcller <x@example.com>',
            "O'Brien & Co! <x@example.com>"
        ];
        for (const value of values) {
            assert.equal(addressOf(value), 'x@example.com');
        }
    });

    // white space behind it keeps a value from being taken for the plain form
    it('reads the plain form as it reads every other', () => {
        const pieces = [
            'Anna',
            ' ',
            ' ',
            'x',
            '<',
            '>',
            '@',
            '.',
            'example',
            'COM',
            '-',
            '_',
            '+',
            '1',
            '"',
            ',',
            '=?'
        ];
        let accepted = 0;
        for (let seed = 1; seed <= 6_000; seed++) {
            const random = seeded(seed);
            const some = (): string => randomText(random, pieces, 5);
            const value = seed % 2 === 0 ? some() : ` Anna${some()} <x${some()}@e${some()}.com>`;
            const result = parseMailbox(value);
            assert.deepEqual(result, parseMailbox(`${value} `), value);
            accepted += result.ok ? 1 : 0;
        }
        assert.ok(accepted > 200, String(accepted));
        for (const value of [
            `<${'a'.repeat(65)}@b.de>`,
            `<a@${'b'.repeat(64)}.de>`,
            '<a@b-.de>',
            '<a@-.de>',
            '<_@b>'
        ]) {
            assert.deepEqual(parseMailbox(value), parseMailbox(`${value} `), value);
        }
    });

    it('hands out the parts of the mailbox', () => {
        assert.deepEqual(parseMailbox('"Berg, Anna" <"a \\"b"@M\u00dcLLER-maschinen.de> (one (two))'), {
            ok: true,
            mailbox: {
                address: '"a \\"b"@xn--mller-maschinen-zvb.de',
                local: 'a "b',
                domain: 'xn--mller-maschinen-zvb.de',
                name: 'Berg, Anna',
                comments: ['one (two)']
            }
        });
    });

    it('writes quotation marks only where the local part needs them', () => {
        assert.equal(addressOf('"x.y"@example.com'), 'x.y@example.com');
        for (const local of ['"x y"', '".x"', '"x..y"', '"x@y"', '"a\\\\b"', '"a,b"', '"(a)"']) {
            assert.equal(addressOf(`${local}@example.com`), `${local}@example.com`);
        }
    });

    it('reads its own addresses back to the same mailbox', () => {
        for (const value of [
            '"x y"@example.com',
            'j\u00fcrgen@m\u00fcller.de',
            'a/b+c@example.com',
            '"\\"\\\\"@example.com'
        ]) {
            const once = parseMailbox(value);
            assert.ok(once.ok);
            assert.deepEqual(parseAddress(once.mailbox.address), once);
        }
    });

    it('accepts every character that an atom may hold', () => {
        assert.equal(addressOf("!#$%&'*+-/=?^_`{|}~@example.com"), "!#$%&'*+-/=?^_`{|}~@example.com");
    });

    it('refuses an empty field and one without an address', () => {
        for (const value of ['', '  ', '<>', 'Name <>', '(only a comment)', '< (c) >']) {
            refused(value, SenderProblem.Empty);
        }
        for (const value of ['Name', '<name>', '=?utf-8?q?x=40example=2Ecom?=', '"x@example.com"']) {
            refused(value, SenderProblem.NoAddress);
        }
    });

    it('refuses lists, also with empty members', () => {
        for (const value of [
            'a@b.c, d@e.f',
            'a@b.c,',
            ',a@b.c',
            '<a@b.c>,',
            '<a@b.c>, <d@e.f>',
            'a@b.c; d@e.f',
            'a@b.c;'
        ]) {
            refused(value, SenderProblem.List);
        }
    });

    it('refuses groups and source routes', () => {
        for (const value of [
            'g: a@b.c;',
            'g:;',
            'undisclosed-recipients:;',
            '"g": <a@b.c>;',
            '<@b.c:a@b.c>',
            '<@b.c,@d.e:a@b.c>'
        ]) {
            assert.ok(!parseMailbox(value).ok, value);
        }
        refused('g: a@b.c;', SenderProblem.Group);
        refused('<@b.c:a@b.c>', SenderProblem.Group);
    });

    it('refuses domain literals', () => {
        refused('a@[192.0.2.1]', SenderProblem.DomainLiteral);
        refused('<a@[example.com]>', SenderProblem.DomainLiteral);
    });

    it('refuses brackets that do not surround exactly one address', () => {
        const values = [
            '<a@b.c> d',
            '<a@b.c> "d"',
            '<a@b.c> <d@e.f>',
            '<a@b.c><d@e.f>',
            '<<a@b.c>>',
            '<a@b.c',
            'a@b.c>',
            'a <b <c@d.e>',
            '"x"<evil@bad.com>@example.com',
            '> a <b@c.d'
        ];
        for (const value of values) {
            assert.ok(!parseMailbox(value).ok, value);
        }
        refused('<a@b.c> d', SenderProblem.Brackets);
    });

    it('refuses an unquoted @ in the display name', () => {
        refused('a@b.c <d@e.f>', SenderProblem.AtInName);
        refused("'a@b.c' <d@e.f>", SenderProblem.AtInName);
    });

    it('refuses a second @ outside quotation marks', () => {
        refused('a@b.c@d.e', SenderProblem.ManyAts);
        assert.equal(addressOf('"a@b.c"@d.e'), '"a@b.c"@d.e');
    });

    it('refuses white space, folds and comments inside the address', () => {
        const values = [
            'a @b.c',
            'a@ b.c',
            'a@b .c',
            'a@b. c',
            'a b@c.d',
            'a@b c',
            'a(c)@b.c',
            'a@(c)b.c',
            'a@b(c).c',
            'a@b\r\n .c',
            '"a\r\n b"@c.d',
            '<a@b(c)c.d>'
        ];
        for (const value of values) {
            refused(value, SenderProblem.GapInAddress);
        }
    });

    it('refuses malformed local parts and domains', () => {
        for (const value of [
            '@b.c',
            '.a@b.c',
            'a.@b.c',
            'a..b@c.d',
            '""@b.c',
            '"a".b@c.d',
            'a."b"@c.d',
            '"a""b"@c.d'
        ]) {
            refused(value, SenderProblem.BadLocal);
        }
        for (const value of ['a@', 'a@.b', 'a@b.', 'a@b..c', 'a@"b.c"', 'a@b."c"']) {
            refused(value, SenderProblem.BadDomain);
        }
        refused('a@b\\.c', SenderProblem.StrayBackslash);
    });

    it('refuses bytes in the address that are not UTF-8, and accepts them in the name', () => {
        refused(Buffer.from('a@m\xfcller.de', 'latin1'), SenderProblem.BadDomain);
        refused(Buffer.from('j\xfcrgen@example.com', 'latin1'), SenderProblem.BadLocal);
        assert.equal(addressOf(Buffer.from('J\xfcrgen <a@example.com>', 'latin1')), 'a@example.com');
    });

    it('refuses characters in the local part that nobody can see or that can be written in two ways', () => {
        for (const char of ['\u200b', '\u00ad', '\u202e', '\u00a0', '\ufffd', '\ue000', '\u0085', 'u\u0308']) {
            refused(`a${char}b@example.com`, SenderProblem.BadLocal);
        }
    });

    it('refuses an encoded word in the address', () => {
        refused('=?utf-8?q?x?=@example.com', SenderProblem.EncodedAddress);
        refused('"=?utf-8?q?x?="@example.com', SenderProblem.EncodedAddress);
        refused('=?utf-8?q?x@example.com', SenderProblem.EncodedAddress);
        refused('x@=?utf-8?B?eA?=.com', SenderProblem.EncodedAddress);
        refused('=?utf-8?q?x=40example.com=3E?=@bad.com', SenderProblem.EncodedAddress);
    });

    it('refuses folds that other parsers take for the end of the header', () => {
        for (const value of ['a@b.c\r\n', 'a@b.c\r\n \r\n (d)', '\r\n \r\n a@b.c', 'a@b.c\r\n ', 'a@b.c\r\nX: y']) {
            refused(value, SenderProblem.BadFold);
        }
        refused('a@b.c\n d', SenderProblem.LineEnd);
        refused('a@b.c\r d', SenderProblem.LineEnd);
        refused('a\0@b.c', SenderProblem.ControlCharacter);
    });

    it('refuses parts over their limits', () => {
        assert.ok(parseMailbox(`${'a'.repeat(64)}@example.com`).ok);
        refused(`${'a'.repeat(65)}@example.com`, SenderProblem.LocalTooLong);
        refused(`"${'a'.repeat(63)}"@example.com`, SenderProblem.LocalTooLong);
        refused(`${'\u00fc'.repeat(33)}@example.com`, SenderProblem.LocalTooLong);
        refused(`a@${'a.'.repeat(126)}com`, SenderProblem.DomainTooLong);
        refused(`${'a'.repeat(MAX_FIELD_BYTES)} <a@b.c>`, SenderProblem.FieldTooLong);
    });
});

describe('parsing an address that a flow wrote', () => {
    it('accepts the address alone', () => {
        assert.ok(parseAddress('x@Example.com').ok);
        assert.ok(parseAddress('"x y"@example.com').ok);
    });

    it('refuses everything around it', () => {
        const values = [
            '',
            ' x@b.c',
            'x@b.c ',
            'x@b.c\r\n ',
            '<x@b.c>',
            'N <x@b.c>',
            'x@b.c(d)',
            '(d)x@b.c',
            'x@b.c,',
            'a@b.c, d@e.f'
        ];
        for (const value of values) {
            assert.ok(!parseAddress(value).ok, JSON.stringify(value));
        }
    });
});
