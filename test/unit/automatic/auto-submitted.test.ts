import assert from 'node:assert/strict';
import { readAutoSubmitted } from '../../../src/automatic/auto-submitted';

function read(...values: string[]): string {
    const found = readAutoSubmitted(values);
    return found ? `${found.token}|${found.comment}` : 'nothing';
}

describe('Auto-Submitted', () => {
    it('is its first word without comments and parameters, in lower case', () => {
        assert.equal(read('auto-replied'), 'auto-replied|');
        assert.equal(read('Auto-Generated (Failure)'), 'auto-generated|failure');
        assert.equal(read('(x) auto-replied; owner-email="a@b"'), 'auto-replied|x');
        assert.equal(read('auto-generated (a (b) c)'), 'auto-generated|a b c');
        assert.equal(read('no ; auto-replied'), 'no|');
        assert.equal(read('auto-replied trailing'), 'auto-replied|');
    });

    it('counts when any of several fields says something else than no', () => {
        assert.equal(read('no', 'auto-notified'), 'auto-notified|');
        assert.equal(read('no', 'no'), 'no|');
        assert.equal(read('', '(auto-replied)', 'NO'), 'no|');
    });

    it('says nothing when it holds no word', () => {
        for (const value of ['', ' ', '(auto-replied)', '; x', '((((', '(a']) {
            assert.equal(read(value), 'nothing', value);
        }
        assert.equal(read(), 'nothing');
        assert.equal(read(') auto-replied'), ')|', 'a word of its own, and so a mark of a machine');
    });
});
