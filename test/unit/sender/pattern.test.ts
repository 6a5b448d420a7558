import assert from 'node:assert/strict';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { type Mailbox, parseMailbox } from '../../../src/sender/mailbox-parser';
import { compileSenders } from '../../../src/sender/pattern';

function mailbox(value: string): Mailbox {
    const result = parseMailbox(value);
    assert.ok(result.ok, value);
    return result.mailbox;
}

function matches(pattern: string, value: string): boolean {
    return compileSenders([pattern]).matches(mailbox(value));
}

function assertRefused(patterns: readonly string[], reason: RegExp): void {
    for (const pattern of patterns) {
        assert.throws(
            () => compileSenders(['ok@example.com', pattern]),
            (error: unknown) => {
                assert.ok(error instanceof MailError);
                assert.equal(error.code, MailErrorCode.InvalidPattern);
                assert.equal(error.kind, 'configuration');
                assert.equal(error.step, 'configure');
                assert.match(error.message, reason);
                return true;
            },
            JSON.stringify(pattern)
        );
    }
}

describe('sender patterns', () => {
    it('match the domain exactly and in any case, without its sub-domains', () => {
        assert.ok(matches('*@Channel.Example.COM', 'x@channel.example.com'));
        assert.ok(matches('*@example.com', 'x@EXAMPLE.com'));
        for (const domain of ['mail.example.com', 'example.com.evil.com', 'example-com', 'notexample.com', 'com']) {
            assert.ok(!matches('*@example.com', `x@${domain}`), domain);
        }
    });

    it('match sub-domains at any depth with *., without the domain itself', () => {
        assert.ok(matches('*@*.example.com', 'x@a.example.com'));
        assert.ok(matches('*@*.example.com', 'x@a.b.example.com'));
        assert.ok(!matches('*@*.example.com', 'x@example.com'));
        assert.ok(!matches('*@*.example.com', 'x@evilexample.com'));
        assert.ok(matches('*@*.co.uk', 'x@example.co.uk'));
    });

    it('match any local part with *, quoted ones included', () => {
        for (const local of ['x', 'a/b', '"x y"', '"x@example.com"', 'x+tag']) {
            assert.ok(matches('*@example.com', `${local}@example.com`), local);
        }
    });

    it('match local parts in any case, and exactly as an option', () => {
        assert.ok(matches('NoReply@example.com', 'noreply@example.com'));
        assert.ok(matches('no*@example.com', 'NOREPLY@example.com'));
        const exact = compileSenders(['NoReply@Example.com'], { caseSensitive: true });
        assert.ok(exact.matches(mailbox('NoReply@example.COM')));
        assert.ok(!exact.matches(mailbox('noreply@example.com')));
    });

    it('compare local parts without quotation marks', () => {
        assert.ok(matches('abc@example.com', '"a\\bc"@example.com'));
        assert.ok(matches('a?b@example.com', '"a b"@example.com'));
    });

    it('compare international domains as A-labels', () => {
        for (const pattern of [
            '*@m\u00fcller-maschinen.de',
            '*@xn--mller-maschinen-zvb.de',
            '*@M\u00dcLLER-MASCHINEN.de'
        ]) {
            assert.ok(matches(pattern, 'x@m\u00fcller-maschinen.de'), pattern);
            assert.ok(matches(pattern, 'x@XN--mller-maschinen-zvb.de'), pattern);
        }
        assert.ok(matches('*@*.m\u00fcller.de', 'x@mail.xn--mller-kva.de'));
        assert.ok(!matches('*@channel.machineseeker.com', 'x@channel.m\u0430chineseeker.com'));
        assert.ok(matches('j\u00fcrgen@example.com', 'J\u00dcRGEN@example.com'));
        assert.ok(matches('ju\u0308rgen@example.com', 'j\u00fcrgen@example.com'));
    });

    it('match when one of several does', () => {
        const senders = compileSenders(['a@example.com', '*@example.com', '*@*.example.com']);
        assert.ok(senders.matches(mailbox('b@example.com')));
        assert.ok(senders.matches(mailbox('b@c.example.com')));
        assert.ok(!senders.matches(mailbox('b@example.org')));
    });

    it('never look at the display name or a comment', () => {
        assert.ok(!matches('*@example.com', '"x@example.com" <y@bad.com> (x@example.com)'));
    });

    it('match nobody when there are none, and say so', () => {
        const none = compileSenders([]);
        assert.ok(none.isEmpty);
        assert.ok(!none.matches(mailbox('x@example.com')));
        assert.ok(!compileSenders(['x@example.com']).isEmpty);
    });
});

describe('sender patterns that are refused', () => {
    it('say which pattern it was', () => {
        assertRefused(['foo@*.de'], /"foo@\*\.de" is not valid/);
        assertRefused(['a\r\nb@example.com'], /"a b@example\.com" is not valid/);
    });

    it('have no @ or more than one', () => {
        assertRefused(['', 'example.com', '*'], /no @/);
        assertRefused(['a@b@example.com', '*@@example.com', '"a@b"@example.com'], /more than one @/);
    });

    it('have no local part', () => {
        assertRefused(['@example.com'], /nothing stands before the @/);
    });

    it('contain white space, control or invisible characters', () => {
        const patterns = [
            ' x@example.com',
            'x y@example.com',
            'x@example.com\t',
            'x\0@example.com',
            'x\u00a0@example.com'
        ];
        assertRefused([...patterns, 'x@exam\u200bple.com', 'x\u00ad@example.com'], /white space or an invisible/);
    });

    it('have a star inside the domain or in its last two labels', () => {
        assertRefused(['*@*.de'], /last two labels/);
        const patterns = ['*@*', '*@ex*.com', '*@a.*.com', '*@*.*.example.com', '*@*example.com', '*@**.example.com'];
        assertRefused([...patterns, '*@example.*'], /only as the whole first label/);
    });

    it('have an empty label', () => {
        assertRefused(['x@', 'x@.example.com', 'x@example..com', 'x@example.com.', '*@*.'], /empty label/);
    });

    it('have a domain that is no host name or that IDNA refuses', () => {
        const patterns = [
            'x@exa?ple.com',
            '<x@example.com>',
            'x@example.com,y',
            'x@{a,b}.com',
            'x@[192.0.2.1]',
            'x@a%41.de',
            'x@0x7f.1',
            'x@xn--a.de',
            'x@channel\u3002example\u3002com',
            'x@mu\u0308ller.de',
            `x@${'a'.repeat(64)}.de`
        ];
        assertRefused(patterns, /not a valid domain/);
    });
});
