import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import type { Inquiry } from '../../../src/inquiry/types';
import { eachInquiry, listOfInquiries } from '../../../src/runtime/inquiry-output';

const [first, second] = [{ key: 'a' }, { key: 'b' }] as unknown as [Inquiry, Inquiry];
const id = (): string => 'seq';

function message(): NodeMessage & Record<string, unknown> {
    return {
        _msgid: 'm',
        payload: 'text',
        html: '<p>',
        attachments: [1],
        original: 'o',
        mail: { ref: 1 },
        parts: 'old'
    };
}

describe('the messages of parse-inquiry', () => {
    it('are the mail itself with its one inquiry, and the earlier sequence below', () => {
        const msg = message();
        const messages = eachInquiry(msg, [first], id);
        assert.equal(messages.length, 1);
        assert.equal(messages[0], msg);
        assert.deepEqual(msg['parts'], { id: 'seq', index: 0, count: 1, type: 'array', len: 1, parts: 'old' });
        assert.deepEqual([msg.payload, msg['html']], [first, '<p>']);
    });

    it('are one for each of several, without what only the whole mail needs', () => {
        const messages = eachInquiry(message(), [first, second], id) as Array<Record<string, unknown>>;
        assert.deepEqual(
            messages.map(({ payload }) => payload),
            [first, second]
        );
        assert.deepEqual(Object.keys(messages[1] ?? {}).sort(), ['_msgid', 'mail', 'parts', 'payload']);
        assert.deepEqual(messages[1]?.['parts'], {
            id: 'seq',
            index: 1,
            count: 2,
            type: 'array',
            len: 1,
            parts: 'old'
        });
    });

    it('are one with a list', () => {
        const msg = message();
        assert.equal(listOfInquiries(msg, [first, second]), msg);
        assert.deepEqual([msg.payload, msg['html'], msg['parts']], [[first, second], '<p>', 'old']);
    });
});
