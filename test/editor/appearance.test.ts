import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { selectedVersion } from '../support/node-red-version';
import { EditorSuite, flowOfAllNodes, paletteLabels } from '../support/editor-suite';
import { flawsOf } from '../support/visible-flaws';

const FLOW = flowOfAllNodes({
    'imap-account': {
        preset: 'gmail',
        host: 'imap.gmail.com',
        address: 'anna@gmail.com',
        auth: 'oauth2',
        oauth: 'mail-oauth'
    },
    'mail-oauth': { provider: 'custom' },
    'smtp-account': { preset: 'icloud', host: 'smtp.mail.me.com', security: 'none', sendAs: ['x'] },
    'imap-in': {
        folders: ['INBOX', 'INBOX/Anfragen'],
        senders: ['*@channel.machineseeker.com', 'wrong'],
        start: 'days',
        attachments: 'file',
        ack: 'node',
        afterSuccess: 'keyword',
        afterFailure: 'move'
    },
    'filter-sender': { field: 'reply-to', authentication: 'require', authservIds: ['mx.example', 'two words'] },
    'parse-inquiry': { profiles: ['machineseeker', 'wrong', { id: 'my-portal' }] },
    'flag-mail': { add: ['two words'] },
    'ack-mail': { outcome: 'failure' },
    'move-mail': { action: 'copy' },
    'save-mail': { folder: '\\Drafts', flags: ['two words'] },
    'search-mail': { attachments: 'file' },
    'compose-mail': { action: 'redirect' }
});
const NODES = paletteLabels();
/** Each language, and each theme of the editor; neither changes what the other shows. Version 4 has no dark theme. */
const LOOKS = [
    { language: 'en-US', dark: false },
    { language: 'de-DE', dark: selectedVersion() !== '4' }
] as const;

describe('dialogs to the eye', function () {
    this.timeout(120_000);
    const suite = EditorSuite.use();

    for (const { language, dark } of LOOKS) {
        it(`are legible and translated: ${language}, ${dark ? 'dark' : 'light'}`, async () => {
            const editor = await suite.open(FLOW, { language, dark });
            const tag = `${selectedVersion()}-${language}-${dark ? 'dark' : 'light'}`;
            const flaws: string[] = [];
            const look = async (name: string): Promise<void> => {
                const parts = editor.page.locator('.mailflow-form details');
                await editor.screenshot(`${tag}-${name}`);
                await parts.evaluateAll(all => all.forEach(part => part.setAttribute('open', '')));
                flaws.push(...(await flawsOf(editor)).map(flaw => `${name}, ${flaw}`));
                await parts.evaluateAll(all => all[0]?.scrollIntoView());
                await editor.screenshot(`${tag}-${name}-more`);
            };
            for (const label of NODES) {
                await editor.openNode(label);
                await look(label.replaceAll(' ', '-'));
                if (label === 'imap in' || label === 'smtp out') {
                    await editor.openAccount('edit');
                    await editor.page.locator('#node-config-mailflow-facts').waitFor();
                    await look(`${label.slice(0, 4)}-account`);
                    if (label === 'imap in') {
                        await editor.openSignIn('edit');
                        await look('mail-oauth');
                        await editor.leaveSignIn('cancel');
                    }
                    await editor.cancelAccount();
                }
                await editor.cancel();
            }
            assert.deepEqual(flaws, []);
        });
    }

    it('are found in the palette under a category with a name, each with its icon', async () => {
        for (const [language, category] of [
            ['en-US', 'mail'],
            ['de-DE', 'E-Mail']
        ] as const) {
            const editor = await suite.open([], { language });
            const header = editor.page.locator('#red-ui-palette-header-mail');
            await header.scrollIntoViewIfNeeded();
            assert.equal((await header.innerText()).trim(), category);
            const labels = editor.page.locator('#red-ui-palette-container-mail .red-ui-palette-label');
            assert.deepEqual(
                (await labels.allInnerTexts()).map(text => text.replace(/\s+/g, ' ')).sort(),
                NODES.toSorted()
            );
            await editor.screenshot(`${selectedVersion()}-${language}-palette`);
        }
        for (const icon of readdirSync(join(__dirname, '..', '..', 'icons'))) {
            const response = await fetch(new URL(`/icons/@mailflow/node-red-mail/${icon}`, suite.runtime.url));
            assert.match(response.headers.get('content-type') ?? '', /svg/, icon);
        }
    });
});
