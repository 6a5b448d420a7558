import assert from 'node:assert/strict';
import { readMessageId, readMessageIds } from '../../../src/message/message-ids';

describe('message ids', () => {
    it('finds every id, whatever stands between them', () => {
        assert.deepEqual(
            readMessageIds(['<a@example.com> <b@example.com>,<c@example.com> (x) "d"', '<e@example.com>']),
            ['<a@example.com>', '<b@example.com>', '<c@example.com>', '<e@example.com>']
        );
    });

    it('drops white space inside the brackets and empty brackets', () => {
        assert.deepEqual(readMessageIds(['<a@ exam ple.com> <> < >']), ['<a@example.com>']);
    });

    it('decodes ids that a server put into encoded words', () => {
        assert.deepEqual(readMessageIds(['=?utf-8?Q?=3Ca=40example.com=3E?=']), ['<a@example.com>']);
        assert.deepEqual(readMessageIds(['<=?utf-8?Q?a=40example.com?=>']), ['<a@example.com>']);
    });

    it('keeps the newest of very many', () => {
        const ids = readMessageIds([Array.from({ length: 3000 }, (_, index) => `<${index}@x>`).join('')]);
        assert.equal(ids.length, 1000);
        assert.equal(ids.at(-1), '<2999@x>');
    });

    it('takes linear time for brackets that are never closed', () => {
        assert.deepEqual(readMessageIds(['<'.repeat(500_000)]), []);
    });

    it('reads one id the same alone as with something behind it', () => {
        for (const id of [
            '<a@b>',
            '<a.b+c=d/e@[192.0.2.1]>',
            '<"q"@b>',
            '<a b@c>',
            '<a?b@c>',
            '<>',
            '<<a@b>>',
            '<\u00fc@b>'
        ]) {
            assert.deepEqual(readMessageIds([id]), readMessageIds([`${id} x`]), id);
        }
    });

    it('adds the brackets that a message id lacks', () => {
        assert.equal(readMessageId(['abc@example.com']), '<abc@example.com>');
        assert.equal(readMessageId(['<abc@example.com>']), '<abc@example.com>');
        assert.equal(readMessageId(['two words']), '');
        assert.equal(readMessageId([]), '');
    });
});
