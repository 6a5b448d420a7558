import assert from 'node:assert/strict';
import { findFreePort } from '../support/free-port';
import { EditorSuite, savedNode } from '../support/editor-suite';
import type { Values } from '../support/editor-sandbox';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
/** What the editor adds to every node. */
const POSITION = { z: 'tab1', x: 300, y: 100, wires: [[], []] };

function withType(flows: readonly Values[], type: string): Values {
    return flows.find(node => node['type'] === type) ?? {};
}

describe('setting up a mailbox in the editor', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    it('fills server and user from the address, and keeps all of it over deploy and reload', async () => {
        const closedPort = await findFreePort();
        const editor = await suite.open([TAB]);
        const { page } = editor;
        await editor.add('imap in');
        await editor.openNode('imap in');
        await editor.openAccount('add');
        await page.locator('#node-config-input-preset option[value="gmx"]').waitFor({ state: 'attached' });

        await page.locator('#node-config-input-address').fill('anna@gmx.de');
        await page.keyboard.press('Tab');
        assert.equal(await page.locator('#node-config-input-preset').inputValue(), 'gmx');
        assert.equal(await page.locator('#node-config-input-host').inputValue(), 'imap.gmx.net');
        assert.equal(await page.locator('#node-config-input-port').inputValue(), '993');
        assert.equal(await page.locator('#node-config-input-user').inputValue(), 'anna@gmx.de');
        assert.match(await page.locator('#node-config-mailflow-facts').innerText(), /switched on once/);

        // nothing of this test may leave the machine
        await page.locator('#node-config-input-host').fill('127.0.0.1');
        await page.locator('#node-config-input-port').fill(String(closedPort));
        await page.locator('#node-config-input-password').fill('not in the flow file');
        await editor.accountDone();

        const senders = page.getByRole('group', { name: 'Senders' });
        await senders.getByRole('button', { name: 'add' }).click();
        await page.keyboard.type('*@channel.machineseeker.com');
        await page.locator('#node-input-start').selectOption('last');
        await page.locator('#node-input-startCount').fill('20');
        await editor.done();
        // an account that was never tested is marked, and that is a warning, nothing more
        await editor.deploy(true);

        const flows = await suite.flows();
        const account = withType(flows, 'imap-account');
        const intake = withType(flows, 'imap-in');
        assert.equal(account['preset'], 'gmx');
        assert.equal(account['host'], '127.0.0.1');
        assert.deepEqual(account['rights'], ['read', 'flag', 'move', 'delete', 'append']);
        assert.equal(intake['account'], account['id']);
        assert.deepEqual(intake['senders'], ['*@channel.machineseeker.com']);
        assert.deepEqual([intake['start'], intake['startCount'], intake['ack']], ['last', '20', 'flow']);
        assert.ok(!JSON.stringify(flows).includes('not in the flow file'));
        assert.ok(!JSON.stringify(flows).includes('"user"'));

        await editor.load(suite.runtime.url);
        await editor.openNode('imap in');
        assert.equal(await page.getByLabel('Senders 1', { exact: true }).inputValue(), '*@channel.machineseeker.com');
        await editor.openAccount('edit');
        assert.equal(await page.locator('#node-config-input-preset').inputValue(), 'gmx');
        assert.equal(await page.locator('#node-config-input-host').inputValue(), '127.0.0.1');
        assert.equal(await page.locator('#node-config-input-user').inputValue(), 'anna@gmx.de');
        assert.notEqual(await page.locator('#node-config-input-password').inputValue(), 'not in the flow file');
    });

    it('fills the limits that a provider publishes for sending', async () => {
        const editor = await suite.open([TAB]);
        const { page } = editor;
        await editor.add('smtp out');
        await editor.openNode('smtp out');
        await editor.openAccount('add');
        await page.locator('#node-config-input-preset').selectOption('icloud');
        assert.equal(await page.locator('#node-config-input-host').inputValue(), 'smtp.mail.me.com');
        assert.equal(await page.locator('#node-config-input-security').inputValue(), 'starttls');
        assert.equal(await page.locator('#node-config-input-port').inputValue(), '587');
        assert.equal(await page.locator('#node-config-input-messagesPerDay').inputValue(), '1000');
        await page.locator('#node-config-input-preset').selectOption('gmx');
        assert.equal(await page.locator('#node-config-input-messagesPerDay').inputValue(), '');
    });

    it('offers the settings of the provider without taking what was entered', async () => {
        const account = savedNode('imap-account', { id: 'a1', host: 'imap.proxy.example', address: 'anna@gmx.de' });
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', ...POSITION });
        const editor = await suite.open([TAB, account, intake]);
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        const offer = editor.page.getByRole('button', { name: 'Use the settings of GMX' });
        await offer.waitFor();
        assert.equal(await editor.page.locator('#node-config-input-host').inputValue(), 'imap.proxy.example');
        await offer.click();
        assert.equal(await editor.page.locator('#node-config-input-host').inputValue(), 'imap.gmx.net');
        await offer.waitFor({ state: 'hidden' });
    });

    it('says so when the providers cannot be loaded, and works without them', async () => {
        const editor = await suite.open([TAB]);
        const { page } = editor;
        await page.route('**/mailflow/presets*', route => route.abort());
        await editor.add('imap in');
        await editor.openNode('imap in');
        await editor.openAccount('add');
        await page.getByText('The list of providers could not be loaded').waitFor();
        await page.locator('#node-config-input-host').fill('imap.example.com');
        await editor.accountDone();
        assert.match(await page.locator('#node-input-account option:checked').innerText(), /imap\.example\.com/);
    });

    it('moves a usual port with the security, and leaves another one alone', async () => {
        const account = savedNode('imap-account', { id: 'a1', host: 'imap.example.com' });
        const intake = savedNode('imap-in', { id: 'n1', account: 'a1', ...POSITION });
        const editor = await suite.open([TAB, account, intake]);
        const port = editor.page.locator('#node-config-input-port');
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        await editor.page.locator('#node-config-input-security').selectOption('starttls');
        assert.equal(await port.inputValue(), '143');
        await port.fill('10143');
        await editor.page.locator('#node-config-input-security').selectOption('tls');
        assert.equal(await port.inputValue(), '10143');
    });

    it('keeps variables and values of a later version when a dialog is opened and closed', async () => {
        const saved = [
            savedNode('imap-account', {
                id: 'a1',
                name: 'From the environment',
                preset: 'provider-of-tomorrow',
                host: '${IMAP_HOST}',
                port: '${IMAP_PORT}',
                security: '${IMAP_SECURITY}',
                rights: '${IMAP_RIGHTS}'
            }),
            savedNode('imap-in', {
                id: 'n1',
                account: 'a1',
                folders: ['${FOLDER}', 'INBOX'],
                senders: '${SENDERS}',
                content: 'content-of-tomorrow',
                ack: 'flow',
                ...POSITION
            })
        ];
        const editor = await suite.open([TAB, ...saved]);
        const before = await suite.flows();
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        await editor.accountDone();
        await editor.page.locator('#node-input-name').fill('renamed');
        await editor.done();
        await editor.deploy();
        const after = await suite.flows();
        assert.deepEqual(withType(after, 'imap-account'), withType(before, 'imap-account'));
        // a longer name makes the node wider, which moves its middle
        const renamed = { ...withType(before, 'imap-in'), name: 'renamed', x: withType(after, 'imap-in')['x'] };
        assert.deepEqual(withType(after, 'imap-in'), renamed);
    });
});
