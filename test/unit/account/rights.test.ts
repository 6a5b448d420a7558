import assert from 'node:assert/strict';
import { parseRights, requireRight, RIGHTS } from '../../../src/account/rights';

describe('parseRights', () => {
    it('gives all rights when nothing is saved', () => assert.deepEqual([...parseRights(undefined)], [...RIGHTS]));

    it('gives what is named, and reading always', () => {
        assert.deepEqual([...parseRights(['flag', 'move'])].sort(), ['flag', 'move', 'read']);
        assert.deepEqual([...parseRights([])], ['read']);
    });

    it('takes a right that is named twice', () =>
        assert.deepEqual([...parseRights(['flag', 'flag'])], ['read', 'flag']));

    for (const word of ['Flag', 'write', '', 'constructor']) {
        it(`refuses "${word}", because a mistake must not give or take a right unseen`, () => {
            assert.throws(() => parseRights(['read', word]), {
                code: 'INVALID_PROPERTY',
                kind: 'configuration',
                message: /is not one of the rights read, flag, move, delete, append/
            });
        });
    }
});

describe('requireRight', () => {
    it('lets pass what is allowed', () => requireRight(new Set(['read', 'flag']), 'flag', 'Shop mail'));

    for (const [right, words] of [
        ['flag', /does not allow flows to change flags\. Tick "flag" under rights/],
        ['move', /does not allow flows to move mail\. Tick "move"/],
        ['delete', /does not allow flows to delete mail\. Tick "delete"/]
    ] as const) {
        it(`refuses "${right}" where it is not allowed`, () => {
            assert.throws(() => requireRight(new Set(['read']), right, 'Shop mail'), {
                code: 'RIGHT_MISSING',
                kind: 'configuration',
                account: 'Shop mail',
                message: words
            });
        });
    }
});
