import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EditorSuite } from '../support/editor-suite';
import { readExample } from '../support/example-run';
import type { FlowNode } from '../support/runtime';

const NAMES = readdirSync(join(__dirname, '..', '..', 'examples')).map(file => file.replace(/\.json$/, ''));
/** All in one editor; disabled, because nothing is to run. */
const FLOWS = NAMES.flatMap(name => readExample(name) as FlowNode[]).map(node =>
    node.type === 'tab' ? { ...node, disabled: true } : node
);

/** The nodes of the shown flow that lie on each other, buttons included; ports and marks may touch. */
function overlaps(): string[] {
    const nodes = [...document.querySelectorAll('.red-ui-flow-node-group')].map(group => {
        const { left, right, top, bottom } = boxOf([
            ...group.querySelectorAll('rect.red-ui-flow-node, .red-ui-flow-node-button rect')
        ]);
        return { name: group.querySelector('.red-ui-flow-node-label')?.textContent, left, right, top, bottom };
    });
    return nodes.flatMap((a, index) =>
        nodes
            .slice(index + 1)
            .filter(b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
            .map(b => `${a.name} and ${b.name}`)
    );

    function boxOf(parts: Element[]): { left: number; right: number; top: number; bottom: number } {
        const boxes = parts.map(part => part.getBoundingClientRect()).filter(({ width }) => width > 0);
        return {
            left: Math.min(...boxes.map(box => box.left)),
            right: Math.max(...boxes.map(box => box.right)),
            top: Math.min(...boxes.map(box => box.top)),
            bottom: Math.max(...boxes.map(box => box.bottom))
        };
    }
}

describe('the example flows in the editor', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    it('show every node in full', async () => {
        const { page } = await suite.open(FLOWS);
        for (const { id, label } of FLOWS.filter(node => node.type === 'tab')) {
            await page.evaluate(`RED.workspaces.show('${id}')`);
            const count = FLOWS.filter(node => node['z'] === id).length;
            await page.waitForFunction(
                nodes => document.querySelectorAll('.red-ui-flow-node-group').length === nodes,
                count
            );
            assert.deepEqual(await page.evaluate(overlaps), [], String(label));
        }
    });
});
