import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';
import { inquiryFixtures, messageOf, shownResult } from '../../support/inquiry-fixtures';

const FIXTURES = inquiryFixtures();
const MIN_FIXTURES = 6;

describe('the profiles that come with the pack', () => {
    for (const { id } of builtInProfiles()) {
        describe(id, () => {
            const own = FIXTURES.filter(({ profile }) => profile === id);

            it('has mails to prove it', () => {
                assert.ok(own.length >= MIN_FIXTURES, `only ${own.length}`);
            });

            for (const { name, source, expected } of own) {
                it(`reads ${name}`, async () => {
                    const message = await messageOf(source);
                    const mail = message.mail as unknown as Record<string, unknown>;
                    const result = parseInquiries(message, mail, builtInProfiles());
                    assert.deepEqual(shownResult(result, expected), expected);
                });
            }
        });
    }

    it('are the only ones that have fixtures', () => {
        const ids = builtInProfiles().map(({ id }) => id);
        assert.deepEqual(
            FIXTURES.filter(({ profile }) => !ids.includes(profile)).map(({ profile }) => profile),
            []
        );
    });
});
