import assert from 'node:assert/strict';
import { countryCode } from '../../../src/inquiry/countries';
import { readPlace } from '../../../src/inquiry/place';

describe('countries', () => {
    it('are known by their names in seven languages, and by their codes', () => {
        const germany = ['Deutschland', 'Germany', 'Allemagne', 'Germania', 'Alemania', 'Duitsland', 'Niemcy', 'DE'];
        assert.deepEqual([...new Set(germany.map(countryCode))], ['DE']);
        assert.deepEqual(['ÖSTERREICH', 'Czech Republic', 'UK', 'Holland', ' Suisse '].map(countryCode), [
            'AT',
            'CZ',
            'GB',
            'NL',
            'CH'
        ]);
        // composed and decomposed letters are the same name
        assert.equal(countryCode('O\u0308sterreich'), 'AT');
    });

    it('are not guessed', () => {
        assert.deepEqual(['', 'XX', 'de', 'Bayern', 'Georgia, USA', 'constructor'].map(countryCode), [
            '',
            '',
            '',
            '',
            '',
            ''
        ]);
    });
});

describe('places', () => {
    const cases: ReadonlyArray<[string, object]> = [
        ['35390 Gießen', { postalCode: '35390', city: 'Gießen' }],
        ['1010, Österreich', { postalCode: '1010', country: 'Österreich', countryCode: 'AT' }],
        ['D-35390 Gießen, Germany', { postalCode: '35390', city: 'Gießen', country: 'Germany', countryCode: 'DE' }],
        ['60-123 Poznań, Polska', { postalCode: '60-123', city: 'Poznań', country: 'Polska', countryCode: 'PL' }],
        ['1012 AB Amsterdam', { postalCode: '1012 AB', city: 'Amsterdam' }],
        ['Hauptstr. 1\n35390 Gießen', { postalCode: '35390', city: 'Gießen' }],
        ['Lyon, France', { country: 'France', countryCode: 'FR' }],
        ['Lyon', {}],
        ['Österreich', { country: 'Österreich', countryCode: 'AT' }],
        ['1234567', {}],
        ['', {}]
    ];
    for (const [raw, parts] of cases) {
        it(`are taken apart as far as it is certain: ${JSON.stringify(raw)}`, () => {
            assert.deepEqual(readPlace(raw), { raw, ...parts });
        });
    }
});
