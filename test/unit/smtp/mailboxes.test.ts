import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { readMailboxes, uniqueAddresses } from '../../../src/smtp/mailboxes';

function read(value: unknown): string[] {
    return readMailboxes('msg.to', value).map(({ name, address }) => `${name}|${address}`);
}

describe('recipients', () => {
    it('come as one text, a list with commas, a list of texts, or names with addresses', () => {
        assert.deepEqual(read('a@example.org'), ['|a@example.org']);
        assert.deepEqual(read('a@example.org, Ben <b@example.org>'), ['|a@example.org', 'Ben|b@example.org']);
        assert.deepEqual(read(['a@example.org', 'Ben <b@example.org>']), ['|a@example.org', 'Ben|b@example.org']);
        assert.deepEqual(read([{ name: 'Jörg, Dr.', address: 'j@example.org' }]), ['Jörg, Dr.|j@example.org']);
        assert.deepEqual(read({ name: null, address: 'j@example.org' }), ['|j@example.org']);
    });

    it('are nobody when the field is empty', () => {
        for (const value of [undefined, null, '', '  ', []]) {
            assert.deepEqual(read(value), []);
        }
    });

    it('are not cut at commas inside quotation marks, comments and angle brackets', () => {
        assert.deepEqual(read('"Doe, \\"J\\"" <j@example.org> (a, b), k@example.org'), [
            'Doe, "J"|j@example.org',
            '|k@example.org'
        ]);
    });

    it('have international domains in the form that goes over the wire', () => {
        assert.deepEqual(read('a@müller.example'), ['|a@xn--mller-kva.example']);
    });

    it('are each served once', () => {
        const mailboxes = readMailboxes('msg.to', 'a@example.org, A <a@EXAMPLE.org>, b@example.org');
        assert.deepEqual(uniqueAddresses(mailboxes), ['a@example.org', 'b@example.org']);
    });

    const malformed: Array<[string, unknown]> = [
        ['no address', 'Ben'],
        ['an empty member', 'a@example.org,,b@example.org'],
        ['a trailing comma', 'a@example.org,'],
        ['a semicolon', 'a@example.org; b@example.org'],
        ['a list within a list', ['a@example.org, b@example.org']],
        ['a group', 'friends: a@example.org;'],
        ['two addresses in one', 'a@example.org <b@example.org>'],
        ['two @', 'a@b@example.org'],
        ['a quoted part that holds another address', '"a@example.org x"@example.com'],
        ['a quoted part with an angle bracket', '"b@example.org> x"@example.com'],
        ['an open quotation mark', '"Ben <b@example.org>, c@example.org'],
        ['a domain literal', 'a@[127.0.0.1]'],
        ['a line break', 'a@example.org\r\nBcc: eve@example.org'],
        ['a folded line', 'Ben\r\n <b@example.org>'],
        ['a line break in a name', { name: 'Ben\r\nBcc: eve@example.org', address: 'b@example.org' }],
        ['a line break in an address', { name: '', address: 'b@example.org\r\nRCPT TO:<eve@example.org>' }],
        ['a name inside the address', { name: '', address: 'Ben <b@example.org>' }],
        ['letters that need SMTPUTF8', 'jörg@example.org'],
        ['a number', 5],
        ['an empty object', {}],
        ['a name that is no text', { name: {}, address: 'b@example.org' }],
        ['null in a list', [null]]
    ];
    for (const [name, value] of malformed) {
        it(`are refused with ${name}`, () => {
            assert.throws(() => read(value), {
                code: MailErrorCode.AddressInvalid,
                kind: 'permanent',
                message: /msg\.to/
            });
        });
    }

    it('are refused with the entry named, without the characters it smuggled', () => {
        assert.throws(() => read(['a@example.org', 'Ben\u202e']), /msg\.to\[1\]: "Ben\?"/);
    });

    it('are read in linear time', () => {
        const started = performance.now();
        assert.throws(() => read('<'.repeat(1_000_000)));
        assert.throws(() => read('"'.repeat(1_000_001)));
        assert.ok(performance.now() - started < 2_000);
    });
});
