import { countryCode } from './countries';
import type { InquiryAddress } from './types';

/** Postal codes of most of Europe, of Poland and of the Netherlands, with an optional country in front. */
const POSTAL_CODE = /^(?:(?:[A-Z]{1,2})-)?(\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{4,5})(?=$|[\s,])[\s,]*/;
const MAX_CITY_CHARS = 60;

/**
 * Takes a place apart that stands in one piece, such as "35390 Gießen" or "1010, Österreich". Only what is certain is
 * named: words behind a postal code are the town unless they are a country; words alone could be either, or a region.
 */
export function readPlace(raw: string): InquiryAddress {
    const place: InquiryAddress = { raw };
    const parts = raw
        .split(/[,\n]/)
        .map(part => part.trim())
        .filter(part => part !== '');
    const last = parts.at(-1) ?? '';
    const code = countryCode(last);
    if (code !== '' && !/^\d/.test(last)) {
        place.country = last;
        place.countryCode = code;
        parts.pop();
    }
    const line = parts.find(part => POSTAL_CODE.test(part)) ?? '';
    const [whole = '', postalCode] = POSTAL_CODE.exec(line) ?? [];
    if (postalCode !== undefined) {
        place.postalCode = postalCode;
        const town = line.slice(whole.length);
        if (town !== '' && town.length <= MAX_CITY_CHARS && !/\d/.test(town)) {
            place.city = town;
        }
    }
    return place;
}
