import assert from 'node:assert/strict';
import { attribution, dateLine, htmlOf, quoteHtml, quoteText, textAsHtml } from '../../../src/compose/quote';
import { cpuMs } from '../../support/cpu-time';

describe('a quotation', () => {
    it('says who wrote it, and when if that is known', () => {
        assert.equal(
            attribution('2026-11-23T09:00:00.000Z', 'Ben <ben@example.com>'),
            'On Mon, 23 Nov 2026 09:00:00 GMT, Ben <ben@example.com> wrote:'
        );
        assert.equal(attribution('never', ''), 'somebody wrote:');
        assert.equal(dateLine(''), '');
    });

    it('has a sign before every line, and none more than it needs', () => {
        assert.equal(quoteText('a\r\nb\n\n> c\n\n'), '> a\n> b\n>\n>> c');
    });

    it('of a long text is cut, and says so', () => {
        const quoted = quoteText('x\n'.repeat(300_000));
        assert.ok(quoted.length < 600_000);
        assert.match(quoted, /> \[…\]$/);
    });

    it('is a block in HTML, made of the text when there is no HTML', () => {
        const block = quoteHtml({ text: '1 < 2\n', html: '' });
        assert.match(
            block,
            /^<blockquote type="cite" style="[^"]*">\n<div style="white-space:pre-wrap">1 &lt; 2\n<\/div>\n<\/blockquote>$/
        );
        assert.equal(textAsHtml('<b>'), '<div style="white-space:pre-wrap">&lt;b&gt;</div>');
    });

    const frames: ReadonlyArray<[string, string]> = [
        ['<!DOCTYPE html><html><head><title>x</title></head><body class=a><p>Hi</p></body></html>', '<p>Hi</p>'],
        ['<STYLE>p{color:red}</STYLE ><p>Hi</p>', '<p>Hi</p>'],
        ['<p>Hi</p><script>alert(1)', '<p>Hi</p>'],
        ['<p>a</p><script>x</script><p>b</p><script>y</script>', '<p>a</p><p>b</p>'],
        ['<base href="http://evil.example/"><meta http-equiv=refresh><p>Hi</p>', '<p>Hi</p>'],
        ['<p>no frame</p>', '<p>no frame</p>'],
        ['<header>kept</header>', '<header>kept</header>']
    ];
    for (const [html, inner] of frames) {
        it(`takes the frame of a document off: ${html.slice(0, 40)}`, () =>
            assert.equal(htmlOf({ text: '', html }), inner));
    }

    it('takes no longer than its length, whatever the HTML is made of', () => {
        for (const piece of ['<script', '<style>', '</style', '<html ', '<body', '<']) {
            const html = piece.repeat(Math.floor(200_000 / piece.length));
            assert.ok(cpuMs(() => htmlOf({ text: '', html })) < 1_000, piece);
        }
    });
});
