import { decodeWindows1252 } from './charset';

/** HTML 4 names of U+00A0 to U+00FF in their order. */
const LATIN_1 = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3
    acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash
    Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc
    euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml
    yacute thorn yuml`.split(/\s+/);

const NAMED: ReadonlyMap<string, string> = new Map([
    ...LATIN_1.map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['apos', "'"],
    ['euro', '€'],
    ['hellip', '…'],
    ['ndash', '–'],
    ['mdash', '—'],
    ['lsquo', '‘'],
    ['rsquo', '’'],
    ['sbquo', '‚'],
    ['ldquo', '“'],
    ['rdquo', '”'],
    ['bdquo', '„'],
    ['lsaquo', '‹'],
    ['rsaquo', '›'],
    ['bull', '•'],
    ['trade', '™'],
    ['permil', '‰'],
    ['prime', '′'],
    ['Prime', '″'],
    ['minus', '−'],
    ['larr', '←'],
    ['uarr', '↑'],
    ['rarr', '→'],
    ['darr', '↓'],
    ['ensp', '\u2002'],
    ['emsp', '\u2003'],
    ['thinsp', '\u2009'],
    ['zwnj', '\u200c'],
    ['zwj', '\u200d'],
    ['OElig', 'Œ'],
    ['oelig', 'œ'],
    ['Scaron', 'Š'],
    ['scaron', 'š'],
    ['Yuml', 'Ÿ'],
    ['dagger', '†'],
    ['Dagger', '‡'],
    ['tilde', '˜'],
    ['circ', 'ˆ'],
    ['fnof', 'ƒ'],
    ['check', '✓'],
    ['num', '#'],
    ['commat', '@'],
    ['colon', ':'],
    ['comma', ','],
    ['period', '.'],
    ['excl', '!'],
    ['quest', '?'],
    ['lpar', '('],
    ['rpar', ')'],
    ['sol', '/'],
    ['NewLine', '\n'],
    ['Tab', '\t']
]);

const REFERENCE = /&(?:#x([0-9a-f]{1,8})|#(\d{1,10})|([a-z][a-z0-9]{1,31})(?=;));?/gi;
const REPLACEMENT = '\ufffd';

/** Decodes character references once: `&amp;lt;` becomes `&lt;`. Names that are not known stay as they are. */
export function decodeEntities(text: string): string {
    if (!text.includes('&')) {
        return text;
    }
    return text.replace(REFERENCE, (reference: string, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) {
            return NAMED.get(name) ?? reference;
        }
        return fromCode(hex === undefined ? Number(decimal) : parseInt(hex, 16));
    });
}

function fromCode(code: number): string {
    // Word writes &#150; and means the dash of Windows-1252; the HTML standard (§13.2.5.80) says so too
    if (code >= 0x80 && code <= 0x9f) {
        return decodeWindows1252(Buffer.of(code));
    }
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : REPLACEMENT;
}
