import { createHash } from 'node:crypto';
import type { SignInView } from '../account/oauth-sign-in';

type Language = 'en' | 'de';

const TEXTS = {
    en: {
        done: 'Signed in',
        close: 'You can close this tab and go back to Node-RED.',
        failed: 'The sign-in failed',
        again: 'Close this tab and start the sign-in again in Node-RED.',
        unknown: 'Nobody is waiting for this answer. It may be too late, or it was used already.',
        said: 'The provider said:'
    },
    de: {
        done: 'Angemeldet',
        close: 'Dieser Tab kann geschlossen werden; weiter geht es in Node-RED.',
        failed: 'Die Anmeldung ist fehlgeschlagen',
        again: 'Diesen Tab schließen und die Anmeldung in Node-RED neu beginnen.',
        unknown: 'Auf diese Antwort wartet niemand. Vielleicht kam sie zu spät, oder sie wurde schon verwendet.',
        said: 'Der Anbieter sagt:'
    }
} as const;

const STYLE =
    ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto 0;' +
    'padding:0 1em}';

/** Nothing may be loaded, run, framed or remembered, and the address with the code in it goes nowhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
        `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin'
};

/** What a person sees when the provider sends the browser back; `view` is null when nobody waits for the answer. */
export function signInPage(view: SignInView | null, acceptLanguage: unknown): string {
    const language = languageOf(acceptLanguage);
    const text = TEXTS[language];
    const isDone = view?.state === 'signed-in';
    const lines = isDone ? [view.user, text.close] : [...reasons(view, language), text.again];
    const title = escapeHtml(isDone ? text.done : text.failed);
    const body = lines.filter(Boolean).map(line => `<p>${escapeHtml(line)}</p>`);
    return (
        `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title}</title>` +
        '<meta name="viewport" content="width=device-width,initial-scale=1">' +
        `<style>${STYLE}</style></head><body><main><h1>${title}</h1>${body.join('')}</main></body></html>`
    );
}

/** The runtime's own sentences exist in English alone. */
function reasons(view: SignInView | null, language: Language): string[] {
    const text = TEXTS[language];
    if (!view?.error) {
        return [text.unknown];
    }
    const { problem, remedy, response } = view.error;
    return [`${problem}. ${remedy}`, response && `${text.said} ${response}`];
}

/** The first of the languages that the browser lists and this page has. */
function languageOf(acceptLanguage: unknown): Language {
    const listed = typeof acceptLanguage === 'string' ? acceptLanguage.slice(0, 1_000).toLowerCase().split(',') : [];
    const found = listed.map(entry => entry.trim().slice(0, 2)).find(tag => tag === 'de' || tag === 'en');
    return found === 'de' ? 'de' : 'en';
}

function escapeHtml(text: string): string {
    const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
    return text.replace(/[&<>"']/g, character => entities[character] ?? '');
}
