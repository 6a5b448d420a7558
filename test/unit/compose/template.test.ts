import assert from 'node:assert/strict';
import { escapeHtml, fillTemplate, type TemplateUse } from '../../../src/compose/template';
import { MailErrorCode } from '../../../src/message/mail-error';
import { Seeded } from '../../support/seeded';

function fill(template: string, message: object, use: TemplateUse = 'text'): string {
    return fillTemplate(template, message, use, 'Text of the node');
}

describe('a template', () => {
    const message = {
        payload: 'Hi {{topic}}',
        topic: 'x',
        mail: { from: { name: 'Ben & <Co>', address: 'ben@example.com' }, list: [{ a: 1 }, { a: 2 }] },
        when: new Date('2026-11-26T08:00:00Z'),
        bytes: Buffer.from('x')
    };

    it('gets the values of the message', () => {
        assert.equal(fill('Dear {{ mail.from.name }}, {{mail.list[1].a}}', message), 'Dear Ben & <Co>, 2');
        assert.equal(fill('{{when}} {{mail.list}}', message), '2026-11-26T08:00:00.000Z [{"a":1},{"a":2}]');
    });

    it('does not look for placeholders in values', () => {
        assert.equal(fill('{{payload}}', message), 'Hi {{topic}}');
    });

    it('does not read "$&" in a value as an order', () => {
        assert.equal(fill('a {{topic}} b', { topic: "$& $1 $' $`" }), "a $& $1 $' $` b");
    });

    it('leaves empty what does not exist, is inherited or is no data', () => {
        for (const path of [
            'nothing',
            'a.b.c',
            'constructor',
            '__proto__',
            'mail.__proto__.polluted',
            'payload.length',
            'bytes',
            'mail.list.length.x',
            'toString'
        ]) {
            assert.equal(fill(`[{{${path}}}]`, message), '[]', path);
        }
        assert.equal(fill('{{fn}}{{circle}}', { fn: () => 'called', circle: circle() }), '');
    });

    it('stays as it is where nothing is a placeholder', () => {
        for (const text of ['{payload}', '{{a b}}', '{{1+1}}', '{{payload()}}', '{{', '}}', '{{{}}}']) {
            assert.equal(fill(text, message), text);
        }
    });

    it('escapes values in HTML', () => {
        assert.equal(fill('<p title="{{mail.from.name}}">', message, 'html'), '<p title="Ben &amp; &lt;Co&gt;">');
        assert.equal(escapeHtml(`<a href="x" b='y'>&`), '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;');
    });

    it('takes no line break into a line', () => {
        for (const value of ['a\r\nBcc: eve@example.net', 'a\nb', 'a\u2028b', 'a\u0000b']) {
            assert.throws(() => fill('{{value}}', { value }, 'line'), { code: MailErrorCode.HeaderInvalid });
        }
    });

    it('takes nothing but one plain address into an address', () => {
        assert.equal(fill('Ben <{{value}}>', { value: 'ben@example.com' }, 'address'), 'Ben <ben@example.com>');
        for (const value of ['a@x, b@x', 'a@x;b@x', 'A <a@x>', '"a"@x', 'a@x\r\nBcc: b@x', 'a@x b@x', 'g: a@x']) {
            assert.throws(() => fill('{{value}}', { value }, 'address'), { code: MailErrorCode.AddressInvalid }, value);
        }
    });

    it('has an end when values are large and many', () => {
        const value = 'x'.repeat(1_000_000);
        assert.throws(() => fill('{{value}}'.repeat(20), { value }), { code: MailErrorCode.TooLarge });
    });

    it('never lets a value out of its field, whatever it is made of', () => {
        const random = new Seeded(7);
        const PIECES = ['{{', '}}', 'value', '<', '>', '"', "'", '&', '\r\n', 'a@x', ',', '__proto__', '.', '[0]', ' '];
        for (let run = 0; run < 3_000; run++) {
            const value = random.list(8, () => random.pick(PIECES)).join('');
            const html = fill('<b>{{value}}</b>', { value }, 'html');
            assert.doesNotMatch(html.slice(3, -4), /[<>"']/);
            try {
                assert.doesNotMatch(fill('{{value}}', { value }, 'address'), /[\s,;:<>"\\()]/);
            } catch (error) {
                assert.equal((error as { code?: string }).code, MailErrorCode.AddressInvalid);
            }
        }
    });
});

function circle(): object {
    const made: Record<string, unknown> = {};
    made['self'] = made;
    return made;
}
