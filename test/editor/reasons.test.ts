import assert from 'node:assert/strict';
import { EditorSuite, savedNode } from '../support/editor-suite';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
const ACCOUNT = savedNode('imap-account', {
    id: 'a1',
    host: 'imap.example.com',
    tested: 'tls imap.example.com 993 true  password'
});

describe('mistakes in a dialog', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    it('are explained while they are typed, and marked on the node', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', z: 'tab1', x: 300, y: 100, wires: [[], []] });
        const editor = await suite.open([TAB, ACCOUNT, intake]);
        const { page } = editor;
        await editor.openNode('imap in');
        await page.getByRole('group', { name: 'Senders' }).getByRole('button', { name: 'add' }).click();
        await page.keyboard.type('machineseeker.com');
        const reason = page.getByRole('alert').filter({ hasText: 'the @ is missing' });
        await reason.waitFor();
        assert.equal(await page.getByLabel('Senders 1', { exact: true }).getAttribute('aria-invalid'), 'true');
        await editor.done();
        const node = page.locator('.red-ui-flow-node', { hasText: 'imap in' });
        await node.locator('.red-ui-flow-node-error:not(.hide)').waitFor();

        await editor.openNode('imap in');
        await page.getByLabel('Senders 1', { exact: true }).fill('*@machineseeker.com');
        await reason.waitFor({ state: 'hidden' });
        await editor.done();
        await node.locator('.red-ui-flow-node-error').waitFor({ state: 'hidden' });
    });

    it('are explained in German to a German reader', async () => {
        const filter = savedNode('filter-sender', {
            id: 'n1',
            senders: ['*@*.de'],
            z: 'tab1',
            x: 300,
            y: 100,
            wires: []
        });
        const editor = await suite.open([TAB, filter], { language: 'de-DE' });
        await editor.openNode('filter sender');
        await editor.page.getByRole('alert').filter({ hasText: 'In der Domain darf *' }).waitFor();
    });

    it('do not hide in a closed part of the dialog', async () => {
        const intake = savedNode('imap-in', {
            id: 'n1',
            account: 'a1',
            attempts: '0',
            z: 'tab1',
            x: 300,
            y: 100,
            wires: []
        });
        const editor = await suite.open([TAB, ACCOUNT, intake]);
        await editor.openNode('imap in');
        await editor.page.locator('#node-input-attempts.input-error').waitFor({ state: 'visible' });
    });

    it('warn of clear text, and of a provider that accepts no password', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', z: 'tab1', x: 300, y: 100, wires: [] });
        const editor = await suite.open([TAB, ACCOUNT, intake]);
        const { page } = editor;
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        const clearText = page.getByText('Everything is sent in clear text');
        assert.equal(await clearText.isVisible(), false);
        await page.locator('#node-config-input-security').selectOption('none');
        assert.equal(await clearText.isVisible(), true);
        assert.equal(await page.locator('#node-config-input-verify').isVisible(), false);
        await page.locator('#node-config-input-preset').selectOption('microsoft365');
        await page.getByText('only sign-in by OAuth2').waitFor();
        assert.equal(await clearText.isVisible(), false);
    });
});
