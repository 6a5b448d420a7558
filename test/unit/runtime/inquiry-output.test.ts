import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import type { Inquiry, NotRecognised } from '../../../src/inquiry/types';
import { eachIncomplete, eachInquiry, listOfInquiries } from '../../../src/runtime/inquiry-output';

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

    it('are one for each that lacks something, and none of them is the message itself', () => {
        const problems = [{ reason: 'incomplete' }, { reason: 'incomplete' }] as NotRecognised[];
        for (const count of [1, 2]) {
            const msg = message();
            const messages = eachIncomplete(msg, problems.slice(0, count), id) as Array<Record<string, unknown>>;
            assert.deepEqual(msg, message());
            assert.deepEqual(
                messages.map(({ payload, inquiry }) => [payload, inquiry]),
                problems.slice(0, count).map(problem => ['text', problem])
            );
            const last = { id: 'seq', index: count - 1, count, type: 'array', len: 1, parts: 'old' };
            assert.deepEqual(messages.at(-1)?.['parts'], last);
            assert.deepEqual(Object.keys(messages[0] ?? {}).sort(), ['_msgid', 'inquiry', 'mail', 'parts', 'payload']);
        }
        assert.deepEqual(eachIncomplete(message(), [], id), []);
    });

    it('are one with a list', () => {
        const msg = message();
        assert.equal(listOfInquiries(msg, [first, second]), msg);
        assert.deepEqual([msg.payload, msg['html'], msg['parts']], [[first, second], '<p>', 'old']);
    });
});
