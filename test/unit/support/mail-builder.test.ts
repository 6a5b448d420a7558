import assert from 'node:assert/strict';
import { simpleParser } from 'mailparser';
import { buildMail, padMail } from '../../support/mail-builder';

describe('the mail builder', () => {
    it('builds a mail that a parser reads back', async () => {
        const mail = buildMail({
            from: 'Käthe <kaethe@example.com>',
            subject: 'Grüße aus Köln',
            date: new Date('2026-01-02T03:04:05Z'),
            messageId: '<1@example.com>',
            text: 'Zeile 1\nZeile 2 ä',
            html: '<p>Zeile 1</p>',
            attachments: [{ filename: 'a.bin', content: Buffer.from([0, 255, 10]) }],
            headers: { 'X-Repeated': ['one', 'two'] }
        });
        const parsed = await simpleParser(mail);
        assert.equal(parsed.from?.value[0]?.address, 'kaethe@example.com');
        assert.equal(parsed.subject, 'Grüße aus Köln');
        assert.equal(parsed.date?.toISOString(), '2026-01-02T03:04:05.000Z');
        assert.equal(parsed.messageId, '<1@example.com>');
        assert.match(parsed.text ?? '', /Zeile 1\nZeile 2 ä/);
        assert.match(String(parsed.html), /<p>Zeile 1<\/p>/);
        assert.deepEqual(parsed.attachments[0]?.content, Buffer.from([0, 255, 10]));
        assert.equal(parsed.headerLines.filter(line => line.key === 'x-repeated').length, 2);
    });

    it('writes every line end as CRLF', () => {
        const text = buildMail({ text: 'a\nb\r\nc', html: '<p>\n</p>' }).toString();
        assert.doesNotMatch(text, /[^\r]\n|\r[^\n]/);
    });

    it('leaves out what is null', () => {
        const text = buildMail({ from: null, date: null, messageId: null, subject: null }).toString();
        assert.doesNotMatch(text, /^(From|Date|Message-ID|Subject):/m);
    });

    for (const extra of [0, 1, 2, 77, 78, 79, 155, 156, 157, 100_000]) {
        it(`pads a mail by exactly ${extra} bytes without a bare CR or LF`, () => {
            const mail = buildMail();
            const padded = padMail(mail, mail.length + extra);
            assert.equal(padded.length, mail.length + extra);
            assert.doesNotMatch(padded.toString(), /[^\r]\n|\r[^\n]|[^\r\n]{999}/);
        });
    }

    it('refuses to pad a mail that is too long already', () => {
        assert.throws(() => buildMail({ text: 'x'.repeat(100), size: 100 }), RangeError);
    });
});
