import { getCountries } from 'libphonenumber-js/min';

const LANGUAGES = ['de', 'en', 'fr', 'it', 'es', 'nl', 'pl'];
/** Names that people write and Unicode does not list first. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
    brd: 'DE',
    allemagne: 'DE',
    uk: 'GB',
    'great britain': 'GB',
    großbritannien: 'GB',
    england: 'GB',
    scotland: 'GB',
    wales: 'GB',
    engeland: 'GB',
    angleterre: 'GB',
    inghilterra: 'GB',
    inglaterra: 'GB',
    usa: 'US',
    'u.s.a.': 'US',
    'united states of america': 'US',
    'états-unis d’amérique': 'US',
    tschechien: 'CZ',
    'tschechische republik': 'CZ',
    'czech republic': 'CZ',
    czechia: 'CZ',
    holland: 'NL',
    'the netherlands': 'NL',
    russia: 'RU',
    russland: 'RU',
    'slovak republic': 'SK',
    turkey: 'TR',
    türkei: 'TR',
    'republic of ireland': 'IE',
    svizzera: 'CH',
    suisse: 'CH'
};

let names: ReadonlyMap<string, string> | null = null;

/**
 * The ISO 3166-1 code of a country that is named in German, English, French, Italian, Spanish, Dutch or Polish, or by its
 * code in capitals; "" for everything else.
 */
export function countryCode(text: string): string {
    const name = text.trim();
    names ??= listNames();
    return /^[A-Z]{2}$/.test(name) && codes().has(name) ? name : (names.get(fold(name)) ?? '');
}

function codes(): ReadonlySet<string> {
    return new Set(getCountries());
}

/** Built at the first use: it takes some 30 ms, which a flow without inquiries should not pay. */
function listNames(): ReadonlyMap<string, string> {
    const list = new Map<string, string>();
    for (const language of LANGUAGES) {
        const display = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
        for (const code of getCountries()) {
            const name = display.of(code);
            if (name !== undefined) {
                list.set(fold(name), code);
            }
        }
    }
    Object.entries(OTHER_NAMES).forEach(([name, code]) => list.set(fold(name), code));
    return list;
}

function fold(name: string): string {
    return name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ');
}
