import assert from 'node:assert/strict';
import { isMarketplace, sampleMail } from '../../../demo/sample-mails';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';

describe('the mails of the demo', () => {
    it('are read as inquiries to the last field, digests included', () => {
        let digests = 0;
        for (let index = 0; index < 48; index++) {
            const { from, subject, text, html } = sampleMail(index);
            const result = parseInquiries({ payload: text ?? '', html }, { from, subject }, builtInProfiles());
            assert.equal(result.recognised, isMarketplace(from.address), subject);
            const inquiries = result.recognised ? result.inquiries : [];
            digests += inquiries.length > 1 ? 1 : 0;
            for (const { contact, item, inquiry, warnings } of inquiries) {
                assert.ok(contact.name && contact.email && contact.emailIsRelay, subject);
                assert.ok(item.title && item.category && inquiry.text, subject);
                assert.deepEqual(warnings, []);
            }
        }
        assert.ok(digests > 0);
    });
});
