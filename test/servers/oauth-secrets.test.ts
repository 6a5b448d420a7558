import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SignInStatus } from '../../src/account/oauth-tokens';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider';
import { startRuntime, type Runtime } from '../support/runtime';

const SEALED = /^\{"iv":"[\w+/=]+","data":"[\w+/=]+","tag":"[\w+/=]+"\}\n$/;

describe('the tokens on the disk', function () {
    this.timeout(120_000);
    let identity: IdentityProvider;
    let runtime: Runtime | undefined;
    before(async () => {
        identity = await startIdentityProvider({ redirectUris: ['https://shop.example/unused'] });
    });
    beforeEach(() => (identity.tokenRequests.length = 0));
    afterEach(() => runtime?.stop());
    after(() => identity?.stop());

    /** Starts a runtime whose settings file says this, with a sign-in that needs nobody. */
    async function start(credentialSecret: unknown): Promise<Runtime> {
        runtime = await startRuntime({
            flows: [{ id: 'app', type: 'mail-oauth', ...identity.properties, flow: 'client', scopes: '' }],
            credentials: { app: { clientSecret: identity.clientSecret } },
            settings: { credentialSecret }
        });
        return runtime;
    }

    async function restart(own: Runtime, change: (settings: string) => string): Promise<void> {
        await own.halt();
        const file = join(own.userDir, 'settings.js');
        writeFileSync(file, change(readFileSync(file, 'utf8')));
        await own.start();
    }

    async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
        for (let attempt = 0; attempt < 200; attempt++) {
            if (await isSo()) {
                return;
            }
            await new Promise(resolve => setTimeout(resolve, 50));
        }
        throw new Error(`waited in vain for ${what}`);
    }

    function signedIn(own: Runtime): Promise<void> {
        return until('a token', async () => {
            const { expiresAt } = (await own.get('/mailflow/mail-oauth/app')) as SignInStatus;
            return expiresAt !== null;
        });
    }

    /** Waits for a file of this content that nobody else may read. */
    function stored(own: Runtime, pattern: RegExp): Promise<void> {
        const folder = join(own.userDir, 'mailflow', 'tokens');
        return until(`a file like ${pattern}`, () => {
            try {
                const path = join(folder, readdirSync(folder).find(name => name.endsWith('.json')) ?? '');
                const isOwn = (statSync(path).mode & 0o777) === 0o600;
                return isOwn && pattern.test(readFileSync(path, 'utf8'));
            } catch {
                // there is no folder yet, or the file is just being replaced
                return false;
            }
        });
    }

    it('are encrypted with the secret that Node-RED has made where the user set none', async () => {
        const own = await start(undefined);
        await signedIn(own);
        await stored(own, SEALED);
        await restart(own, settings => settings);
        await signedIn(own);
        assert.equal(identity.tokenRequests.length, 1);
        assert.ok(!own.log.some(line => /clear text/.test(line)));
    });

    it('are in clear text where Node-RED keeps all credentials so, are taken over, and lost with a secret', async () => {
        const own = await start(false);
        await signedIn(own);
        await own.waitForLog(/tokens are stored in clear text/);
        await stored(own, /^\{"clear":/);
        await restart(own, settings => settings.replace('"credentialSecret":false', '"credentialSecret":"first"'));
        await signedIn(own);
        assert.equal(identity.tokenRequests.length, 1);
        await own.request('/mailflow/mail-oauth/app/sign-in', { method: 'POST', body: '{}' });
        await until('another token', () => identity.tokenRequests.length === 2);
        await stored(own, SEALED);
        await restart(own, settings => settings.replace('"first"', '"second"'));
        await signedIn(own);
        assert.equal(identity.tokenRequests.length, 3);
    });
});
