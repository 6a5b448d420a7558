import assert from 'node:assert/strict';
import { htmlToText } from '../../../src/smtp/html-text';

describe('the text made of HTML', () => {
    const cases: Array<[string, string, string]> = [
        ['keeps paragraphs apart', '<p>One</p><p>Two</p>', 'One\n\nTwo'],
        ['breaks lines at <br>', 'One<br>Two<br/><br>Three', 'One\nTwo\n\nThree'],
        ['folds white space as a browser does', '<div>One \n\t two</div>\n<div>three</div>', 'One two\nthree'],
        ['marks list items', '<p>Todo</p><ul><li>One</li><li>Two</li></ul><p>End</p>', 'Todo\n\n- One\n- Two\n\nEnd'],
        ['keeps table cells apart', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
        ['keeps the lines of <pre>', '<pre>a\n  b</pre>', 'a\n  b'],
        [
            'shows where a link goes',
            'See <a href="https://example.org/x">the offer</a>.',
            'See the offer <https://example.org/x>.'
        ],
        ['shows a link once when it is its own words', '<a href="https://example.org">example.org</a>', 'example.org'],
        ['shows the address of a mail link', "<a href='mailto:a@example.org'>Anna</a>", 'Anna <a@example.org>'],
        ['leaves script links out', '<a href="javascript:alert(1)">x</a>', 'x'],
        [
            'decodes entities',
            'a &amp; b &lt;c&gt; &#252; &#xfc; &euro; &unknown; &#0;',
            'a & b <c> ü ü € &unknown; \ufffd'
        ],
        ['hides styles, scripts and the title', '<title>t</title><style>p{}</style><script>if (a<b) {}</script>x', 'x'],
        ['hides comments', 'a<!-- <p>no</p> -->b', 'ab'],
        ['keeps a smaller-than sign', 'a < b and 3<4', 'a < b and 3<4'],
        [
            'is not fooled by ">" in an attribute',
            '<a title="a>b" href="https://example.org/">x</a>',
            'x <https://example.org/>'
        ],
        ['survives broken markup', '<p>One<div <b>two</p', 'One\ntwo'],
        ['has nothing of an empty document', '<html><head></head><body></body></html>', '']
    ];
    for (const [name, html, text] of cases) {
        it(name, () => assert.equal(htmlToText(html), text));
    }

    for (const [name, piece] of Object.entries({
        'opening brackets': '<',
        'brackets with blanks': '< ',
        'unfinished tags': '<a ',
        'unfinished quotes': '<a x="',
        'unfinished comments': '<!--',
        'unfinished scripts': '<script>',
        'closing tags': '</',
        'link starts': '<a href=x>',
        blanks: ' ',
        'line breaks': '<br>',
        ampersands: '&#'
    })) {
        it(`is made in linear time of a megabyte of ${name}`, () => {
            const started = performance.now();
            htmlToText(piece.repeat(Math.ceil(1_000_000 / piece.length)));
            assert.ok(performance.now() - started < 2_000);
        });
    }
});
