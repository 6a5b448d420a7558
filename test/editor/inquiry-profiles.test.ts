import assert from 'node:assert/strict';
import { EditorSuite, savedNode } from '../support/editor-suite';
import { OWN_PROFILE } from '../support/own-profile';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
const SOURCE = 'From: Ben <ben@example.com>\n\nWer: <img src=x onerror=alert(1)>\nWas: Hallo\n';

describe('own profiles in the dialog of parse-inquiry', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    function node(profiles: unknown[]): ReturnType<typeof savedNode> {
        return savedNode('parse-inquiry', { id: 'n1', profiles, z: 'tab1', x: 300, y: 100, wires: [[], []] });
    }

    it('are tried with a pasted mail, whose words stay words', async () => {
        const editor = await suite.open([TAB, node(['adf', OWN_PROFILE])]);
        const { page } = editor;
        await editor.openNode('parse inquiry');
        await page.getByText('Try an own profile').click();
        await page.getByLabel('Source', { exact: true }).fill(SOURCE);
        await page.getByRole('button', { name: 'Show what is read' }).click();
        const result = page.locator('#mailflow-preview-result');
        await result.filter({ hasText: '"name": "<img src=x onerror=alert(1)>"' }).waitFor();
        await editor.screenshot('inquiry-preview');
        await page.getByLabel('Source', { exact: true }).fill(SOURCE.replace('Was:', 'Wie:'));
        await page.getByRole('button', { name: 'Show what is read' }).click();
        await result.filter({ hasText: 'template-changed' }).waitFor();
    });

    it('show what is incomplete in a mail beside what is not', async () => {
        const editor = await suite.open([TAB, node([{ ...OWN_PROFILE, start: ['Wer'] }])]);
        const { page } = editor;
        await editor.openNode('parse inquiry');
        await page.getByText('Try an own profile').click();
        const digest = '<b>Wer:</b> Ben<br><b>Was:</b> Hallo<br><b>Wer:</b> Ada<br>';
        const source = `From: Ben <ben@example.com>\nContent-Type: text/html\n\n${digest}\n`;
        await page.getByLabel('Source', { exact: true }).fill(source);
        await page.getByRole('button', { name: 'Show what is read' }).click();
        const result = page.locator('#mailflow-preview-result');
        await result.filter({ hasText: /"name": "Ben".*"reason": "incomplete".*"name": "Ada"/s }).waitFor();
    });

    it('are saved beside the chosen ids, and can be added and removed', async () => {
        const editor = await suite.open([TAB, node(['adf', OWN_PROFILE])]);
        const { page } = editor;
        await editor.openNode('parse inquiry');
        const own = page.getByRole('group', { name: 'Own profiles' });
        await own.getByRole('button', { name: 'add' }).click();
        await own.getByRole('button', { name: 'my-portal', exact: true }).waitFor();
        await page.getByLabel('Remove: own', { exact: true }).click();
        await editor.done();
        await editor.deploy();
        const saved = (await suite.flows()).find(({ id }) => id === 'n1');
        const [first, second, ...more] = saved?.['profiles'] as Array<{ id?: string }>;
        assert.deepEqual([first, second?.id, more], ['adf', 'my-portal', []]);
    });

    it('are marked when something is wrong with them', async () => {
        const editor = await suite.open([TAB, node([{ ...OWN_PROFILE, senders: ['example.com'] }])], {
            language: 'de-DE'
        });
        await editor.page.locator('.red-ui-flow-node-error:not(.hide)').waitFor();
        await editor.openNode('parse inquiry');
        await editor.page.getByRole('alert').filter({ hasText: 'Absendermuster' }).waitFor();
    });
});
