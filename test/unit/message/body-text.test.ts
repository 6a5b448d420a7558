import assert from 'node:assert/strict';
import { bodyText } from '../../../src/message/body-text';
import { MAX_HTML_CHARS } from '../../../src/message/html-text';

describe('body text', () => {
    it('prefers the text of the mail', () => {
        assert.deepEqual(bodyText({ text: 'plain\n', html: '<p>html</p>', isMixed: false }), { text: 'plain\n' });
    });

    it('makes text of the HTML when there is none, or none but blanks', () => {
        assert.deepEqual(bodyText({ text: '', html: '<p>html</p>', isMixed: false }), { text: 'html' });
        assert.deepEqual(bodyText({ text: ' \n', html: '<p>html</p>', isMixed: false }), { text: 'html' });
    });

    it('makes text of the HTML when the text is only a piece of the mail', () => {
        assert.deepEqual(bodyText({ text: '\nfooter', html: '<p>html</p><pre>footer</pre>', isMixed: true }), {
            text: 'html\n\nfooter'
        });
    });

    it('says when HTML was cut', () => {
        assert.match(
            bodyText({ text: '', html: 'x'.repeat(MAX_HTML_CHARS + 1), isMixed: false }).problem ?? '',
            /^Only/
        );
    });

    it('is empty for a mail without a body', () => {
        assert.deepEqual(bodyText({ text: '', html: '', isMixed: false }), { text: '' });
    });
});
