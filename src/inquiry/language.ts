/** Frequent words that the other languages do not have. */
const WORDS: Readonly<Record<string, string>> = {
    de: `und ist die der das ich wir sie nicht mit für bitte haben können noch ein eine einen auf zu guten tag
        grüßen freundlichen möchte würde wann preis oder auch bei uns mir ihre ihr maschine nachricht anfrage`,
    en: `the and is are you your have would could please what when this that with for we i it still available
        hello regards price can me send thank thanks machine message from our about`,
    fr: `le la les et est une un vous nous je pour avec bonjour merci votre vos prix encore dans sur pouvez
        cordialement machine disponible être avez quel quelle des du au`,
    it: `il lo gli è una sono per con buongiorno grazie vostro prezzo ancora della del che non di questo saluti
        vorrei macchina disponibile potete quanto siamo`,
    es: `el los las es una con para hola gracias usted su precio todavía está que por del máquina disponible
        saludos quisiera puede cuánto buenos días estoy somos`,
    nl: `het een en is van voor met u uw wij ik nog beschikbaar graag bedankt prijs machine goedendag groet
        kunt hebben niet deze zijn wat kan naar bij`,
    pl: `jest czy proszę dzień dobry dziękuję cena maszyna dostępna nie na się z do pozdrawiam chciałbym jeszcze
        ile państwa mam można i w o`
};
const LANGUAGES_OF = languagesByWord();
const MIN_HITS = 3;
const WORD = /\p{L}+/gu;
/** The beginning tells as much as the whole. */
const MAX_CHARS = 3000;

/** The language of a text, ISO 639-1; "" unless one language clearly leads. */
export function languageOf(text: string): string {
    const hits = new Map<string, number>();
    for (const [word] of text.slice(0, MAX_CHARS).toLowerCase().matchAll(WORD)) {
        for (const language of LANGUAGES_OF.get(word) ?? []) {
            hits.set(language, (hits.get(language) ?? 0) + 1);
        }
    }
    const [first, second] = [...hits].sort(([, a], [, b]) => b - a);
    const isClear = first !== undefined && first[1] >= MIN_HITS && first[1] >= 2 * (second?.[1] ?? 0);
    return isClear ? first[0] : '';
}

function languagesByWord(): ReadonlyMap<string, string[]> {
    const map = new Map<string, string[]>();
    for (const [language, words] of Object.entries(WORDS)) {
        for (const word of words.split(/\s+/)) {
            map.set(word, [...(map.get(word) ?? []), language]);
        }
    }
    return map;
}
