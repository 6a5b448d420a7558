import assert from 'node:assert/strict';
import { openToken, readTargets, tokenFor } from '../../../src/compose/handled-token';
import { InstanceKey } from '../../../src/state/instance-key';
import { MemoryStore } from '../../support/memory-store';

describe('the token of a target', () => {
    it('opens in the runtime that has made it alone', async () => {
        const [own, other] = [await InstanceKey.load(new MemoryStore()), await InstanceKey.load(new MemoryStore())];
        const token = tokenFor(own, ['n1', 'id', '<a@x>', 'boss@example.com']);
        assert.match(openToken(own, token) ?? '', /^[\w-]{16}$/);
        assert.equal(openToken(other, token), null);
        assert.equal(token.includes('boss'), false);
        assert.notEqual(token, tokenFor(own, ['n1', 'id', '<b@x>', 'boss@example.com']));
    });

    it('is read from a message as far as it is one', () => {
        const good = { address: 'a@example.com', token: 'x' };
        assert.deepEqual(readTargets({ targets: [good, null, 7, {}, { address: 1, token: 'x' }] }), [good]);
        for (const composed of [undefined, null, 'x', {}, { targets: {} }, { targets: 'x' }]) {
            assert.deepEqual(readTargets(composed), []);
        }
        assert.equal(readTargets({ targets: Array(20_000).fill(good) }).length, 10_000);
    });
});
