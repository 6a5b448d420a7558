import assert from 'node:assert/strict';
import type { SenderField } from '../../../src/sender/from-header';
import {
    flagMessageField,
    mailOfMessage,
    readMessageField,
    type UncheckedMail
} from '../../../src/sender/message-field';
import { SenderProblem } from '../../../src/sender/problems';

function read(mail: UncheckedMail, field: SenderField): string {
    const result = readMessageField(mail, field);
    return result.ok ? result.mailbox.address : result.problem;
}

const address = { name: 'Name', address: 'x@Example.com' };

describe('reading a field of msg.mail', () => {
    it('finds the one mailbox of each field', () => {
        assert.equal(read({ from: address }, 'from'), 'x@example.com');
        assert.equal(read({ sender: address }, 'sender'), 'x@example.com');
        assert.equal(read({ replyTo: [address] }, 'reply-to'), 'x@example.com');
        assert.equal(read({ returnPath: 'x@Example.com' }, 'return-path'), 'x@example.com');
    });

    it('refuses what is absent, null or of another shape', () => {
        const values = [undefined, null, '', 'x@example.com', 7, {}, { address: 7 }, { address: null }, []];
        for (const field of ['from', 'sender'] as const) {
            for (const value of values) {
                assert.equal(read({ [field]: value }, field), SenderProblem.FieldMissing);
            }
        }
        for (const replyTo of [...values, [null], ['x@example.com']]) {
            assert.equal(read({ replyTo }, 'reply-to'), SenderProblem.FieldMissing);
        }
        for (const returnPath of [undefined, null, 7, address]) {
            assert.equal(read({ returnPath }, 'return-path'), SenderProblem.FieldMissing);
        }
        assert.equal(read({ returnPath: '' }, 'return-path'), SenderProblem.Empty);
    });

    it('refuses more than one Reply-To', () => {
        assert.equal(read({ replyTo: [address, address] }, 'reply-to'), SenderProblem.List);
    });

    it('parses the address once more, strictly', () => {
        const addresses = [
            'Name <x@example.com>',
            'a@b.c, x@example.com',
            'evil@bad.com@example.com',
            ' x@example.com',
            ''
        ];
        for (const text of addresses) {
            assert.ok(!readMessageField({ from: { name: '', address: text } }, 'from').ok, text);
        }
    });
});

describe('finding msg.mail', () => {
    it('hands out the object itself', () => {
        const mail = {};
        assert.equal(mailOfMessage({ mail }), mail);
    });

    it('says what is missing', () => {
        for (const message of [{}, { mail: null }, { mail: 'x@example.com' }, { mail: [] }]) {
            assert.throws(() => mailOfMessage(message), { code: 'NO_MAIL_REFERENCE', message: /no msg\.mail/ });
        }
    });
});

describe('flagging a field of msg.mail', () => {
    it('notes the problem under a name of its own for each field', () => {
        const mail: UncheckedMail = {};
        for (const field of ['from', 'sender', 'reply-to', 'return-path'] as const) {
            flagMessageField(mail, field, SenderProblem.FieldMissing);
        }
        assert.deepEqual(mail, {
            fromProblem: SenderProblem.FieldMissing,
            senderProblem: SenderProblem.FieldMissing,
            replyToProblem: SenderProblem.FieldMissing,
            returnPathProblem: SenderProblem.FieldMissing
        });
    });

    it('keeps the reason that the input found in the header', () => {
        const mail: UncheckedMail = { from: null, fromProblem: SenderProblem.FieldRepeated };
        flagMessageField(mail, 'from', SenderProblem.FieldMissing);
        assert.equal(mail.fromProblem, SenderProblem.FieldRepeated);
    });
});
