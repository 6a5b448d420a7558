import assert from 'node:assert/strict';
import { benchInquiries } from '../../../bench/parts/inquiries';
import { inquiryFixtures, shownResult } from '../../support/inquiry-fixtures';

describe('the bench of inquiries', () => {
    it('measures parsing that is right for every mail', async () => {
        const fixtures = inquiryFixtures();
        let checked = 0;
        const figures = await benchInquiries(fixtures.length, ({ expected }, result) => {
            checked++;
            assert.deepEqual(shownResult(result, expected), expected);
        });
        assert.equal(checked, fixtures.length);
        assert.ok(figures.inquiries > 0 && figures.parsedPerSecond > 0 && figures.readAndParsedPerSecond > 0);
    });
});
