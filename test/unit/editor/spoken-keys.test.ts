import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lookUp, readCatalogue, readSource, type Language } from '../../support/editor-sandbox';

const LANGUAGES: Language[] = ['en-US', 'de'];
const ROOT = join(__dirname, '..', '..', '..');

function sourcesIn(folder: string, ending: string): string {
    return readdirSync(join(ROOT, folder))
        .filter(file => file.endsWith(ending))
        .map(file => readSource(folder, file))
        .join('\n');
}

function keysOf(source: string, pattern: RegExp): string[] {
    return [...source.matchAll(pattern)].map(([, key = '']) => key);
}

function assertTexts(keys: readonly string[]): void {
    for (const key of keys) {
        for (const language of LANGUAGES) {
            const found = lookUp(readCatalogue('mailflow-editor', language), `mailflow-editor.${key}`);
            assert.ok(found, `${key} is missing in ${language}`);
        }
    }
}

/** `SignInRequired` as the code that an error carries. */
function codeOf(name: string): string {
    return name.replace(/(?!^)([A-Z])/g, '_$1').toUpperCase();
}

/** The words of a union of texts in TypeScript. */
function wordsOf(source: string, type: string): string[] {
    const [, words = ''] = new RegExp(`type ${type} =([^;]+);`).exec(source) ?? [];
    return keysOf(words, /'([^']*)'/g).filter(Boolean);
}

describe('what the dialogs and the sidebar say', () => {
    const editor = sourcesIn('editor', '.js');
    const account = sourcesIn('src/account', '.ts');

    it('is in the catalogue wherever a text is asked for by its full name', () => {
        const keys = keysOf(editor, /mailflow\.text\(\s*'([\w.-]+[\w])'[,)]/g);
        assert.ok(keys.length > 20);
        assertTexts(keys);
    });

    it('has a sentence for every step, outcome and note of a test', () => {
        const notes = keysOf(account, /(?:passed|warning|skipped)\(\s*'[\w-]+',\s*(?:\w+ \? )?'([\w-]+)'/g);
        const more = keysOf(account, /note: '([\w-]+)'/g);
        assert.ok(notes.length > 15);
        assertTexts([...notes, ...more].map(note => `probe.note.${note}`));
        const report = readSource('src', 'account', 'probe-report.ts');
        assertTexts(wordsOf(report, 'ProbeStepName').map(step => `probe.step.${step}`));
        assertTexts(wordsOf(report, 'ProbeOutcome').map(outcome => `probe.outcome.${outcome}`));
    });

    it('has a word for every state, source and kind of folder', () => {
        const health = readSource('src', 'account', 'health.ts');
        assertTexts(wordsOf(health, 'AccountState').map(state => `health.state-of.${state}`));
        assertTexts(wordsOf(health, 'FolderState').map(state => `health.folder-state.${state}`));
        const proposal = readSource('src', 'account', 'proposal.ts');
        assertTexts(wordsOf(proposal, 'ProposalSource').map(source => `discovery.source.${source}`));
        const list = readSource('src', 'imap', 'folder-list.ts');
        const uses = keysOf(list, /'\\\\\w+': '(\w+)'/g);
        assert.equal(uses.length, 8);
        assertTexts(uses.map(use => `folders.use.${use}`));
    });

    it('has a problem and a remedy for every failure that a connection can have', () => {
        const folders = ['src/imap', 'src/smtp'].map(folder => sourcesIn(folder, 'diagnosis.ts')).join('\n');
        const names = new Set(keysOf(folders, /code: MailErrorCode\.(\w+)/g));
        const codes = [...names].map(codeOf);
        assert.ok(codes.includes('CREDENTIALS_REJECTED') && codes.length > 10);
        assertTexts(codes.flatMap(code => [`error.${code}`, `remedy.${code}`]));
    });

    it('has a problem and a remedy for every failure of a sign-in, and for what Microsoft says in numbers', () => {
        const source = sourcesIn('src/account', '.ts');
        const codes = keysOf(source, /MailErrorCode\.((?:SignIn|Client|Token)\w+)/g).map(codeOf);
        const numbers = keysOf(source, /^ {4}(AADSTS\d+): \[/gm);
        assert.ok(new Set(codes).size >= 5 && numbers.length >= 6);
        const known = [...codes, ...numbers, 'access_denied', 'expired_token', '5-7-139'];
        assertTexts(known.flatMap(code => [`error.${code}`, `remedy.${code}`]));
        assertTexts(['NOT_CONFIGURED', 'TIMED_OUT', 'CLOSED', 'THROTTLED'].flatMap(code => [`oauth-error.${code}`]));
    });
});
