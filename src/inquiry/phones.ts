import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Phone, PhoneKind } from './types';

/** Longer texts are no number, whatever stands in them. */
const MAX_PHONE_CHARS = 60;

/**
 * Brings a telephone number into E.164 when that leaves no room for doubt: it names its country itself, or the buyer's
 * country is known, and it exists in the numbering plan. Otherwise only what was written remains.
 *
 * @param country ISO 3166-1 alpha-2; empty when it is not certain.
 */
export function readPhone(raw: string, kind: PhoneKind, country: string): Phone {
    if (raw.length > MAX_PHONE_CHARS) {
        return { kind, raw };
    }
    // 00 is how most of the world dials abroad; a number that only happens to begin so is not valid then
    const text = raw.trim().replace(/^00\s*(?=[1-9])/, '+');
    const region = isSupportedCountry(country) ? { defaultCountry: country as CountryCode } : {};
    const number = parsePhoneNumberFromString(text, { ...region, extract: false });
    return number?.isValid() ? { kind, raw, e164: number.number } : { kind, raw };
}
