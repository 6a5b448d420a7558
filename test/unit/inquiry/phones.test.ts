import assert from 'node:assert/strict';
import { readPhone } from '../../../src/inquiry/phones';

describe('telephone numbers', () => {
    const e164 = (raw: string, country = ''): string | undefined => readPhone(raw, 'unknown', country).e164;

    it('get their international form when they name their country', () => {
        assert.equal(e164('+49 (0) 30 23125-014'), '+493023125014');
        assert.equal(e164('0043 660 0000000'), '+436600000000');
        assert.equal(e164('+44 20 7946 0158'), '+442079460158');
    });

    it('get it when the country of the buyer is known', () => {
        assert.equal(e164('030 23125014', 'DE'), '+493023125014');
        assert.equal(e164('0660 0000000', 'AT'), '+436600000000');
    });

    it('stay as they are when the country is not known, or no such number exists', () => {
        assert.equal(e164('030 23125014'), undefined);
        assert.equal(e164('+49 1', ''), undefined);
        assert.equal(e164('030 23125014', 'XX'), undefined);
        assert.equal(e164('ask for Anna'), undefined);
        assert.equal(e164('call +49 30 23125 014 or +49 30 23125 015'), undefined);
        assert.equal(e164(`+49${' '.repeat(100_000)}30`), undefined);
    });

    it('keep what was written, and what the mail calls them', () => {
        assert.deepEqual(readPhone(' 0171 3920012 ', 'mobile', ''), { kind: 'mobile', raw: ' 0171 3920012 ' });
    });
});
