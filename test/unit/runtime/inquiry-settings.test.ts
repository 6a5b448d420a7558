import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { readInquirySettings } from '../../../src/runtime/inquiry-settings';

const OWN = {
    id: 'own',
    portal: 'own',
    format: 'label-value',
    labels: { Message: 'inquiry.text' },
    required: ['inquiry.text']
};
const ids = (profiles: unknown): string[] => readInquirySettings({ profiles }).profiles.map(({ id }) => id);

describe('the settings of parse-inquiry', () => {
    it('are all profiles and a message each when nothing is set', () => {
        const { profiles, output } = readInquirySettings({});
        assert.deepEqual([profiles.length, output], [builtInProfiles().length, 'each']);
        assert.equal(readInquirySettings({ output: 'list' }).output, 'list');
    });

    it('take ids and own profiles side by side', () => {
        assert.deepEqual(ids(['adf', OWN]), ['own', 'adf']);
        assert.deepEqual(ids(['adf', JSON.stringify(OWN)]), ['own', 'adf']);
    });

    it('take the same from one variable of the environment', () => {
        assert.deepEqual(ids('adf, ebay'), ['adf', 'ebay']);
        assert.deepEqual(ids(JSON.stringify([OWN])).slice(0, 1), ['own']);
        assert.deepEqual(ids(JSON.stringify(OWN)).slice(0, 1), ['own']);
    });

    it('are refused with a reason that repeats no value', () => {
        assert.throws(() => ids('{"id": "own", secret'), /"profiles" holds a profile that is not JSON/);
        assert.throws(() => ids(['${PROFILES}']), /PROFILES, which is not set/);
        assert.throws(() => ids([{ id: 'own' }]), /the inquiry profile "own" is not valid/);
        assert.throws(() => readInquirySettings({ output: 'all' }), /must be one of each, list/);
    });
});
