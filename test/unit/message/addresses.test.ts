import assert from 'node:assert/strict';
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
