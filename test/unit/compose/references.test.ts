import assert from 'node:assert/strict';
import { threadOf } from '../../../src/compose/references';
import { Seeded } from '../../support/seeded';

describe('the thread of an answer', () => {
    it("is the parent's References and the parent", () => {
        const parent = { messageId: '<c@x>', inReplyTo: '<b@x>', references: ['<a@x>', '<b@x>'] };
        assert.deepEqual(threadOf(parent), { inReplyTo: '<c@x>', references: ['<a@x>', '<b@x>', '<c@x>'] });
    });

    it("begins with the parent's In-Reply-To when it has no References", () => {
        const parent = { messageId: '<c@x>', inReplyTo: '<b@x>', references: [] };
        assert.deepEqual(threadOf(parent).references, ['<b@x>', '<c@x>']);
    });

    it('is empty when the parent has no id', () => {
        assert.deepEqual(threadOf({ messageId: '', inReplyTo: '', references: [] }), { inReplyTo: '', references: [] });
    });

    it('leaves out what is no Message-ID that may stand in a header', () => {
        const references = ['<ä@x>', '<a b@x>', 'a@x', '<a@x>', '<\r\nBcc: eve@x>'];
        assert.deepEqual(threadOf({ messageId: '<ü@x>', inReplyTo: '', references }), {
            inReplyTo: '',
            references: ['<a@x>']
        });
    });

    it('is bounded, valid and ends with the parent, for any parent', () => {
        const random = new Seeded(42);
        const id = (): string =>
            random.pick([
                `<${random.below(30)}@x>`,
                `<${'l'.repeat(random.below(600))}${random.below(1000)}@x>`,
                '<>',
                '',
                '<a\nb@x>',
                'no brackets'
            ]);
        for (let run = 0; run < 2_000; run++) {
            const parent = { messageId: id(), inReplyTo: id(), references: random.list(120, id) };
            const { inReplyTo, references } = threadOf(parent);
            assert.ok(references.length <= 50);
            assert.ok(references.join(' ').length <= 4_700, String(references.join(' ').length));
            assert.equal(new Set(references).size, references.length);
            assert.ok(references.every(entry => /^<[!-;=?-~]+>$/.test(entry)));
            if (inReplyTo !== '') {
                assert.equal(inReplyTo, parent.messageId);
                assert.equal(references.at(-1), inReplyTo);
            }
            const known = parent.references.find(entry => /^<[!-;=?-~]{1,500}>$/.test(entry) && entry !== inReplyTo);
            if (known !== undefined) {
                assert.equal(references[0], known, 'the beginning of the thread');
            }
        }
    });
});
