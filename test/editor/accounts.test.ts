import assert from 'node:assert/strict';
import type { EditorPage } from '../support/editor-page';
import { EditorSuite, savedNode } from '../support/editor-suite';
import type { Values } from '../support/editor-sandbox';
import { findFreePort } from '../support/free-port';
import { selectedVersion } from '../support/node-red-version';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';
import { flawsOf } from '../support/visible-flaws';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
const POSITION = { z: 'tab1', x: 300, y: 100, wires: [['end'], []] };
const END = { id: 'end', type: 'debug', z: 'tab1', x: 500, y: 300, active: false, wires: [] };
/** Version 4 has no dark theme of its own. */
const THEMES = selectedVersion() === '4' ? [false] : [false, true];

interface EditorGlobals {
    RED: { sidebar: { show(id: string): void } };
    mailflow: { folderPicker(target: string, account: () => string): void };
}

async function showAccounts(editor: EditorPage): Promise<void> {
    await editor.page.evaluate(() => (window as unknown as EditorGlobals).RED.sidebar.show('mailflow'));
    await editor.page.locator('.mailflow-sidebar').waitFor();
}

describe('accounts in the editor', function () {
    this.timeout(90_000);
    let dovecot: Dovecot;
    let closedPort: number;
    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ folders: { Anfragen: null, Sent: '\\Sent' } });
        closedPort = await findFreePort();
    });
    after(() => dovecot?.stop());
    const suite = EditorSuite.use();

    function good(own: Values = {}) {
        const login = { user: 'anna', password: 'secret' };
        const server = { host: 'localhost', port: dovecot.imapsPort, tls: 'ca', credentials: login };
        return savedNode('imap-account', { id: 'a1', name: 'Good', ...server, ...own });
    }
    function bad(own: Values = {}) {
        const server = { host: '127.0.0.1', port: closedPort, security: 'none', auth: 'none' };
        return savedNode('imap-account', { id: 'a2', name: 'Bad', ...server, ...own });
    }
    /** Core's node for a certificate authority of one's own. */
    const authority = () => ({
        id: 'ca',
        type: 'tls-config',
        name: 'Test authority',
        cert: '',
        key: '',
        ca: '',
        certname: '',
        keyname: '',
        caname: 'ca.pem',
        servername: '',
        verifyservercert: true,
        alpnprotocol: '',
        credentials: { cadata: dovecot.certificate }
    });

    it('are saved by a test that finds nothing to complain about', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', ...POSITION });
        const editor = await suite.open([TAB, authority(), good(), intake, END]);
        const { page } = editor;
        const mark = page.locator('.red-ui-flow-node', { hasText: 'imap in' }).locator('.red-ui-flow-node-error');
        await mark.and(page.locator(':not(.hide)')).waitFor();
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        // the stored password was not typed and is not in the page; the runtime uses its own
        await page.getByRole('button', { name: 'Test & save' }).click();
        await page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
        await page.getByText(/The account passed its test/).waitFor();
        await editor.settle();
        await editor.done();
        await mark.waitFor({ state: 'hidden' });

        await editor.openNode('imap in');
        await editor.openAccount('edit');
        await page.locator('#node-config-input-port').fill('994');
        await editor.accountDone();
        await editor.done();
        await mark.and(page.locator(':not(.hide)')).waitFor();
    });

    it('ask for the password again when the server was changed', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', ...POSITION });
        const editor = await suite.open([TAB, authority(), good(), intake, END]);
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        await editor.page.locator('#node-config-input-host').fill('127.0.0.1');
        await editor.page.getByRole('button', { name: 'Test & save' }).click();
        await editor.page.getByText('the password is not known for these settings').waitFor();
        await editor.page.locator('#node-config-dialog-ok').waitFor();
    });

    it('say once, when the editor opens, that one of them does not work', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a2', ...POSITION });
        const unusable = savedNode('imap-account', { id: 'a3', name: 'Unfinished' });
        await suite.open([TAB, bad(), unusable, intake, END]);
        for (let attempt = 0; attempt < 50; attempt++) {
            const answer = (await suite.runtime.get('/mailflow/health')) as { accounts: Array<{ state: string }> };
            if (answer.accounts.some(({ state }) => state === 'failing')) {
                break;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        const editor = await suite.open([TAB, bad(), unusable, intake, END]);
        const note = editor.page.locator('.red-ui-notification', { hasText: 'Mail accounts that do not work' });
        await note.waitFor();
        assert.match(await note.innerText(), /Unfinished/);
        await note.getByRole('button', { name: 'Show' }).click();
        await editor.page.locator('.mailflow-account', { hasText: 'Unfinished' }).waitFor();
        await note.waitFor({ state: 'hidden' });
    });

    for (const language of ['en-US', 'de-DE'] as const) {
        for (const dark of THEMES) {
            it(`are legible in the sidebar: ${language}, ${dark ? 'dark' : 'light'}`, async () => {
                const nodes = [
                    savedNode('imap-in', { id: 'n1', account: 'a1', folders: ['INBOX', 'Anfragen'], ...POSITION }),
                    savedNode('imap-in', { id: 'n2', account: 'a2', ...POSITION, y: 200 })
                ];
                const sender = savedNode('smtp-account', {
                    id: 'a4',
                    name: 'Outgoing',
                    host: '127.0.0.1',
                    port: closedPort,
                    security: 'none',
                    auth: 'none',
                    senderAddress: 'anna@example.com',
                    messagesPerDay: 100
                });
                await dovecot.deliver('anna', 'INBOX', Buffer.from('Subject: one\r\n\r\none\r\n'));
                const editor = await suite.open([TAB, authority(), good(), bad(), sender, ...nodes, END], {
                    language,
                    dark
                });
                await showAccounts(editor);
                const failing = editor.page.locator('.mailflow-account', { hasText: 'Bad' });
                await failing.locator('.mailflow-remedy').waitFor();
                await failing.locator('button').first().click();
                await editor.page.locator('.mailflow-step-failed').waitFor();
                await dovecot.deliver('anna', 'INBOX', Buffer.from('Subject: two\r\n\r\ntwo\r\n'));
                await editor.page.locator('.mailflow-chart').waitFor();
                await editor.screenshot(`${selectedVersion()}-${language}-${dark ? 'dark' : 'light'}-sidebar`);
                const selector = '.mailflow-sidebar :is(h4, div, p, strong, summary):visible';
                assert.deepEqual(await flawsOf(editor, selector), []);
            });
        }
    }

    it('are found by their address, each answer with its source', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a2', ...POSITION });
        const editor = await suite.open([TAB, bad({ auth: 'password' }), intake, END]);
        const { page } = editor;
        await page.route('**/mailflow/discovery', route =>
            route.fulfill({
                json: {
                    proposals: [
                        {
                            source: 'autoconfig',
                            origin: 'autoconfig.shop.example',
                            preset: '',
                            imap: { host: 'imap.host.example', port: 143, security: 'starttls', user: 'anna' },
                            smtp: null
                        }
                    ],
                    steps: [],
                    error: null
                }
            })
        );
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        const search = page.getByRole('button', { name: 'Find the servers' });
        assert.equal(await search.isDisabled(), true);
        await page.locator('#node-config-input-address').fill('anna@shop.example');
        await search.click();
        await page.getByText('Published at autoconfig.shop.example').waitFor();
        await editor.screenshot('discovery');
        await page.getByRole('button', { name: 'Use imap.host.example' }).press('Enter');
        for (const [field, value] of [
            ['host', 'imap.host.example'],
            ['port', '143'],
            ['security', 'starttls'],
            ['user', 'anna']
        ]) {
            assert.equal(await page.locator(`#node-config-input-${field}`).inputValue(), value, field);
        }
        await page.unroute('**/mailflow/discovery');
        await page.route('**/mailflow/discovery', route => route.fulfill({ status: 401, body: 'Unauthorized' }));
        await search.click();
        await page.getByText('has no permission for this').waitFor();
    });

    it('give their folders to every field, a typed one too, and without a chosen account', async () => {
        const out = savedNode('smtp-out', { id: 'n1', ...POSITION });
        const editor = await suite.open([TAB, authority(), good(), bad(), out, END]);
        const { page } = editor;
        await editor.openNode('smtp out');
        await page.evaluate(() =>
            (window as unknown as EditorGlobals).mailflow.folderPicker('#node-input-to', () => '')
        );
        const choose = page.getByRole('button', { name: 'Choose a folder of the server' });
        await choose.click();
        await page.getByRole('combobox', { name: 'Choose an account' }).selectOption({ label: 'Bad' });
        await page.getByText('There is no connection to the server.').waitFor();
        await choose.click();
        await choose.click();
        await page.getByRole('combobox', { name: 'Choose an account' }).selectOption({ label: 'Good' });
        const list = page.getByRole('listbox', { name: 'Choose a folder of the server' });
        await list.waitFor();
        await list.press('Escape');
        await list.waitFor({ state: 'hidden' });
        await page.locator('#node-dialog-ok').waitFor();
        await choose.click();
        await page.getByRole('combobox', { name: 'Choose an account' }).selectOption({ label: 'Good' });
        await list.selectOption('Anfragen');
        await list.press('Enter');
        assert.equal(await page.locator('#node-input-to').inputValue(), 'Anfragen');
        assert.equal(await page.locator('#node-input-toType').inputValue(), 'str');
    });

    it('offer their folders for what happens to a mail, and for their own special folders', async () => {
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', afterSuccess: 'keyword', ...POSITION });
        const editor = await suite.open([TAB, authority(), good(), intake, END]);
        const { page } = editor;
        const choose = { name: 'Choose a folder of the server' };
        const row = (field: string) => page.locator('.form-row', { has: page.locator(field) });
        await editor.openNode('imap in');
        const button = row('#node-input-afterSuccessValue').getByRole('button', choose);
        assert.equal(await button.isVisible(), false);
        await page.locator('#node-input-afterSuccess').selectOption('move');
        await button.click();
        await page.getByRole('listbox', choose).selectOption('Anfragen');
        await page.getByRole('listbox', choose).press('Enter');
        assert.equal(await page.locator('#node-input-afterSuccessValue').inputValue(), 'Anfragen');

        await editor.openAccount('edit');
        await page.locator('summary', { hasText: 'Special folders' }).click();
        await row('#node-config-input-trash').getByRole('button', choose).click();
        await page.getByRole('listbox', choose).selectOption('Sent');
        await page.getByRole('listbox', choose).press('Enter');
        assert.equal(await page.locator('#node-config-input-trash').inputValue(), 'Sent');
    });

    it('are taken over from a list, their passwords among the credentials', async () => {
        const editor = await suite.open([TAB, END]);
        const { page } = editor;
        await showAccounts(editor);
        await page.getByText('Take over a list of accounts').click();
        const list = page.locator('.mailflow-import textarea');
        await list.fill(
            'type,address,name,host,port,security,password\n' +
                `imap,anna@shop.example,From a list,127.0.0.1,${closedPort},none,never in the flow\n` +
                'imap,ben@shop.example,Broken,,,,x\n'
        );
        await page.getByRole('button', { name: 'Preview' }).click();
        await page.getByText('1 accounts can be created, 1 cannot.').waitFor();
        await editor.screenshot('list');
        assert.ok(!(await page.locator('.mailflow-preview').innerText()).includes('never in the flow'));
        await page.getByRole('button', { name: 'Create accounts' }).click();
        await page.locator('.mailflow-account', { hasText: 'is not deployed' }).waitFor();
        assert.equal(await list.inputValue(), '');
        await editor.deploy(true);
        const flows = await suite.flows();
        const account = flows.find(node => node['type'] === 'imap-account') ?? {};
        assert.deepEqual([account['name'], account['address']], ['From a list', 'anna@shop.example']);
        assert.ok(!JSON.stringify(flows).includes('never in the flow'));
        const stored = await suite.runtime.get(`/credentials/imap-account/${String(account['id'])}`);
        assert.deepEqual(stored, { user: 'anna@shop.example', has_password: true });
        await page.locator('.mailflow-account', { hasText: 'is not in use yet' }).waitFor();
    });
});
