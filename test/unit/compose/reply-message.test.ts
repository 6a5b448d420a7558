import assert from 'node:assert/strict';
import { stripMessage } from '../../../src/compose/reply-message';

const TEXT = 'Yes.\n\nOn 9 Mar 2026 at 10:00, X <x@y.de> wrote:\n> One?';

describe('a reply as a message', () => {
    it('holds what the person wrote, what was cut off, and the full text', () => {
        const msg = { payload: TEXT, html: '<p>as it was</p>', mail: { messageId: '<1@example.com>' } };
        stripMessage(msg, true);
        assert.deepEqual(msg, {
            payload: 'Yes.',
            html: '<p>as it was</p>',
            mail: {
                messageId: '<1@example.com>',
                text: TEXT,
                reply: {
                    text: 'Yes.',
                    quoted: 'On 9 Mar 2026 at 10:00, X <x@y.de> wrote:\n> One?',
                    signature: '',
                    confidence: 'high'
                }
            }
        });
        assert.deepEqual(JSON.parse(JSON.stringify(msg)), msg);
    });

    it('keeps the full text when it is done a second time', () => {
        const html = '<p>Yes.</p><blockquote type="cite">One?</blockquote>';
        const msg: { payload: string; html: string; mail?: { text: string } } = { payload: 'Yes.\n\n> One?', html };
        stripMessage(msg, true);
        stripMessage(msg, true);
        assert.equal(msg.payload, 'Yes.');
        assert.equal(msg.mail?.text, 'Yes.\n\n> One?');
    });

    it('makes msg.mail where there is none', () => {
        for (const mail of [undefined, null, 'text', 5]) {
            const msg = { payload: TEXT, mail: mail as unknown };
            stripMessage(msg, true);
            assert.equal((msg.mail as { text: string }).text, TEXT);
        }
    });

    for (const payload of [undefined, null, 5, {}, [], Buffer.from('x')]) {
        it(`refuses ${JSON.stringify(payload)} and leaves the message alone`, () => {
            const msg = { payload };
            assert.throws(() => stripMessage(msg, true), { code: 'UNREADABLE', step: 'parse' });
            assert.deepEqual(msg, { payload });
        });
    }

    it('takes HTML that is no text for none', () => {
        const msg = { payload: 'Yes.', html: { a: 1 } };
        stripMessage(msg, true);
        assert.equal(msg.payload, 'Yes.');
    });
});
