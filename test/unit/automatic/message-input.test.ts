import assert from 'node:assert/strict';
import { classify } from '../../../src/automatic/classify';
import { readAutomaticInput } from '../../../src/automatic/message-input';
import { MailError } from '../../../src/message/mail-error';

const STATUS = 'Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n';

describe('what a message tells about its author', () => {
    it('is refused without a header, because everything would be human', () => {
        for (const header of [undefined, null, 'x', []]) {
            assert.throws(() => readAutomaticInput({ header, mail: {} }), MailError);
        }
    });

    it('is the kept report, whatever became of the attachments', () => {
        const report = {
            parts: [{ contentType: 'message/delivery-status', text: STATUS }],
            originalMessageId: '<1@x>'
        };
        const { kind, bounce } = classify(readAutomaticInput({ header: {}, mail: { report } }));
        assert.equal(kind, 'bounce');
        assert.equal(bounce?.originalMessageId, '<1@x>');
        assert.equal(bounce?.recipients[0]?.recipient, 'a@b.example');
    });

    it('is found among attachments when the message comes from elsewhere', () => {
        const attachments = [
            { contentType: 'message/delivery-status', content: Buffer.from(STATUS) },
            { contentType: 'message/rfc822', content: Buffer.from('Message-ID: <2@x>\r\n\r\nHello') },
            null,
            { contentType: 5 }
        ];
        const { kind, bounce } = classify(readAutomaticInput({ header: {}, mail: {}, attachments }));
        assert.deepEqual([kind, bounce?.originalMessageId], ['bounce', '<2@x>']);
    });

    it('may be anything that a flow has written', () => {
        for (const report of [5, { parts: 'x' }, { parts: [null, 5, { text: 1 }, { contentType: 'text/calendar' }] }]) {
            for (const payload of [undefined, Buffer.from('x'), 5]) {
                const input = readAutomaticInput({ header: {}, payload, attachments: report, mail: { report } });
                assert.equal(classify(input).kind, 'human');
            }
        }
        assert.equal(classify(readAutomaticInput({ header: {}, mail: undefined })).kind, 'human');
    });
});
