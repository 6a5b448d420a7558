import assert from 'node:assert/strict';
import { slicesOf, toUidSet } from '../../../src/imap/uid-set';

describe('toUidSet', () => {
    const cases: Array<[number[], string]> = [
        [[], ''],
        [[7], '7'],
        [[1, 2, 3, 7], '1:3,7'],
        [[9, 1, 8], '1,8:9'],
        [[5, 5, 5], '5'],
        [[5, 5, 6, 6, 9], '5:6,9'],
        [[10, 9, 100], '9:10,100'],
        [[4294967294, 4294967295], '4294967294:4294967295']
    ];
    for (const [uids, set] of cases) {
        it(`writes [${uids.join(', ')}] as "${set}"`, () => assert.equal(toUidSet(uids), set));
    }

    it('leaves the list of the caller as it is', () => {
        const uids = Object.freeze([3, 1, 2]);
        assert.equal(toUidSet(uids), '1:3');
    });
});

describe('slicesOf', () => {
    it('splits into slices of the given size, the last one shorter', () => {
        assert.deepEqual([...slicesOf([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
    });

    it('gives no slice for an empty list', () => assert.deepEqual([...slicesOf([], 2)], []));

    it('gives one slice when everything fits', () => assert.deepEqual([...slicesOf(['a', 'b'], 2)], [['a', 'b']]));
});
