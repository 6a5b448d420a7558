import type { Price } from './types';

/** "$" alone is that of a dozen countries. */
const CURRENCIES: ReadonlyArray<[RegExp, string]> = [
    [/€|\bEUR(?:O)?\b/i, 'EUR'],
    [/£|\bGBP\b/i, 'GBP'],
    [/\bCHF\b|\bSFr\b/i, 'CHF'],
    [/\bUSD\b|US\$/i, 'USD'],
    [/zł|\bPLN\b/i, 'PLN'],
    [/\bCZK\b|Kč/i, 'CZK'],
    [/\bSEK\b/i, 'SEK'],
    [/\bDKK\b/i, 'DKK'],
    [/\bNOK\b/i, 'NOK'],
    [/\bHUF\b/i, 'HUF']
];
const NUMBER = /\d(?:[\d.,'’\u00a0\u202f ]*\d)?/g;
const MAX_PRICE_CHARS = 100;

/**
 * Reads a price. The amount is named when there is exactly one number; a single separator before three digits stands for
 * thousands, because prices have two decimals.
 *
 * @param currency what the format says about it, used when the text says nothing.
 */
export function readPrice(raw: string, currency = ''): Price {
    const price: Price = { raw };
    if (raw.length > MAX_PRICE_CHARS) {
        return price;
    }
    const [number, ...more] = raw.match(NUMBER) ?? [];
    const amount = number === undefined || more.length > 0 ? null : readAmount(number);
    if (amount !== null) {
        price.amount = amount;
    }
    const found = CURRENCIES.find(([sign]) => sign.test(raw))?.[1] ?? currency.trim().toUpperCase();
    if (/^[A-Z]{3}$/.test(found)) {
        price.currency = found;
    }
    return price;
}

function readAmount(number: string): number | null {
    const text = number.replace(/['’\u00a0\u202f ]/g, '');
    const decimal = /[.,](\d{1,2})$/.exec(text);
    const whole = decimal ? text.slice(0, decimal.index) : text;
    // what is left are groups of three, each behind the same sign
    if (!/^\d+$|^\d{1,3}(?:\.\d{3})+$|^\d{1,3}(?:,\d{3})+$/.test(whole)) {
        return null;
    }
    return Number(`${whole.replace(/[.,]/g, '')}.${decimal?.[1] ?? '0'}`);
}
