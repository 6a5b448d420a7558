import assert from 'node:assert/strict';
import { readFlagChange } from '../../../src/runtime/flag-settings';

describe('readFlagChange', () => {
    it('reads flags and keywords in their own spelling', () => {
        assert.deepEqual(readFlagChange({ add: ['\\seen', '$Done'], remove: ['\\FLAGGED'] }), {
            add: ['\\Seen', '$Done'],
            remove: ['\\Flagged']
        });
    });

    it('reads lists from the environment', () => {
        assert.deepEqual(readFlagChange({ add: 'Done, \\Seen' }), { add: ['Done', '\\Seen'], remove: [] });
    });

    for (const [what, saved, message] of [
        ['nothing to do', {}, /there is no flag to add or remove/],
        ['empty lists', { add: [], remove: [''] }, /there is no flag to add or remove/],
        ['a flag on both sides', { add: ['Done'], remove: ['Done'] }, /"Done" is to be added and removed/],
        ['a flag on both sides in two spellings', { add: ['done'], remove: ['DONE'] }, /"done" is to be added and/],
        ['a system flag on both sides', { add: ['\\seen'], remove: ['\\SEEN'] }, /"\\Seen" is to be added and/],
        ['something that is no flag', { add: ['two words'] }, /"two words" is neither a flag/],
        ['something that is no flag to remove', { remove: ['\\Recent'] }, /"\\Recent" is neither a flag/]
    ] as const) {
        it(`refuses ${what}`, () => {
            assert.throws(() => readFlagChange(saved), { code: 'INVALID_PROPERTY', kind: 'configuration', message });
        });
    }

    it('says which variable is missing', () => {
        assert.throws(() => readFlagChange({ add: ['${FLAG}'] }), { code: 'ENV_MISSING', message: /FLAG/ });
    });
});
