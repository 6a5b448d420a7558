import type { AutomaticKind } from './verdict';

/** A group of phrases with which machines begin a subject. */
export interface PhraseGroup {
    /** ISO 639-1; phrases of other languages may be among them where products use these everywhere. */
    language: string;
    kind: AutomaticKind;
    /** Nobody types it by accident: no colon, dash or end has to follow. */
    open?: true;
    /**
     * People begin subjects with these words too ("Urlaub - Anfrage Ferienwohnung"). They decide nothing alone: an
     * auto-reply must also answer something, everything else needs a daemon's mark.
     */
    everyday?: true;
    phrases: readonly string[];
}

/**
 * What mail servers, mail programs and help desks write at the start of a subject, in lower case and NFC. A language is
 * added by adding a group; the longest phrase that fits is taken.
 */
export const SUBJECT_PHRASES: readonly PhraseGroup[] = [
    {
        language: 'en',
        kind: 'auto-reply',
        phrases: [
            ...['automatic reply', 'auto reply', 'auto-reply', 'autoreply', 'automatic response', 'auto response'],
            ...['auto-response', 'automated reply', 'automated response', 'out of office', 'out of the office'],
            ...['out of office autoreply', 'out-of-office', 'ooo', 'oof', 'vacation reply', 'vacation response']
        ]
    },
    { language: 'en', kind: 'auto-reply', everyday: true, phrases: ['auto', 'vacation'] },
    { language: 'en', kind: 'auto-reply', everyday: true, open: true, phrases: ['away from'] },
    {
        language: 'en',
        kind: 'bounce',
        phrases: [
            ...['undeliverable', 'undelivered mail', 'undeliverable mail', 'undeliverable message', 'delivery failure'],
            ...['delivery has failed', 'mail system error', 'nondeliverable mail', 'non-delivery report']
        ]
    },
    {
        language: 'en',
        kind: 'bounce',
        open: true,
        phrases: [
            ...['undelivered mail returned to sender', 'delivery status notification', 'mail delivery failed'],
            ...['mail delivery failure', 'returned mail: see transcript for details', 'message status - undeliverable']
        ]
    },
    {
        language: 'en',
        kind: 'bounce',
        everyday: true,
        phrases: ['returned mail', 'failure notice', 'message blocked', 'rejected', 'delivery report']
    },
    {
        language: 'en',
        kind: 'delay',
        open: true,
        phrases: [
            ...['delivery status notification (delay)', 'delayed mail (still being retried)'],
            ...['warning: could not send message', 'warning: message delayed']
        ]
    },
    {
        language: 'en',
        kind: 'delay',
        everyday: true,
        phrases: ['delivery delayed', 'delayed', 'warning', 'delivery incomplete']
    },
    {
        language: 'en',
        kind: 'delivery-receipt',
        open: true,
        phrases: ['delivery status notification (success)', 'successful mail delivery report']
    },
    { language: 'en', kind: 'delivery-receipt', everyday: true, phrases: ['delivered', 'relayed', 'expanded'] },
    { language: 'en', kind: 'read-receipt', phrases: ['read receipt', 'not read', 'return receipt'] },
    { language: 'en', kind: 'read-receipt', everyday: true, phrases: ['read'] },
    {
        language: 'en',
        kind: 'challenge',
        everyday: true,
        open: true,
        phrases: ['please confirm your message', 'your email requires verification', 'please verify your message']
    },
    {
        language: 'de',
        kind: 'auto-reply',
        open: true,
        phrases: ['automatische antwort', 'automatische rückantwort', 'abwesenheitsnotiz', 'abwesenheitsmeldung']
    },
    { language: 'de', kind: 'auto-reply', phrases: ['nicht im büro', 'abwesenheitsbenachrichtigung'] },
    { language: 'de', kind: 'auto-reply', everyday: true, phrases: ['abwesenheit', 'abwesend', 'urlaub'] },
    { language: 'de', kind: 'auto-notice', phrases: ['eingangsbestätigung'] },
    {
        language: 'de',
        kind: 'bounce',
        phrases: ['unzustellbar', 'nicht zugestellt', 'nicht zustellbar', 'zustellung fehlgeschlagen']
    },
    { language: 'de', kind: 'delay', phrases: ['zustellung verzögert'] },
    { language: 'de', kind: 'read-receipt', phrases: ['gelesen', 'nicht gelesen', 'lesebestätigung'] },
    { language: 'fr', kind: 'auto-reply', open: true, phrases: ['réponse automatique'] },
    { language: 'fr', kind: 'auto-reply', phrases: ['absent du bureau', 'absente du bureau'] },
    { language: 'fr', kind: 'auto-reply', everyday: true, phrases: ['absence'] },
    { language: 'fr', kind: 'bounce', phrases: ['non remis', 'échec de la remise'] },
    { language: 'es', kind: 'auto-reply', open: true, phrases: ['respuesta automática'] },
    { language: 'es', kind: 'auto-reply', phrases: ['fuera de la oficina'] },
    { language: 'es', kind: 'bounce', phrases: ['no se pudo entregar', 'no se puede entregar'] },
    { language: 'pt', kind: 'auto-reply', open: true, phrases: ['resposta automática'] },
    { language: 'pt', kind: 'auto-reply', everyday: true, phrases: ['ausência'] },
    { language: 'pt', kind: 'bounce', phrases: ['não entregue'] },
    { language: 'it', kind: 'auto-reply', open: true, phrases: ['risposta automatica'] },
    { language: 'it', kind: 'auto-reply', phrases: ['risposta non al computer', 'fuori sede', 'fuori ufficio'] },
    { language: 'it', kind: 'auto-reply', everyday: true, phrases: ['assenza'] },
    { language: 'it', kind: 'bounce', phrases: ['non recapitabile'] },
    { language: 'nl', kind: 'auto-reply', open: true, phrases: ['automatisch antwoord', 'automatische antwoord'] },
    { language: 'nl', kind: 'auto-reply', phrases: ['afwezigheidsbericht'] },
    { language: 'nl', kind: 'auto-reply', everyday: true, phrases: ['afwezig'] },
    { language: 'nl', kind: 'bounce', phrases: ['onbestelbaar'] },
    { language: 'da', kind: 'auto-reply', phrases: ['autosvar', 'automatisk svar'] },
    { language: 'da', kind: 'auto-reply', everyday: true, phrases: ['fraværende'] },
    { language: 'da', kind: 'bounce', phrases: ['kan ikke leveres'] },
    { language: 'no', kind: 'auto-reply', phrases: ['ute av kontoret', 'ikke på kontoret'] },
    { language: 'sv', kind: 'auto-reply', phrases: ['automatiskt svar'] },
    { language: 'sv', kind: 'auto-reply', everyday: true, phrases: ['frånvaro'] },
    { language: 'sv', kind: 'bounce', phrases: ['går ej att leverera'] },
    { language: 'fi', kind: 'auto-reply', open: true, phrases: ['automaattinen vastaus'] },
    { language: 'fi', kind: 'auto-reply', everyday: true, phrases: ['poissa'] },
    { language: 'pl', kind: 'auto-reply', open: true, phrases: ['automatyczna odpowiedź'] },
    { language: 'pl', kind: 'bounce', phrases: ['niedostarczono'] },
    { language: 'cs', kind: 'auto-reply', open: true, phrases: ['automatická odpověď'] },
    { language: 'sk', kind: 'auto-reply', open: true, phrases: ['automatická odpoveď'] },
    { language: 'hu', kind: 'auto-reply', open: true, phrases: ['automatikus válasz'] },
    { language: 'sl', kind: 'auto-reply', open: true, phrases: ['samodejni odgovor'] },
    { language: 'ro', kind: 'auto-reply', open: true, phrases: ['răspuns automat'] },
    { language: 'ru', kind: 'auto-reply', phrases: ['автоответ', 'автоматический ответ'] },
    { language: 'uk', kind: 'auto-reply', phrases: ['автоматична відповідь'] },
    { language: 'tr', kind: 'auto-reply', phrases: ['otomatik yanıt'] },
    { language: 'lv', kind: 'auto-reply', everyday: true, phrases: ['atvaļinājums'] },
    { language: 'ja', kind: 'auto-reply', phrases: ['自動応答', '自動返信'] },
    { language: 'zh', kind: 'auto-reply', phrases: ['自动答复', '自动回复'] },
    { language: 'ko', kind: 'auto-reply', phrases: ['자동 회신'] }
];
