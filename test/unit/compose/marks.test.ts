import assert from 'node:assert/strict';
import { automaticFields, isOwnMark, marksFor, newMark } from '../../../src/compose/marks';
import { InstanceKey } from '../../../src/state/instance-key';
import { MemoryStore } from '../../support/memory-store';
import { original } from '../../support/originals';

describe('the mark of a runtime', () => {
    let own: InstanceKey;
    let other: InstanceKey;
    beforeEach(async () => {
        own = await InstanceKey.load(new MemoryStore());
        other = await InstanceKey.load(new MemoryStore());
    });

    it('is known to who has made it, and to nobody else', () => {
        const mark = newMark(own);
        assert.ok(isOwnMark(mark, own));
        assert.ok(isOwnMark(`  ${mark} `, own));
        assert.equal(isOwnMark(mark, other), false);
        assert.notEqual(mark, newMark(own));
    });

    it('cannot be forged by who knows the name of the runtime', () => {
        const [id = '', nonce = '', signature = ''] = newMark(own).split(' ');
        const forged = [
            `${id} ${nonce} ${'A'.repeat(24)}`,
            `${id} ${'A'.repeat(12)} ${signature}`,
            `${id} ${nonce}`,
            id,
            '',
            `${id} ${nonce} ${signature}x`,
            `${id}\n${nonce} ${signature}`
        ];
        assert.deepEqual(
            forged.filter(mark => isOwnMark(mark, own)),
            []
        );
    });

    it('goes along with those of other runtimes, of which some are enough, and with nothing else', async () => {
        const foreign = Array.from({ length: 15 }, () => newMark(other));
        const mail = await original({ headers: { 'X-Mailflow-Forward': ['1', 'x y z', ...foreign] } });
        const [first = '', ...carried] = marksFor(mail, own);
        assert.ok(isOwnMark(first, own));
        assert.deepEqual(carried, foreign.slice(0, 10));
    });

    it('stands beside what keeps machines from answering, but not from reporting a failure', () => {
        assert.deepEqual(automaticFields('auto-replied'), {
            'Auto-Submitted': 'auto-replied',
            'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply'
        });
    });
});
