import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { MAX_HTML_CHARS, MAX_TEXT_CHARS } from '../../../src/inquiry/limits';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';
import { checkProfile } from '../../../src/inquiry/profile-check';
import type { ParseResult } from '../../../src/inquiry/types';

const MB = 1024 * 1024;
/** In CPU time, which a busy machine does not change much; quadratic work on these sizes takes minutes. */
const MAX_MS = 5000;
const FORM = 'Name: Anna\nE-Mail: anna@example.com\nNachricht: Hallo\n';

function parse(message: object, from = 'forms@our-site.example', subject = 'x'): ParseResult {
    const start = process.cpuUsage();
    const mail = { from: { name: '', address: from }, subject };
    const result = parseInquiries(message, mail, builtInProfiles());
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    assert.ok(ms < MAX_MS, `it took ${Math.round(ms)} ms`);
    return result;
}

function reasonOf(message: object, from?: string, subject?: string): string {
    const result = parse(message, from, subject);
    return result.recognised ? 'recognised' : result.problem.reason;
}

function attachment(content: Buffer | string): object {
    return { filename: 'a.xml', contentType: 'application/xml', content: Buffer.from(content) };
}

function feedback(inner: string): string {
    return `<openimmo_feedback><objekt><interessent><email>a@example.com</email>${inner}</interessent></objekt></openimmo_feedback>`;
}

/** Fills a text up to just below the limit with repetitions. */
function filled(piece: string, size: number): string {
    return piece.repeat(Math.floor(size / piece.length));
}

