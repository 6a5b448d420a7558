import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { readBody } from '../../../src/smtp/body';

const signature = { text: 'Example Ltd\n1 & 2 <3', html: '<b>Example Ltd</b>' };

describe('the body of a mail', () => {
    it('is the payload as text, also when it looks like HTML', () => {
        const text = 'Contact <john@example.com> if a<b and c>d';
        assert.deepEqual(readBody({ payload: text }, null), { text, html: null, attachment: null });
    });

    it('has numbers and booleans as text, objects and lists as JSON', () => {
        assert.equal(readBody({ payload: 42 }, null).text, '42');
        assert.equal(readBody({ payload: false }, null).text, 'false');
        assert.equal(readBody({ payload: { a: [1] } }, null).text, '{\n  "a": [\n    1\n  ]\n}');
    });

    it('reads no file because an object names one', () => {
        assert.match(readBody({ payload: { path: '/etc/passwd' } }, null).text ?? '', /^\{\n {2}"path"/);
        assert.throws(() => readBody({ html: { path: '/etc/passwd' } }, null), {
            code: MailErrorCode.HeaderInvalid,
            message: /msg\.html must be text, not an object/
        });
    });

    it('is refused when the payload cannot become text', () => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        assert.throws(() => readBody({ payload: circle }, null), { code: MailErrorCode.HeaderInvalid });
        assert.throws(() => readBody({ payload: () => 1 }, null), { code: MailErrorCode.HeaderInvalid });
    });

    it('has a text alternative made of the HTML when there is no text', () => {
        const body = readBody({ html: '<p>Hello</p><p>World</p>' }, null);
        assert.equal(body.text, 'Hello\n\nWorld');
        assert.equal(readBody({ payload: '', html: '<p>Hello</p>' }, null).text, 'Hello');
    });

    it('keeps the text that stands beside the HTML', () => {
        assert.equal(readBody({ payload: 'Own words', html: '<p>Hello</p>' }, null).text, 'Own words');
    });

    it('is empty without payload and HTML', () => {
        assert.deepEqual(readBody({}, signature), { text: null, html: null, attachment: null });
    });
});

describe('a Buffer as payload', () => {
    it('becomes an attachment under msg.filename, and no text is added to it', () => {
        const content = Buffer.from([1, 2]);
        const body = readBody({ payload: content, filename: 'data.bin' }, signature);
        assert.deepEqual([body.text, body.html], [null, null]);
        assert.ok(body.attachment && 'content' in body.attachment);
        assert.equal(body.attachment.filename, 'data.bin');
        assert.deepEqual(body.attachment.content, content);
    });

    it('is refused without a file name, or with one that holds a line break', () => {
        const payload = Buffer.from('x');
        assert.throws(() => readBody({ payload }, null), { code: MailErrorCode.AttachmentInvalid });
        assert.throws(() => readBody({ payload, filename: 'a\r\nb' }, null), { code: MailErrorCode.HeaderInvalid });
    });
});

describe('the signature', () => {
    it('stands under the text behind the line that mail programs know', () => {
        assert.equal(readBody({ payload: 'Hello\n' }, signature).text, 'Hello\n\n-- \nExample Ltd\n1 & 2 <3\n');
    });

    it('stands inside the HTML body, and under its text alternative', () => {
        const body = readBody({ html: '<html><body><p>Hello</p></BODY></html>' }, signature);
        assert.match(body.html ?? '', /<p>Hello<\/p><div><br>-- <br>\n<b>Example Ltd<\/b><\/div>\n<\/BODY><\/html>$/);
        assert.equal(body.text, 'Hello\n\n-- \nExample Ltd\n1 & 2 <3\n');
    });

    it('in text alone is written into HTML as text', () => {
        const { html } = readBody({ html: '<p>Hello</p>' }, { text: 'a < b\nc', html: '' });
        assert.equal(html, '<p>Hello</p>\n<div><br>-- <br>\na &lt; b<br>\nc</div>\n');
    });

    it('in HTML alone is written into text as text', () => {
        assert.equal(readBody({ payload: 'Hi' }, { text: '', html: '<b>Me</b>' }).text, 'Hi\n\n-- \nMe\n');
    });

    it('is not added to a mail without words', () => {
        assert.equal(readBody({ payload: '' }, signature).text, '');
    });
});
