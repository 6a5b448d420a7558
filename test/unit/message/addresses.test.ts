import assert from 'node:assert/strict';
import { parseAddressHeader } from 'mailparser';
import { MAX_ADDRESSES, readAddresses, readReturnPath } from '../../../src/message/addresses';

describe('addresses', () => {
    it('reads names, bare addresses and several fields', () => {
        assert.deepEqual(
            readAddresses([
                '"Buyer, Ben" <ben@example.com>, anna@example.org',
                '=?utf-8?Q?J=C3=BCrgen?= <j@example.net>'
            ]),
            {
                addresses: [
                    { name: 'Buyer, Ben', address: 'ben@example.com' },
                    { name: '', address: 'anna@example.org' },
                    { name: 'Jürgen', address: 'j@example.net' }
                ],
                cut: false
            }
        );
    });

    it('reads a mailbox that needs no parser as the parser does', () => {
        const pieces = [
            'Anna',
            'B-C',
            '9',
            ' ',
            ' ',
            '<',
            '>',
            'a.b',
            '+',
            '@',
            '@',
            'example',
            '.org',
            '-',
            '_',
            ',',
            '"',
            '(',
            ':'
        ];
        let seed = 7;
        const next = (below: number): number => (seed = (seed * 48_271) % 0x7fffffff) % below;
        const texts = Array.from({ length: 20_000 }, () =>
            Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]).join('')
        );
        const usual = [
            'Anna Muster <anna@example.org>',
            '<anna@example.org>',
            'anna@example.org',
            'A <x_1+y@xn--a.example>'
        ];
        for (const text of [...texts, ...usual]) {
            const parsed = parseAddressHeader([text], { flatten: true, decodePunycode: false }).value;
            const wanted = parsed.filter(({ address }) => address).map(({ name, address }) => ({ name, address }));
            assert.deepEqual(readAddresses([text]).addresses, wanted, text);
        }
    });

    it('replaces groups by their members', () => {
        const { addresses } = readAddresses(['Team: a@example.com, b@example.com;, undisclosed-recipients:;']);
        assert.deepEqual(
            addresses.map(({ address }) => address),
            ['a@example.com', 'b@example.com']
        );
    });

    it('keeps A-labels, which is what an answer must be sent to', () => {
        const [first] = readAddresses(['x@xn--mller-kva.example']).addresses;
        assert.equal(first?.address, 'x@xn--mller-kva.example');
    });

    it('leaves out entries without an address', () => {
        assert.deepEqual(readAddresses(['Just a name', '']).addresses, []);
        assert.deepEqual(readAddresses([]).addresses, []);
    });

    it('lets no line break of a decoded name through', () => {
        const [first] = readAddresses(['=?utf-8?Q?a=0D=0Ab?= <x@example.com>']).addresses;
        assert.equal(first?.name, 'a b');
    });

    it('stops after the limit and says so', () => {
        const list = readAddresses(['a@example.com, '.repeat(MAX_ADDRESSES + 1)]);
        assert.equal(list.addresses.length, MAX_ADDRESSES);
        assert.equal(list.cut, true);
    });

    it('takes the topmost return path, which the receiving server wrote', () => {
        assert.equal(readReturnPath(['<bounce@example.com>', '<forged@example.org>']), 'bounce@example.com');
        assert.equal(readReturnPath(['<>', '<forged@example.org>']), '');
        assert.equal(readReturnPath([]), '');
    });
});
