import assert from 'node:assert/strict';
import { readDate } from '../../../src/inquiry/dates';
import { languageOf } from '../../../src/inquiry/language';
import { readPrice } from '../../../src/inquiry/prices';

describe('dates', () => {
    const cases: ReadonlyArray<[string, string]> = [
        ['23.11.2026', '2026-11-23'],
        ['3.1.2026, 9:05 Uhr', '2026-01-03T09:05:00'],
        ['2026-11-23', '2026-11-23'],
        ['2026-11-23 09:00', '2026-11-23T09:00'],
        ['2026-11-23T09:00:00+0100', '2026-11-23T09:00:00+01:00'],
        ['2026-11-23T09:00:00.5Z', '2026-11-23T09:00:00.5Z'],
        ['Mon, 23 Nov 2026 09:00:00 +0100', '2026-11-23T08:00:00.000Z']
    ];
    for (const [raw, iso] of cases) {
        it(`are as exact as they were written: ${raw}`, () => assert.equal(readDate(raw), iso));
    }

    it('are not guessed where they could be two days, or are none', () => {
        for (const raw of ['03/04/2026', '31.02.2026', '2026-13-01', 'gestern', '', '23.11.26', '1e3', '99.99.9999']) {
            assert.equal(readDate(raw), '', raw);
        }
    });
});

describe('prices', () => {
    const cases: ReadonlyArray<[string, number | undefined, string | undefined]> = [
        ['12.490 €', 12_490, 'EUR'],
        ['€ 12,490.50', 12_490.5, 'EUR'],
        ["CHF 1'200.–", 1200, 'CHF'],
        ['1 234 567,89 zł', 1_234_567.89, 'PLN'],
        ['49,9', 49.9, undefined],
        ['US$ 5,000', 5000, 'USD'],
        ['$5', 5, undefined],
        ['0 EUR', 0, 'EUR'],
        ['VB', undefined, undefined],
        ['500 bis 700 €', undefined, 'EUR'],
        ['1.2.3', undefined, undefined],
        ['12.34.567', undefined, undefined]
    ];
    for (const [raw, amount, currency] of cases) {
        it(`have an amount when there is one: ${raw}`, () => {
            const expected = { raw, ...(amount === undefined ? {} : { amount }), ...(currency ? { currency } : {}) };
            assert.deepEqual(readPrice(raw), expected);
        });
    }

    it('take the currency of the format when they name none themselves', () => {
        assert.equal(readPrice('850.00', 'eur').currency, 'EUR');
        assert.equal(readPrice('850 CHF', 'EUR').currency, 'CHF');
        assert.equal(readPrice('850', 'Euro!').currency, undefined);
    });

    it('cost no more than a look when they are no prices', () => {
        assert.deepEqual(readPrice('1.'.repeat(5000)), { raw: '1.'.repeat(5000) });
    });
});

describe('languages', () => {
    const texts: Readonly<Record<string, string>> = {
        de: 'Guten Tag, ist die Maschine noch da und können wir sie ansehen?',
        en: 'Hello, is the machine still available and what is your best price?',
        fr: 'Bonjour, est-ce que la machine est encore disponible pour nous ?',
        it: 'Buongiorno, il prezzo della macchina non è indicato. Grazie.',
        es: 'Hola, ¿está todavía disponible la máquina? Gracias por su respuesta.',
        nl: 'Goedendag, is de machine nog beschikbaar? Wij hebben interesse.',
        pl: 'Dzień dobry, czy maszyna jest jeszcze dostępna?'
    };
    for (const [language, text] of Object.entries(texts)) {
        it(`are recognised: ${language}`, () => assert.equal(languageOf(text), language));
    }

    it('are left open when a text is short, or of two languages', () => {
        for (const text of ['', 'OK?', 'Preis?', '12345', 'Guten Tag und bitte. The price is what and for this?']) {
            assert.equal(languageOf(text), '', text);
        }
    });
});
