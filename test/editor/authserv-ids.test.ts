import assert from 'node:assert/strict';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { EditorSuite, savedNode } from '../support/editor-suite';
import { buildMail } from '../support/mail-builder';
import { selectedVersion } from '../support/node-red-version';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };

describe('the look for the own mail server', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();
    let imap: EmbeddedImap;

    before(async () => {
        imap = await startEmbeddedImap({ users: { anna: 'secret' } });
        for (const field of ['mx.example; dmarc=pass', 'mx.example; none', 'other.example; none']) {
            imap.appendMessage('INBOX', buildMail({ headers: { 'Authentication-Results': field } }));
        }
    });
    after(() => imap.close());

    const account = (id: string, name: string, password: string): ReturnType<typeof savedNode> =>
        savedNode('imap-account', {
            ...{ id, name, host: imap.host, port: imap.port, security: 'none' },
            credentials: { user: 'anna', password }
        });
    const filter = savedNode('filter-sender', {
        ...{ id: 'n1', senders: ['*@example.com'], z: 'tab1', x: 300, y: 100, wires: [[], []] }
    });

    it('shows who judged the latest mails, takes the chosen one into the list, and saves nothing else', async () => {
        const editor = await suite.open([TAB, account('a1', 'Office', 'secret'), filter]);
        const { page } = editor;
        await editor.openNode('filter sender');
        await page.getByLabel('Find the server').selectOption({ label: 'Office' });
        await page.getByRole('button', { name: 'Look', exact: true }).click();
        await page.getByText('on top: 2, in all: 2').waitFor();
        await page.getByText('on top: 1, in all: 1').waitFor();
        await editor.screenshot(`${selectedVersion()}-authserv-found`);
        const use = page.getByRole('button', { name: 'Use mx.example' });
        await use.click();
        await use.click();
        await editor.done();
        // the account was never tested, of which the editor warns
        await editor.deploy(true);
        const saved = (await suite.flows()).find(node => node['id'] === 'n1');
        assert.deepEqual(saved?.['authservIds'], ['mx.example']);
        assert.deepEqual(Object.keys(saved ?? {}).sort(), Object.keys(filter).sort());
        assert.ok(imap.mails('INBOX').every(mail => mail.flags.length === 0));
    });

    it('says in the dialog why it finds nothing', async () => {
        const editor = await suite.open([TAB, account('a2', 'Refused', 'wrong'), filter]);
        const { page } = editor;
        await editor.openNode('filter sender');
        const look = page.getByRole('button', { name: 'Look', exact: true });
        await look.click();
        await page.getByRole('alert').filter({ hasText: 'Choose an account first' }).waitFor();
        await page.getByLabel('Find the server').selectOption({ label: 'Refused' });
        await look.click();
        await page.getByRole('alert').filter({ hasText: 'login failed' }).waitFor();
        assert.ok(await look.isEnabled());
    });

    it('hides while nobody asks for authentication, and wants a server when a pass is required', async () => {
        const editor = await suite.open([TAB, filter]);
        const { page } = editor;
        await editor.openNode('filter sender');
        const choice = page.getByLabel('Authentication', { exact: true });
        await choice.selectOption('off');
        await page.getByLabel('Find the server').waitFor({ state: 'hidden' });
        await choice.selectOption('require');
        await page.getByLabel('Find the server').waitFor();
        await editor.done();
        const node = page.locator('.red-ui-flow-node', { hasText: 'filter sender' });
        await node.locator('.red-ui-flow-node-error:not(.hide)').waitFor();
    });
});
