import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import project from '../../package.json';
import { runsHere } from '../support/node-red-version';
import { installTarball, listTarball, packProject } from '../support/packed-artefact';
import { startRuntime, type Runtime } from '../support/runtime';
import { createTempFolder } from '../support/temp-folder';

const ROOT = join(__dirname, '..', '..');
const SETS = Object.keys(project['node-red'].nodes);
const ICONS = readdirSync(join(ROOT, 'icons'));
const EXAMPLES = readdirSync(join(ROOT, 'examples')).map(name => basename(name, '.json'));
/** What Node-RED says about itself in a user directory that is new. */
const NORMAL_WARNINGS = /Projects disabled|Encrypted credentials not found/;

describe('the packed project', function () {
    this.timeout(600_000);
    const folder = createTempFolder('packed');
    let tarball: string;
    before(async () => {
        tarball = await packProject(folder.path);
    });
    after(() => folder.remove());

    it('holds what users need and nothing else', async () => {
        const entries = (await listTarball(tarball)).map(name => name.split('/')[0]);
        assert.deepEqual([...new Set(entries)].toSorted(), [
            'CHANGELOG.md',
            'LICENSE',
            'README.md',
            'dist',
            'examples',
            'package.json'
        ]);
    });

    it('holds no tests, maps or TypeScript sources', async () => {
        const files = await listTarball(tarball);
        assert.deepEqual(
            files.filter(name => /\.(ts|map|tsbuildinfo)$|(^|\/)test\//.test(name)),
            []
        );
    });

    for (const version of ['4', '5'] as const) {
        // Node-RED 5 refuses to start on Node 20; a run on a newer Node checks it
        if (runsHere(version)) {
            describe(`in Node-RED ${version}`, () => describeInstalled(version));
        }
    }

    function describeInstalled(version: '4' | '5'): void {
        let runtime: Runtime;
        before(async () => {
            const userDir = join(folder.path, `user-${version}`);
            await installTarball(tarball, userDir);
            runtime = await startRuntime({ version, userDir });
        });
        after(() => runtime?.stop());

        it('loads every set without an error', async () => {
            const sets = (await runtime.get('/nodes')) as Array<{ module: string; name: string; err?: string }>;
            const own = sets.filter(set => set.module === project.name);
            assert.deepEqual(own.map(set => set.name).toSorted(), SETS.toSorted());
            assert.deepEqual(
                own.filter(set => set.err !== undefined),
                []
            );
        });

        it('loads its plugin', async () => {
            const plugins = (await runtime.get('/plugins')) as Array<{ module: string; name: string; err?: string }>;
            const own = plugins.filter(plugin => plugin.module === project.name);
            assert.deepEqual(
                own.map(({ name, err }) => [name, err]),
                Object.keys(project['node-red'].plugins).map(name => [name, undefined])
            );
        });

        it('shows every icon', async () => {
            const icons = (await runtime.get('/icons')) as Record<string, string[]>;
            assert.deepEqual(icons[project.name]?.toSorted(), ICONS.toSorted());
            for (const icon of ICONS) {
                const answer = await runtime.request(`/icons/${project.name}/${icon}`);
                assert.match(await answer.text(), /<svg/, icon);
            }
        });

        it('speaks English and German', async () => {
            for (const set of SETS) {
                const english = (await catalogue(set, 'en-US'))[set];
                const german = (await catalogue(set, 'de'))[set];
                assert.ok(english, `${set} has no English catalogue`);
                assert.ok(german, `${set} has no German catalogue`);
                assert.notDeepEqual(german, english, `${set} is not translated`);
            }
        });

        it('offers every example', async () => {
            const listed = (await runtime.get(`/library/examples/flows/${project.name}`)) as Array<{ fn: string }>;
            assert.deepEqual(listed.map(({ fn }) => fn).toSorted(), EXAMPLES.toSorted());
            for (const name of EXAMPLES) {
                const path = `/library/examples/flows/${project.name}/${name}`;
                const flow = (await runtime.get(path)) as unknown[];
                assert.ok(Array.isArray(flow) && flow.length > 0, name);
            }
        });

        it('starts without a warning or an error in the log', () => {
            const trouble = runtime.log.filter(line => /\[(warn|error)\]|Error:|DeprecationWarning/.test(line));
            assert.deepEqual(
                trouble.filter(line => !NORMAL_WARNINGS.test(line)),
                []
            );
        });

        async function catalogue(set: string, language: string): Promise<Record<string, unknown>> {
            const path = `/locales/${project.name}/${set}?lng=${language}`;
            return (await runtime.get(path)) as Record<string, unknown>;
        }
    }
});
