import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { IntakeStatus } from '../../../src/runtime/intake-status';
import { SendingStatus } from '../../../src/runtime/sending-status';
import { StatusDisplay, type StatusView } from '../../../src/runtime/status';
import {
    type Language,
    listedTypes,
    lookUp,
    readCatalogue,
    readSource,
    readTemplate,
    type Values
} from '../../support/editor-sandbox';

const LANGUAGES: Language[] = ['en-US', 'de'];
const SETS = [...listedTypes(), 'mailflow-editor'];

function textsOf(value: unknown, path = ''): Array<[string, string]> {
    return typeof value === 'string'
        ? [[path, value]]
        : Object.entries(value as Values).flatMap(([key, inner]) =>
              textsOf(inner, path === '' ? key : `${path}.${key}`)
          );
}

function placeholders(text: string): string[] {
    return [...text.matchAll(/__(\w+?)__/g)].map(([, name]) => name ?? '').sort();
}

function assertKnown(type: string, key: string): void {
    for (const language of LANGUAGES) {
        assert.ok(lookUp(readCatalogue(type, language), key), `${key} is missing in ${language}`);
    }
}

/** What `show` displays for each failure that exists. */
function statusesOf(show: (display: StatusDisplay, error: MailError) => void): string[] {
    return Object.values(MailErrorCode).map(code => {
        let shown: StatusView | undefined;
        const display = new StatusDisplay({ status: view => (shown = view as StatusView) });
        show(display, new MailError({ code, kind: 'permanent', step: 'connect', problem: 'it failed' }));
        display.close();
        return shown?.text ?? '';
    });
}

describe('catalogues', () => {
    for (const set of SETS) {
        describe(set, () => {
            it('has the same keys in both languages', () => {
                const [english, german] = LANGUAGES.map(language => textsOf(readCatalogue(set, language)));
                assert.deepEqual(
                    german?.map(([key]) => key),
                    english?.map(([key]) => key)
                );
            });

            it('has no empty text, and the same placeholders in both languages', () => {
                const german = new Map(textsOf(readCatalogue(set, 'de')));
                for (const [key, text] of textsOf(readCatalogue(set, 'en-US'))) {
                    const translated = german.get(key) ?? '';
                    assert.ok(text.trim() !== '' && translated.trim() !== '', key);
                    assert.deepEqual(placeholders(translated), placeholders(text), key);
                }
            });
        });
    }

    for (const type of listedTypes()) {
        describe(`of ${type}`, () => {
            it('has every text that the dialog shows', () => {
                for (const [, keys = ''] of readTemplate(type).matchAll(/data-i18n="([^"]+)"/g)) {
                    for (const key of keys.split(';')) {
                        assertKnown(type, key.replace(/^\[\w+\]/, ''));
                    }
                }
            });

            it('has every text that the script asks for', () => {
                const html = readSource('nodes', `${type}.html`);
                for (const [, key = ''] of html.matchAll(
                    /'(?:@mailflow\/node-red-mail\/[\w-]+:)?([\w-]+\.[\w.-]+)'/g
                )) {
                    if (key.startsWith(`${type}.`)) {
                        assertKnown(type, key);
                    }
                }
            });

            it('has a help text in both languages, with the headings that core uses', () => {
                for (const language of LANGUAGES) {
                    const help = readSource('nodes', 'locales', language, `${type}.html`);
                    assert.ok(help.includes(`<script type="text/html" data-help-name="${type}">\n    <p>`));
                    const known = language === 'de' ? /^(Eingangsdaten|Ausgangsdaten|Details|Referenzen)$/ : undefined;
                    for (const [, heading = ''] of help.matchAll(/<h3>(.*?)<\/h3>/g)) {
                        assert.match(heading, known ?? /^(Inputs|Outputs|Details|References)$/);
                    }
                    assert.doesNotMatch(help, /<(b|i|strong|em)>/);
                }
            });
        });
    }
});

describe('status texts', () => {
    it('exist for every key that a node or the runtime writes out', () => {
        const folders = ['nodes', 'src/runtime'];
        const sources = folders.flatMap(folder =>
            readdirSync(join(__dirname, '..', '..', '..', folder))
                .filter(file => file.endsWith('.ts'))
                .map(file => readSource(folder, file))
        );
        const keys = sources.flatMap(source => [...source.matchAll(/'([a-z-]+)(\.status\.[a-z-]+)'/g)]);
        const listed = keys.filter(([, type = '']) => listedTypes().includes(type));
        assert.ok(listed.length > 0);
        listed.forEach(([, type = '', key = '']) => assertKnown(type, type + key));
    });

    it('exist for every failure of imap-in', () => {
        const shown = statusesOf((display, error) => new IntakeStatus(display).failed('INBOX', error, 0));
        shown.forEach(key => assertKnown('imap-in', key));
    });

    it('exist for every failure of smtp-out', () => {
        const shown = statusesOf((display, error) => new SendingStatus(display).problem(error));
        shown.forEach(key => assertKnown('smtp-out', key));
    });

    it('exist for the two states of the nodes that act on mail', () => {
        for (const type of ['mark-unseen', 'flag-mail', 'move-mail', 'save-mail', 'search-mail']) {
            assertKnown(type, `${type}.status.not-configured`);
            assertKnown(type, `${type}.status.failed`);
        }
    });

    it('exist for the states of fetch-mail', () => {
        for (const state of ['not-configured', 'loading', 'failed']) {
            assertKnown('fetch-mail', `fetch-mail.status.${state}`);
        }
    });

    it('are short enough to stand below a node', () => {
        for (const type of listedTypes()) {
            for (const language of LANGUAGES) {
                const statuses = (readCatalogue(type, language)[type] as Values)['status'] ?? {};
                Object.values(statuses).forEach(text => assert.ok(String(text).length <= 21, String(text)));
            }
        }
    });
});
