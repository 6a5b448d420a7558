import assert from 'node:assert/strict';
import type { EditorPage } from '../support/editor-page';
import { EditorSuite } from '../support/editor-suite';
import type { Values } from '../support/editor-sandbox';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
const END = { id: 'end', type: 'debug', z: 'tab1', x: 500, y: 300, active: false, wires: [] };
const TEXTS = {
    'en-US': {
        test: 'Test & save',
        rejected: 'The server rejected user name or password.',
        remedy: /app password/,
        passed: /The account passed its test/,
        choose: 'Choose a folder of the server',
        works: 'imap-account: works',
        watched: 'Folder Anfragen: watched at all times',
        look: 'Look now: Shop'
    },
    'de-DE': {
        test: 'Testen und speichern',
        rejected: 'Der Server hat Benutzername oder Passwort abgelehnt.',
        remedy: /App-Passwort/,
        passed: /Das Konto hat den Test bestanden/,
        choose: 'Ordner des Servers wählen',
        works: 'imap-account: funktioniert',
        watched: 'Ordner Anfragen: wird ständig beobachtet',
        look: 'Jetzt nachsehen: Shop'
    }
} as const;

function find(flows: readonly Values[], type: string): Values {
    return flows.find(node => node['type'] === type) ?? {};
}

/** Shows the tab of the accounts, as somebody who knows the sidebar would. */
async function showAccounts(editor: EditorPage): Promise<void> {
    await editor.page.evaluate(() =>
        (window as unknown as { RED: { sidebar: { show(id: string): void } } }).RED.sidebar.show('mailflow')
    );
    await editor.page.locator('.mailflow-sidebar').waitFor();
}

describe('an account that is tested in the editor', function () {
    this.timeout(90_000);
    let dovecot: Dovecot;
    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({
            folders: { Anfragen: null, Drafts: '\\Drafts', Sent: '\\Sent', Trash: '\\Trash' }
        });
    });
    after(() => dovecot?.stop());
    const suite = EditorSuite.use();

    for (const language of ['en-US', 'de-DE'] as const) {
        it(`is set up from nothing to a watched folder: ${language}`, async () => {
            const texts = TEXTS[language];
            const editor = await suite.open([TAB, END], { language });
            const { page } = editor;
            const field = (name: string) => page.locator(`#node-config-input-${name}`);
            await editor.add('imap in');
            await editor.openNode('imap in');
            await editor.openAccount('add');
            await field('name').fill('Shop');
            await field('address').fill('anna@shop.example');
            await field('host').fill('127.0.0.1');
            await field('port').fill(String(dovecot.imapsPort));
            await field('verify').uncheck();
            await field('user').fill('anna');
            await field('password').fill('wrong');

            const test = page.getByRole('button', { name: texts.test });
            await test.click();
            await page.getByText(texts.rejected).waitFor();
            const failure = page.locator('#node-config-mailflow-steps .mailflow-step-failed');
            assert.match(await failure.innerText(), texts.remedy);
            assert.equal(await page.locator('.mailflow-step-passed').count(), 2);
            await editor.screenshot(`${language}-test-failed`);

            await field('password').fill('secret');
            await test.click();
            await page.locator('.mailflow-step').nth(7).waitFor();
            // the verdict, by which the account remembers its test, comes after the last step
            await page.locator('#node-config-mailflow-steps:not([aria-busy])').waitFor();
            await editor.screenshot(`${language}-test-passed`);
            // encrypted, but not verified: a warning, so that the dialog stays
            assert.equal(await page.locator('.mailflow-step-warning').count(), 1);
            assert.equal(await page.locator('.mailflow-step-failed').count(), 0);
            await editor.accountDone();

            const folders = page.locator('.form-row', { has: page.locator('#node-input-folders-list') });
            await folders.getByRole('button', { name: texts.choose }).click();
            const list = page.getByRole('listbox', { name: texts.choose });
            await list.waitFor();
            assert.match((await list.locator('option').first().innerText()).trim(), /^INBOX/);
            await editor.screenshot(`${language}-folders`);
            await list.selectOption('Anfragen');
            await list.press('Enter');
            await editor.done();
            await page.evaluate(() => {
                const { RED } = window as unknown as {
                    RED: {
                        nodes: {
                            filterNodes(filter: object): Array<{ id: string }>;
                            addLink(link: object): void;
                            dirty(state: boolean): void;
                        };
                    };
                };
                const [source] = RED.nodes.filterNodes({ type: 'imap-in' });
                const [target] = RED.nodes.filterNodes({ type: 'debug' });
                RED.nodes.addLink({ source, sourcePort: 0, target });
            });
            await editor.deploy();
            const flows = await suite.flows();
            assert.deepEqual(find(flows, 'imap-in')['folders'], ['Anfragen']);
            assert.match(String(find(flows, 'imap-account')['tested']), /^tls 127\.0\.0\.1 \d+ false {2}password$/);
            assert.ok(!JSON.stringify(flows).includes('secret'));

            await showAccounts(editor);
            await page.getByText(texts.works).waitFor();
            await page.getByText(texts.watched).waitFor();
            await page.getByRole('button', { name: texts.look }).click();
            await editor.screenshot(`${language}-sidebar`);
        });
    }
});
