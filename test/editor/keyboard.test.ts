import assert from 'node:assert/strict';
import type { EditorPage } from '../support/editor-page';
import { EditorSuite, flowOfAllNodes, paletteLabels } from '../support/editor-suite';

const FLOW = flowOfAllNodes({
    'imap-account': { host: 'imap.example.com', auth: 'oauth2', oauth: 'mail-oauth' },
    'smtp-account': { host: 'smtp.example.com', sendAs: ['*@example.com'] },
    'imap-in': { folders: ['INBOX'], senders: ['*@example.com'], attachments: 'file', attachmentsDir: 'mail' },
    'filter-sender': { senders: ['*@example.com'] },
    'filter-automatic': { notices: 'automatic' },
    'parse-inquiry': { profiles: ['machineseeker', { id: 'my-portal' }] },
    'flag-mail': { add: ['$Done'] },
    'ack-mail': { outcome: 'failure' },
    'move-mail': { folder: 'Done' },
    'save-mail': { folder: '\\Drafts', flags: ['$Done'] },
    'search-mail': { attachments: 'file', attachmentsDir: 'mail' },
    'compose-mail': { action: 'redirect' }
});

/** Fields of the open dialog that can be used now, in the order in which they stand there. */
const FIELDS = ':is(input, select, textarea, summary, button):visible:not([type="hidden"]):not(:disabled)';

async function fieldsOf(editor: EditorPage, form: string): Promise<string[]> {
    const fields = editor.page.locator(`${form} ${FIELDS}`);
    return fields.evaluateAll(elements =>
        elements
            .filter(
                element => element.closest('[style*="-2000px"]') === null && element.getAttribute('tabindex') !== '-1'
            )
            .map((element, index) => {
                element.setAttribute('data-tab', String(index));
                return element.id || element.getAttribute('aria-label') || element.textContent.trim();
            })
    );
}

async function assertReachable(editor: EditorPage, form: string): Promise<void> {
    const { page } = editor;
    await page.locator(`${form} details`).evaluateAll(parts => parts.forEach(part => part.setAttribute('open', '')));
    const fields = await fieldsOf(editor, form);
    assert.ok(fields.length > 0);
    await page.locator('[data-tab="0"]').focus();
    for (let index = 1; index < fields.length;) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-tab') ?? null);
        // the editor's own parts (type of a typed field, buttons behind an account) lie between ours
        if (focused !== null) {
            assert.equal(focused, String(index), `expected ${fields[index]} after ${fields[index - 1]}`);
            index++;
        } else {
            assert.ok(await page.evaluate(() => document.activeElement?.closest('.mailflow-form')), fields[index]);
        }
    }
    await page.locator('[data-tab]').evaluateAll(elements => elements.forEach(e => e.removeAttribute('data-tab')));
}

async function assertNamed(editor: EditorPage, form: string): Promise<void> {
    const nameless = await editor.page.locator(`${form} ${FIELDS}`).evaluateAll(elements =>
        (elements as HTMLInputElement[])
            .filter(element => element.closest('[style*="-2000px"]') === null)
            .filter(element => {
                const label = element.labels?.[0]?.textContent ?? '';
                const own = element.matches('button, summary') ? element.textContent : '';
                return (element.getAttribute('aria-label') ?? '').trim() + label.trim() + own.trim() === '';
            })
            .map(element => element.id || element.outerHTML)
    );
    assert.deepEqual(nameless, []);
}

describe('dialogs without a mouse', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    for (const label of paletteLabels()) {
        it(`reach every field of ${label} with the Tab key, and name each`, async () => {
            const editor = await suite.open(FLOW);
            await editor.openNode(label);
            await assertReachable(editor, '#dialog-form');
            await assertNamed(editor, '#dialog-form');
        });
    }

    for (const label of ['imap in', 'smtp out']) {
        it(`reach every field of the account of ${label} with the Tab key, and name each`, async () => {
            const editor = await suite.open(FLOW);
            await editor.openNode(label);
            await editor.openAccount('edit');
            await assertReachable(editor, '#node-config-dialog-edit-form');
            await assertNamed(editor, '#node-config-dialog-edit-form');
        });
    }

    it('reach every field of a sign-in with the Tab key, and name each', async () => {
        const editor = await suite.open(FLOW);
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        await editor.openSignIn('edit');
        for (const [provider, flow] of [
            ['microsoft', 'code'],
            ['custom', 'device']
        ] as const) {
            await editor.page.locator('#node-config-input-provider').selectOption(provider);
            await editor.page.locator('#node-config-input-flow').selectOption(flow);
            await assertReachable(editor, '#node-config-dialog-edit-form');
            await assertNamed(editor, '#node-config-dialog-edit-form');
        }
    });

    it('name the buttons that have only an icon', async () => {
        const editor = await suite.open(FLOW);
        await editor.openNode('imap in');
        for (const name of ['Remove: Senders 1', 'Remove: Folders 1', 'Conditions (JSON)']) {
            assert.equal(await editor.page.getByLabel(name, { exact: true }).first().isVisible(), true, name);
        }
    });
});
