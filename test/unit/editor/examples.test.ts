import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadEditor, readSource, type Values } from '../../support/editor-sandbox';

const FOLDER = join(__dirname, '..', '..', '..', 'examples');
/** What the editor itself saves with every node; an import may also carry credentials. */
const OWN_KEYS = 'id type z g x y d l wires inputs outputs info icon outputLabels credentials'.split(' ');

const { definitions, mailflow, nodes: imported } = loadEditor();
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter(file => file.endsWith('.json')) : [];

function nodesOf(file: string): Values[] {
    return JSON.parse(readSource('examples', file)) as Values[];
}

describe('examples', () => {
    for (const file of files) {
        it(`${file} uses only properties that the dialogs know`, () => {
            for (const node of nodesOf(file)) {
                const definition = definitions.get(String(node['type']));
                const known = definition && [...OWN_KEYS, ...Object.keys(definition.defaults)];
                const unknown = known ? Object.keys(node).filter(key => !known.includes(key)) : [];
                assert.deepEqual(unknown, [], String(node['type']));
            }
        });

        it(`${file} holds no credentials but variables`, () => {
            for (const node of nodesOf(file)) {
                const values = Object.values((node['credentials'] ?? {}) as Values);
                assert.ok(values.every(mailflow.isEnv), String(node['type']));
            }
        });

        it(`${file} imports without a mistake that a user does not have to correct anyway`, () => {
            nodesOf(file).forEach(node => imported.set(String(node['id']), node));
            for (const node of nodesOf(file)) {
                const definition = definitions.get(String(node['type']));
                for (const [property, { validate, label }] of Object.entries(definition?.defaults ?? {})) {
                    if (property === 'tested') {
                        // an account is tested where it is used
                        continue;
                    }
                    const verdict = validate?.call({ ...node, _def: definition }, node[property], {
                        label: label ?? ''
                    });
                    assert.ok([true, undefined].includes(verdict as boolean), `${property}: ${String(verdict)}`);
                }
            }
        });
    }

    it('show every node type that can be placed in a flow', () => {
        const shown = new Set(files.flatMap(file => nodesOf(file).map(node => node['type'])));
        const types = [...definitions].filter(([, { category }]) => category !== 'config').map(([type]) => type);
        assert.deepEqual(
            types.filter(type => !shown.has(type)),
            []
        );
    });
});
