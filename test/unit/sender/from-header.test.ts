import assert from 'node:assert/strict';
import { splitHeaderBlock } from '../../../src/sender/header-fields';
import { readFrom, readSingleMailbox, type SenderField } from '../../../src/sender/from-header';
import { SenderProblem } from '../../../src/sender/problems';

function read(text: string, field: SenderField): string {
    const result = readSingleMailbox(splitHeaderBlock(Buffer.from(text)), field);
    return result.ok ? result.mailbox.address : result.problem;
}

describe('reading the sender from a header block', () => {
    it('finds the one From among other fields', () => {
        const block = 'X-From: a@b.c\r\nResent-From: d@e.f\r\nFrOm: x@example.com\r\nSender: g@h.i\r\n\r\n';
        const result = readFrom(Buffer.from(block));
        assert.ok(result.ok);
        assert.equal(result.mailbox.address, 'x@example.com');
    });

    it('refuses a From that is missing, repeated or in obsolete form', () => {
        assert.equal(read('Sender: x@example.com', 'from'), SenderProblem.FieldMissing);
        assert.equal(read('From: x@example.com\r\nFROM: x@example.com', 'from'), SenderProblem.FieldRepeated);
        assert.equal(read('From: x@example.com\r\nFrom : x@example.com', 'from'), SenderProblem.FieldRepeated);
        assert.equal(read('From : x@example.com', 'from'), SenderProblem.FieldObsolete);
    });

    it('hands on why the block or the mailbox is refused', () => {
        assert.equal(read(' From: x@example.com', 'from'), SenderProblem.FirstLineFolded);
        assert.equal(read('From: a@b.c, d@e.f', 'from'), SenderProblem.List);
    });

    it('reads Sender and Reply-To under the same rules', () => {
        const block = 'Sender: s@example.com\r\nReply-To: Buyer <r@example.com>\r\nFrom: x@example.com';
        assert.equal(read(block, 'sender'), 's@example.com');
        assert.equal(read(block, 'reply-to'), 'r@example.com');
        assert.equal(read(`Reply-To: a@b.c\r\n${block}`, 'reply-to'), SenderProblem.FieldRepeated);
        assert.equal(read('Reply-To: a@b.c, d@e.f', 'reply-to'), SenderProblem.List);
    });

    it('takes only the topmost Return-Path', () => {
        assert.equal(
            read('Return-Path: <own@example.com>\r\nReturn-Path: <x@bad.com>', 'return-path'),
            'own@example.com'
        );
        assert.equal(read('Return-Path: <>\r\nReturn-Path: <x@example.com>', 'return-path'), SenderProblem.Empty);
    });

    it('refuses a field over 2,000 bytes, folds included', () => {
        const field = (length: number): string => {
            const frame = 'From: "" <x@example.com>';
            return frame.replace('""', `"${'a'.repeat(length - frame.length)}"`);
        };
        assert.equal(Buffer.byteLength(field(2_000)), 2_000);
        assert.equal(read(`${field(2_000)}\r\n`, 'from'), 'x@example.com');
        assert.equal(read(`${field(2_001)}\r\n`, 'from'), SenderProblem.FieldTooLong);
        assert.equal(read(`From:${'\r\n '.repeat(300_000)}x@example.com`, 'from'), SenderProblem.FieldTooLong);
    });
});
