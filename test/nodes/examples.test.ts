import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import helper = require('node-red-node-test-helper');
import { startEmbeddedImap } from '../support/embedded-imap';
import { exampleCases, type ExampleMailbox } from '../support/example-cases';
import { readExample } from '../support/example-run';

const ROOT = join(__dirname, '..', '..');
const NAMES = readdirSync(join(ROOT, 'examples')).map(file => file.replace(/\.json$/, ''));

async function startMailbox(): Promise<ExampleMailbox> {
    const imap = await startEmbeddedImap({ users: { 'sales@example.org': 'secret' } });
    return {
        port: imap.port,
        user: 'sales@example.org',
        password: 'secret',
        deliver: async (mail, flags) => void imap.appendMessage('INBOX', mail, flags),
        mails: async () => imap.mails('INBOX'),
        stop: () => imap.close()
    };
}

describe('the example flows', () => {
    before(() => helper.startServer());
    after(() => helper.stopServer());

    describe('on a server in memory', () => exampleCases(startMailbox));

    it('use every node of the pack', () => {
        const { 'node-red': pack } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
            'node-red': { nodes: Record<string, string> };
        };
        const used = new Set(NAMES.flatMap(name => readExample(name).map(node => node.type)));
        assert.deepEqual(
            Object.keys(pack.nodes).filter(type => !used.has(type)),
            []
        );
    });

    it('have different ids, so that all of them can be imported into one editor', () => {
        const ids = NAMES.flatMap(name => readExample(name).map(node => node.id));
        assert.equal(new Set(ids).size, ids.length);
    });

    it('hold no login, only the names of variables', () => {
        const values = NAMES.flatMap(name => readExample(name)).flatMap(node => Object.values(node.credentials ?? {}));
        assert.ok(values.length > 0);
        assert.deepEqual(
            values.filter(value => !/^\$\{[A-Z_]+\}$/.test(value)),
            []
        );
    });

    it('are wired to nodes that exist, and leave no output of the pack or function unwired', () => {
        for (const name of NAMES) {
            const nodes = readExample(name);
            const ids = new Set(nodes.map(node => node.id));
            for (const node of nodes) {
                const wires = (node['wires'] ?? []) as string[][];
                assert.ok(
                    wires.flat().every(id => ids.has(id)),
                    `${name}: ${node.name}`
                );
                assert.ok(
                    wires.every(port => port.length > 0),
                    `${name}: ${node.name}`
                );
            }
        }
    });

    it('put every node on the grid, apart from the others', () => {
        for (const name of NAMES) {
            const placed = readExample(name).filter(node => node['x'] !== undefined);
            const places = placed.map(node => ({ x: Number(node['x']), y: Number(node['y']) }));
            assert.ok(
                places.every(({ y }) => y % 20 === 0),
                name
            );
            for (const [index, a] of places.entries()) {
                const near = places.slice(index + 1).filter(b => Math.abs(a.x - b.x) < 100 && Math.abs(a.y - b.y) < 40);
                assert.deepEqual(near, [], `${name}: ${placed[index]?.name}`);
            }
        }
    });
});
