import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { credentialSecret } from '../../../src/runtime/credential-secret';

type Values = Record<string, unknown>;

/** Settings as a runtime gives them: `get` throws for what is not loaded yet. */
function runtime(known: Values, isLoaded = true): NodeAPI {
    const isProjects = known['projects'] !== undefined;
    const get = (name: string): unknown => {
        if (!isLoaded) {
            throw new Error('Settings not available');
        }
        return known[name];
    };
    return { settings: { get, editorTheme: { projects: { enabled: isProjects } } } } as unknown as NodeAPI;
}

describe('credentialSecret', () => {
    const project = (credentialSecret: unknown): Values => ({
        credentialSecret: 'own',
        _credentialSecret: 'generated',
        projects: { activeProject: 'shop', projects: { shop: { credentialSecret } } }
    });
    const cases: Array<[what: string, settings: Values, secret: string | null]> = [
        ['that of the settings file', { credentialSecret: 'own', _credentialSecret: 'generated' }, 'own'],
        ['the generated one where there is none', { _credentialSecret: 'generated' }, 'generated'],
        ['none where the file forbids it', { credentialSecret: false, _credentialSecret: 'generated' }, null],
        ['none before there is any', {}, null],
        ['that of the active project', project('of the project'), 'of the project'],
        ['none where the active project has none', project(false), null],
        ['none where the active project is not known', { projects: { activeProject: 'other', projects: {} } }, null],
        ['that of the file while no project is active', { credentialSecret: 'own', projects: {} }, 'own']
    ];
    for (const [what, settings, secret] of cases) {
        it(`is ${what}`, () => assert.equal(credentialSecret(runtime(settings)), secret));
    }

    it('is not known before the runtime has loaded its settings', () => {
        assert.equal(credentialSecret(runtime({ credentialSecret: 'own' }, false)), null);
        assert.equal(credentialSecret({ settings: {} } as unknown as NodeAPI), null);
    });
});
