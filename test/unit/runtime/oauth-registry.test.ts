import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import type { TokenAnswer } from '../../../src/account/oauth-client';
import { readOAuthSettings, type OAuthSettings } from '../../../src/account/oauth-settings';
import { TokenStore } from '../../../src/account/oauth-store';
import { MailError } from '../../../src/message/mail-error';
import { OAuthRegistry, requireOwnMailServer, signInSource, signInsOf } from '../../../src/runtime/oauth-registry';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

function settings(changes: Record<string, string> = {}): OAuthSettings {
    return readOAuthSettings({ provider: 'microsoft', clientId: 'app', name: 'Shop', ...changes }, {});
}

function answer(accessToken: string): TokenAnswer {
    return { accessToken, refreshToken: 'r', expiresAt: Date.now() + 3_600_000, scopes: '', user: 'anna@shop.example' };
}

describe('the sign-ins of a runtime', () => {
    let folder: TempFolder;
    let registry: OAuthRegistry;
    beforeEach(() => {
        folder = createTempFolder('registry');
        registry = new OAuthRegistry(new TokenStore(folder.path, () => 'secret'));
    });
    afterEach(() => folder.remove());

    it('stay the same over a deploy that leaves the app as it is', async () => {
        registry.enter('n1', settings());
        const tokens = registry.find('n1');
        await tokens.signIn(answer('a1'));
        registry.leave('n1');
        assert.throws(() => registry.find('n1'), { code: 'NOT_CONFIGURED' });
        registry.enter('n1', settings({ name: 'New name' }));
        assert.equal(registry.find('n1'), tokens);
        assert.equal(tokens.settings.label, 'New name');
        registry.enter('n1', settings({ clientId: 'other' }));
        assert.notEqual(registry.find('n1'), tokens);
    });

    it('are refused with the reason while the settings are of no use', () => {
        const reason = new MailError({ code: 'ENV_MISSING', kind: 'configuration', step: 'configure', problem: 'no' });
        registry.enter('n1', reason);
        assert.throws(() => registry.find('n1'), reason);
        registry.enter('n1', settings());
        assert.equal(registry.find('n1').settings.label, 'Shop');
    });

    it('from a dialog serve its tests alone, until the node is deployed', async () => {
        registry.enter('n1', settings());
        const tried = registry.tryOut('n1', settings({ clientId: 'new' }));
        await tried.signIn(answer('tried'));
        assert.equal(await registry.findForTest('n1').token(), 'tried');
        await assert.rejects(registry.find('n1').token(), { code: 'SIGN_IN_REQUIRED' });
        registry.enter('n1', settings({ clientId: 'new' }));
        assert.equal(await registry.find('n1').token(), 'tried');
    });

    it('tell those who watch of what is deployed, and of nothing else', async () => {
        const told: string[] = [];
        const unwatch = registry.watch('n1', { signedIn: () => told.push('signed in') });
        registry.enter('n1', settings());
        await registry.tryOut('n1', settings({ clientId: 'new' })).signIn(answer('tried'));
        assert.deepEqual(told, []);
        await registry.find('n1').signIn(answer('deployed'));
        assert.deepEqual(told, ['signed in']);
        unwatch();
        await registry.find('n1').signIn(answer('again'));
        assert.deepEqual(told, ['signed in']);
    });

    it('are forgotten with what the dialog has tried, and with those of other nodes left', async () => {
        registry.enter('n1', settings());
        await registry.find('n1').signIn(answer('deployed'));
        await registry.tryOut('n1', settings({ clientId: 'new' })).signIn(answer('tried'));
        await registry.tryOut('n2', settings()).signIn(answer('other'));
        const before = readdirSync(folder.path).length;
        await registry.forget('n1');
        for (const tokens of [registry.find('n1'), registry.findForTest('n1')]) {
            await assert.rejects(tokens.token(), { code: 'SIGN_IN_REQUIRED' });
        }
        assert.equal(await registry.findForTest('n2').token(), 'other');
        assert.ok(readdirSync(folder.path).length < before);
    });

    it('that nobody deploys do not pile up', () => {
        registry.enter('deployed', settings());
        const deployed = registry.find('deployed');
        const first = registry.tryOut('n0', settings());
        for (let number = 1; number <= 200; number++) {
            registry.tryOut(`n${number}`, settings());
        }
        assert.notEqual(registry.of('n0', settings()), first);
        assert.equal(registry.of('deployed', settings()), deployed);
        assert.throws(() => registry.findForTest('n1'), { code: 'NOT_CONFIGURED' });
    });

    describe('for the accounts that name them', () => {
        const RED = (): NodeAPI => ({ httpAdmin: {}, settings: { userDir: folder.path } }) as unknown as NodeAPI;

        it('are missing, undeployed, or bring their mailbox', () => {
            const own = RED();
            for (const id of ['', undefined, 5]) {
                assert.equal(signInSource(own, id), null);
            }
            assert.throws(() => signInSource(own, 'n1'), { code: 'NOT_CONFIGURED' });
            signInsOf(own).enter('n1', settings({ user: 'anna@shop.example' }));
            assert.equal(signInSource(own, 'n1')?.user, 'anna@shop.example');
            signInsOf(own).tryOut('n1', settings({ user: 'ben@shop.example', clientId: 'new' }));
            assert.equal(signInSource(own, 'n1')?.user, 'anna@shop.example');
            assert.equal(signInSource(own, 'n1', true)?.user, 'ben@shop.example');
        });

        it('are tried only with the mail servers of their provider, and encrypted', () => {
            const own = RED();
            signInsOf(own).tryOut('n1', settings());
            const ask = (changes: object) => () =>
                requireOwnMailServer(own, { oauth: 'n1', host: 'outlook.office365.com', security: 'tls', ...changes });
            assert.doesNotThrow(ask({}));
            for (const changes of [
                { host: 'evil.example' },
                { host: 'outlook.office365.com.evil.example' },
                { security: 'none' },
                { verify: false },
                { host: undefined }
            ]) {
                assert.throws(ask(changes), { code: 'NOT_CONFIGURED' }, JSON.stringify(changes));
            }
        });
    });
});
