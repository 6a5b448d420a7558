import assert from 'node:assert/strict';
import { fingerprint } from '../../../src/delivery/fingerprint';
import type { MailInfo } from '../../../src/message/types';

type Header = Record<string, string | string[]>;
const HEADER: Header = { from: 'a@shop.example', date: 'Tue, 24 Nov 2026 01:02:03 +0000', received: ['one', 'two'] };

function print(info: Partial<MailInfo> = {}, header: Header = {}): string {
    const mail = { messageId: '<1@shop.example>', size: 100, ...info } as MailInfo;
    return fingerprint(mail, Object.assign(Object.create(null) as Header, HEADER, header));
}

describe('fingerprint', () => {
    it('is short text', () => assert.match(print(), /^[\w-]{12}$/));

    it('recognises a mail in another folder, under another UID and with other flags', () => {
        const ref = { account: 'b', folder: 'Other', uidValidity: '2', uid: 9 };
        assert.equal(print({ ref, flags: ['\\Seen'] }), print());
    });

    it('does not care about the way by which a mail with a Message-ID came', () => {
        assert.equal(print({}, { received: ['three'] }), print());
    });

    const differences: Array<[string, Partial<MailInfo>, Header]> = [
        ['Message-ID', { messageId: '<2@shop.example>' }, {}],
        ['size', { size: 101 }, {}],
        ['date', {}, { date: 'Tue, 24 Nov 2026 01:02:04 +0000' }],
        ['sender', {}, { from: 'b@shop.example' }]
    ];
    for (const [what, info, header] of differences) {
        it(`tells mails apart by their ${what}, because some programs use one Message-ID for many`, () =>
            assert.notEqual(print(info, header), print()));
    }

    it('does not let a part borrow from its neighbour', () => {
        assert.notEqual(
            print({ messageId: 'ab' }, { date: 'c', from: 'x' }),
            print({ messageId: 'a' }, { date: 'bc', from: 'x' })
        );
        assert.notEqual(print({ size: 11 }, { from: '1x' }), print({ size: 1 }, { from: '11x' }));
    });

    describe('of a mail without a Message-ID', () => {
        const messageId = '';

        it('is the same for the same header', () => assert.equal(print({ messageId }), print({ messageId })));

        it('differs by a single field, such as the time of delivery', () => {
            assert.notEqual(print({ messageId }, { received: ['one', 'three'] }), print({ messageId }));
        });

        it('differs by size', () => assert.notEqual(print({ messageId, size: 101 }), print({ messageId })));

        it('is never that of a mail with one', () => {
            assert.notEqual(print({ messageId: 'header' }, {}), print({ messageId }, {}));
        });
    });

    it('takes a repeated field, and one that is missing', () => {
        assert.notEqual(print({}, { from: ['a', 'b'] }), print());
        assert.match(fingerprint({ messageId: '<1>', size: 1 } as MailInfo, {}), /^[\w-]{12}$/);
    });
});
