import assert from 'node:assert/strict';
import { quotedParts } from '../../../src/compose/quote-html';

function quoted(html: string): string[] {
    return quotedParts(html).map(({ from, to }) => html.slice(from, to));
}

describe('quoted parts of HTML', () => {
    it('are what mail programs mark, with everything in them', () => {
        const cite = '<blockquote type="cite"><blockquote>a</blockquote>b</blockquote>';
        assert.deepEqual(quoted(`x${cite}y`), [cite]);
        const yahoo = "<div class='ydp1 ydp1yahoo_quoted'><div>a</div></div>";
        assert.deepEqual(quoted(`<div>x</div>${yahoo}y`), [yahoo]);
    });

    it('reach to the end below the marks of Outlook', () => {
        assert.deepEqual(quoted('x<div id=appendonsend></div>y<p>z'), ['<div id=appendonsend></div>y<p>z']);
        const rule = '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in">a</div>b';
        assert.deepEqual(quoted(`x${rule}`), [rule]);
    });

    it('are only the quotes inside of what Gmail marks, and all of it when there are none', () => {
        const forwarded = '<div class="gmail_quote">a</div>';
        assert.deepEqual(quoted(`x${forwarded}`), [forwarded]);
        const cite = '<blockquote class="gmail_quote">a</blockquote>';
        assert.deepEqual(quoted(`<div class="gmail_quote">${cite}own</div>`), [cite]);
    });

    it('are not what a person has formatted', () => {
        for (const html of [
            '<blockquote>a</blockquote>',
            '<div class="gmail_quot">a</div>',
            '<div style="border-top:solid #E1E1E1 1.0pt">a</div>',
            '<p id="appendonsend">',
            '<!-- <blockquote type="cite"> -->x',
            '<script><blockquote type="cite"></script>x'
        ]) {
            assert.deepEqual(quoted(html), [], html);
        }
    });

    it('end with the text when the end tag is missing', () => {
        assert.deepEqual(quoted('x<blockquote type="cite">a'), ['<blockquote type="cite">a']);
    });
});