describe('hostile mail', function () {
    this.timeout(60_000);

    const pieces = [
        '<',
        '<a ',
        '<a b="',
        "<a b='",
        '<td>',
        '<table>',
        '<b>',
        '</b>',
        '<!--',
        '<script>',
        '<br>',
        '&',
        '&#',
        'a:',
        'Name: x<br>',
        '<p><b>Name:</b>',
        '<a href="https://e.example/">',
        '</td',
        '<dt>',
        '\0',
        '<pre>'
    ];
    for (const piece of pieces) {
        it(`ends soon with half a megabyte of ${JSON.stringify(piece)}`, () => {
            parse({ html: filled(piece, MAX_HTML_CHARS) });
            parse({ payload: filled(piece, MAX_TEXT_CHARS) });
            parse({ html: filled(piece, MAX_HTML_CHARS) }, 'a@mail.kleinanzeigen.de');
            parse({ html: filled(piece, MAX_HTML_CHARS) }, 'no-reply@rtm.autoscout24.com', 'Knd.-Nr');
        });
    }

    it('is refused when it is larger than an inquiry can be', () => {
        assert.equal(reasonOf({ html: '<p>'.repeat(4 * MB) }), 'too-large');
        assert.equal(reasonOf({ payload: `${FORM}${'x\n'.repeat(5 * MB)}` }), 'too-large');
        assert.equal(reasonOf({ payload: `${FORM}${'x'.repeat(10_001)}` }), 'too-large');
        assert.equal(reasonOf({ attachments: [attachment(feedback(' '.repeat(MB)))] }), 'too-large');
    });

    it('is refused when it holds more inquiries, or more labels, than any portal sends', () => {
        const form = '<p><b>Name:</b> A<br><b>E-Mail:</b> a@example.com<br><b>Nachricht:</b> x</p>';
        const result = parse({ html: form.repeat(200) });
        assert.equal(result.recognised && result.inquiries.length, 200);
        assert.equal(reasonOf({ html: form.repeat(201) }), 'too-large');
        const people = '<interessent><email>a@example.com</email></interessent>'.repeat(201);
        const many = `<openimmo_feedback><objekt>${people}</objekt></openimmo_feedback>`;
        assert.equal(reasonOf({ attachments: [attachment(many)] }), 'too-large');
        const labels = Array.from({ length: 201 }, (_, index) => `Feld ${index}: x`).join('\n');
        assert.equal(reasonOf({ payload: `${labels}\n${FORM}` }), 'too-large');
        assert.equal(reasonOf({ payload: `${'Feld: x\n'.repeat(201)}${FORM}` }), 'too-large');
    });

    it('is read around the limit of a value', () => {
        const result = parse({ payload: `${FORM.trimEnd()}${'x'.repeat(9_990)}\n` });
        assert.equal(result.recognised && result.inquiries[0]?.inquiry.text?.length, 9_995);
    });

    const documentType = '<!DOCTYPE x [<!ENTITY a "b">]>';
    const encodings: ReadonlyArray<[string, Buffer]> = [
        ['UTF-8', Buffer.from(documentType + feedback(''))],
        ['lower case', Buffer.from(documentType.toLowerCase() + feedback(''))],
        ['UTF-16 with a mark', Buffer.from(`\ufeff${documentType}${feedback('')}`, 'utf16le')],
        ['UTF-16 without one', Buffer.from(`${documentType}${feedback('')}`, 'utf16le')],
        ['UTF-16, big end first', Buffer.from(`\ufeff${documentType}${feedback('')}`, 'utf16le').swap16()],
        [
            'ISO-8859-1',
            Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${documentType}${feedback('ä')}`, 'latin1')
        ]
    ];
    for (const [name, content] of encodings) {
        it(`is refused with a document type in ${name}`, () => {
            assert.equal(
                reasonOf({ attachments: [{ filename: 'a', contentType: 'text/plain', content }] }),
                'xml-refused'
            );
        });
    }

    it('is refused with XML that is too deep or has too many elements, in the text as well', () => {
        assert.equal(reasonOf({ payload: feedback('<a>'.repeat(40) + '</a>'.repeat(40)) }), 'xml-refused');
        assert.equal(reasonOf({ attachments: [attachment(feedback('<a/>'.repeat(25_000)))] }), 'xml-refused');
        assert.equal(reasonOf({ payload: feedback('<__proto__>x</__proto__>') }), 'xml-refused');
        assert.equal(reasonOf({ html: `<!-- ${documentType}${feedback('')} -->` }), 'xml-refused');
    });

    it('is not refused because its HTML has a document type, and entities stay what they are', () => {
        const result = parse({ html: `<!DOCTYPE html><!-- ${feedback('<anfrage>&amp;lt; &x; &#228;</anfrage>')} -->` });
        assert.equal(result.recognised && result.inquiries[0]?.inquiry.text, '&lt; &x; ä');
    });

    it('reads no file that an attachment names', () => {
        const named = { filename: 'a.xml', contentType: 'text/xml', path: __filename };
        assert.equal(reasonOf({ attachments: [named] }), 'attachment-not-loaded');
    });

    it('changes no prototype by its labels', () => {
        const text = `__proto__: a\n__proto__: b\nconstructor: c\ntoString: d\n${FORM}`;
        const result = parse({ payload: text });
        const extra = result.recognised ? (result.inquiries[0]?.extra ?? {}) : {};
        assert.deepEqual(Object.keys(extra), ['__proto__:', 'constructor', 'toString']);
        assert.equal(Object.getPrototypeOf(extra), Object.prototype);
        assert.deepEqual(JSON.parse(JSON.stringify(extra)), {
            '__proto__:': ['a', 'b'],
            constructor: 'c',
            toString: 'd'
        });
    });

    it('changes no prototype by JSON-LD, however deep', () => {
        const script = (json: string): object => ({ html: `<script type="application/ld+json">${json}</script>` });
        assert.equal(reasonOf(script('{"@graph":'.repeat(5000) + '{}' + '}'.repeat(5000))), 'no-profile');
        assert.equal(reasonOf(script('['.repeat(100_000))), 'no-profile');
        const own =
            '{"@type":"Message","sender":{"name":"A","email":"a@example.com","__proto__":{"x":1}},"__proto__":"y"}';
        const result = parse(script(own));
        assert.ok(result.recognised);
        assert.equal(({} as Record<string, unknown>)['x'], undefined);
    });

    it('is only a problem of the mail, never of the flow, when the message has another shape', () => {
        for (const message of [
            {},
            { payload: 5, html: {}, attachments: 'x', header: null },
            { attachments: [null, 1, {}] }
        ]) {
            assert.equal(reasonOf(message), 'no-content');
        }
        const result = parseInquiries(
            { payload: FORM },
            { from: 7, replyTo: 'x', ref: null, to: [null] },
            builtInProfiles()
        );
        assert.equal(result.recognised, true);
    });

    it('cannot make a profile slow: its texts are compared, never run', () => {
        const profile = checkProfile({
            id: 'own',
            portal: 'own',
            format: 'label-value',
            labels: { '(a+)+$': 'contact.name', Nachricht: 'inquiry.text' },
            end: ['(.*)*x'],
            required: ['inquiry.text']
        });
        const text = `(a+)+$: ${'a'.repeat(5000)}!\nNachricht: ${'b'.repeat(5000)}\n`;
        const result = parseInquiries({ payload: text }, { from: { address: 'a@example.com' } }, [profile]);
        assert.equal(result.recognised && result.inquiries[0]?.contact.name?.length, 5001);
    });
});
