import assert from 'node:assert/strict';
import { htmlToText, MAX_HTML_CHARS } from '../../../src/message/html-text';

function text(html: string): string {
    return htmlToText(html).text;
}

describe('HTML to text', () => {
    it('puts blocks on lines of their own and paragraphs apart', () => {
        assert.equal(
            text('<p>one</p><p>two<br>three</p><div>four</div><div>five</div>'),
            'one\n\ntwo\nthree\n\nfour\nfive'
        );
    });

    it('folds white space and keeps words apart that markup does not', () => {
        assert.equal(text(' a\r\n  <b>b</b>c &nbsp; <i>d</i>&nbsp;e '), 'a bc d e');
    });

    it('keeps lines whole and letters as they are', () => {
        const line = 'a long line '.repeat(30).trim();
        assert.equal(text(`<h1>Title</h1>${line}`), `Title\n\n${line}`);
    });

    it('separates the cells of a table row, so that label and value stay on a line', () => {
        assert.equal(
            text('<table><tr><td>Name:</td><td>Ben</td></tr><tr><th>Phone<td>123</table>'),
            'Name:\tBen\nPhone\t123'
        );
    });

    it('marks list items, also those that hold paragraphs', () => {
        assert.equal(text('<ul><li>one<li><div>two</div></li><li></li></ul>end'), '- one\n- two\n\nend');
    });

    it('marks quotes by depth and lets them begin below the empty line', () => {
        assert.equal(
            text('<p>mine</p><blockquote>yours<blockquote>older</blockquote></blockquote>end'),
            'mine\n\n> yours\n>\n> > older\n\nend'
        );
    });

    it('keeps preformatted text', () => {
        assert.equal(text('x<pre>a  b\n  c &lt;</pre>y'), 'x\n\na  b\n  c <\n\ny');
    });

    it('shows the target of a link that its words do not show', () => {
        assert.equal(
            text('<a href="https://example.com/a?b=1&amp;c=2">here</a> <a href="https://example.com/">example.com</a>'),
            'here [https://example.com/a?b=1&c=2] example.com'
        );
        assert.equal(text('<a href="javascript:alert(1)">x</a><a name="y">z</a>'), 'xz');
        assert.equal(text('<a href="mailto:ben@example.com">ben@example.com</a>'), 'ben@example.com');
    });

    it('leaves out what is not shown', () => {
        assert.equal(
            text(
                '<head><title>t</title><style>p{}</style></head><!-- c --><![if x]>a<![endif]><script>"</p>"</script>b'
            ),
            'ab'
        );
    });

    it('takes "<" that begins no tag for text', () => {
        assert.equal(text('1 < 2 <3 <'), '1 < 2 <3 <');
    });

    it('does not end a tag inside an attribute value', () => {
        assert.equal(text('<img alt="a > b" src=x> c'), 'a > b c');
    });

    it('converts only the beginning of what is too long', () => {
        const { text: result, cut } = htmlToText('a'.repeat(MAX_HTML_CHARS + 1));
        assert.equal(result.length, MAX_HTML_CHARS);
        assert.equal(cut, true);
    });

    it('takes a bounded time for a megabyte of hostile HTML', () => {
        const pieces = [
            '<',
            '<b>',
            '<a href="',
            "<a ='",
            '<script>',
            '</script',
            '<!--',
            '&',
            '&#',
            '<blockquote>x',
            '<br>'
        ];
        const more = ['<a href="http://x/">y</a>', '<pre>\n', '<li>', '<td>x', ' href', '="', '> ', '<ul><li><p>'];
        for (const piece of [...pieces, ...more]) {
            const begin = performance.now();
            const { text: result } = htmlToText(`<a ${piece.repeat(MAX_HTML_CHARS / piece.length)}`);
            htmlToText(piece.repeat(MAX_HTML_CHARS / piece.length));
            assert.ok(performance.now() - begin < 2000, piece);
            assert.ok(result.length < MAX_HTML_CHARS * 4, piece);
        }
    });

    it('takes less than a second of processor time for ten megabytes of hostile HTML', () => {
        const floods = ['<div>', '<b><i>', '<<<<', '&amp;', '&#x1F600;', '&#99999999;', '<table><tr><td>', '<p x="'];
        for (const piece of floods) {
            const html = piece.repeat(Math.ceil((10 * 1024 * 1024) / piece.length));
            const before = process.cpuUsage();
            const { cut } = htmlToText(html);
            const { user, system } = process.cpuUsage(before);
            assert.equal(cut, true);
            assert.ok(user + system < 1_000_000, `${piece}: ${(user + system) / 1000} ms`);
        }
    });
});
