import assert from 'node:assert/strict';
import { selectedVersion } from '../support/node-red-version';
import type { EditorPage } from '../support/editor-page';
import { EditorSuite, savedNode } from '../support/editor-suite';

const FLOW = [
    { id: 'tab1', type: 'tab', label: 'Mail' },
    savedNode('imap-account', { id: 'a1', preset: 'gmail', host: 'imap.gmail.com', address: 'anna@gmail.com' }),
    savedNode('smtp-account', {
        id: 'a2',
        preset: 'icloud',
        host: 'smtp.mail.me.com',
        security: 'none',
        sendAs: ['x']
    }),
    ...[
        savedNode('imap-in', {
            id: 'n1',
            account: 'a1',
            folders: ['INBOX', 'INBOX/Anfragen'],
            senders: ['*@channel.machineseeker.com', 'wrong'],
            start: 'days',
            attachments: 'file',
            afterSuccess: 'keyword',
            afterFailure: 'move'
        }),
        savedNode('filter-sender', { id: 'n2', field: 'reply-to' }),
        savedNode('mark-unseen', { id: 'n3' }),
        savedNode('flag-mail', { id: 'n4', add: ['two words'] }),
        savedNode('smtp-out', { id: 'n5', account: 'a2' }),
        savedNode('fetch-mail', { id: 'n6', attachments: 'file' })
    ].map((node, index) => ({ ...node, z: 'tab1', x: 300, y: 100 + 80 * index, wires: [] }))
];
const NODES = ['imap in', 'filter sender', 'mark unseen', 'flag mail', 'smtp out', 'fetch mail'];
/** Version 4 has no dark theme of its own. */
const THEMES = selectedVersion() === '4' ? [false] : [false, true];
/** WCAG 2.2, 1.4.3: text of normal size. */
const MIN_CONTRAST = 4.5;

/** Texts of our own in the open dialog that are hard to read, run out of their box, or were not translated. */
async function flawsOf(editor: EditorPage): Promise<string[]> {
    const selector =
        '.mailflow-form :is(label, summary, h4, p, .form-tips, .mailflow-problem, select, [type="text"]):visible';
    return editor.page.locator(selector).evaluateAll((elements, minContrast) => {
        const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
        const luminance = (color: string): number => {
            const [r = 0, g = 0, b = 0] = channels(color).map(value => {
                const part = value / 255;
                return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const backgroundOf = (element: Element | null): string => {
            const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
            return channels(color)[3] === 0 ? backgroundOf(element?.parentElement ?? null) : color;
        };
        return (elements as HTMLElement[])
            .filter(element => element.closest('[style*="-2000px"]') === null)
            .flatMap(element => {
                const text = element.textContent.trim();
                const name = `${element.id || element.tagName}: ${text.slice(0, 40)}`;
                const [light = 0, dark = 0] = [getComputedStyle(element).color, backgroundOf(element)]
                    .map(luminance)
                    .sort((a, b) => b - a);
                const contrast = (light + 0.05) / (dark + 0.05);
                const isCut = !element.matches('input, select') && element.scrollWidth > element.clientWidth + 1;
                return [
                    contrast < minContrast ? `${name} has a contrast of ${contrast.toFixed(1)}` : '',
                    isCut ? `${name} is wider than its box` : '',
                    /^[a-z-]+\.[a-z]+\.[\w-]+$/i.test(text) ? `${name} is not translated` : ''
                ].filter(Boolean);
            });
    }, MIN_CONTRAST);
}

describe('dialogs to the eye', function () {
    this.timeout(120_000);
    const suite = EditorSuite.use();

    for (const language of ['en-US', 'de-DE'] as const) {
        for (const dark of THEMES) {
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
                    await look(label.replace(' ', '-'));
                    if (label === 'imap in' || label === 'smtp out') {
                        await editor.openAccount('edit');
                        await editor.page.locator('#node-config-mailflow-facts').waitFor();
                        await look(`${label.slice(0, 4)}-account`);
                        await editor.cancelAccount();
                    }
                    await editor.cancel();
                }
                assert.deepEqual(flaws, []);
            });
        }
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
        for (const icon of ['in', 'out', 'filter', 'unseen', 'flag', 'fetch']) {
            const response = await fetch(
                new URL(`/icons/@mailflow/node-red-mail/mailflow-${icon}.svg`, suite.runtime.url)
            );
            assert.match(response.headers.get('content-type') ?? '', /svg/, icon);
        }
    });
});
