import assert from 'node:assert/strict';
import { OAUTH_FLOWS, OAUTH_PROVIDERS, oauthProviders } from '../../../src/account/oauth-providers';
import { loadEditor } from '../../support/editor-sandbox';

interface OauthCode {
    text(key: string): string;
    errorTexts(error: object, prefix?: string): Record<'problem' | 'remedy' | 'detail', string>;
    oauthFlowsOf(provider: string): string[];
    oauthScopes(provider: string, flow: string): string;
    oauthReturnAddress(location: { origin: string; pathname: string }): { address: string; isReached: boolean };
    isWebAddress(text: unknown): boolean;
}

const code = loadEditor().mailflow as unknown as OauthCode;

function returnAddress(url: string): { address: string; isReached: boolean } {
    const { origin, pathname } = new URL(url);
    return { ...code.oauthReturnAddress({ origin, pathname }) };
}

describe('the address to which a provider sends the browser back', () => {
    it('lies below the address under which the editor is open, wherever that is', () => {
        for (const [editor, expected] of [
            ['https://flows.example.com/?x=1#flow/abc', 'https://flows.example.com/mailflow/mail-oauth/callback'],
            ['https://example.com:8443/admin/', 'https://example.com:8443/admin/mailflow/mail-oauth/callback'],
            ['http://localhost:1880/', 'http://localhost:1880/mailflow/mail-oauth/callback'],
            ['http://127.0.0.1:1880/', 'http://127.0.0.1:1880/mailflow/mail-oauth/callback'],
            ['http://[::1]:1880/', 'http://[::1]:1880/mailflow/mail-oauth/callback']
        ] as const) {
            assert.deepEqual(returnAddress(editor), { address: expected, isReached: true });
        }
    });

    it('is one that providers accept, to be pasted, when the editor is open by plain http under a name', () => {
        assert.deepEqual(returnAddress('http://flows.lan:1880/admin/'), {
            address: 'http://localhost:1880/admin/mailflow/mail-oauth/callback',
            isReached: false
        });
    });
});

describe('what a provider has for mail', () => {
    it('is to the dialog what it is to the runtime', () => {
        for (const provider of OAUTH_PROVIDERS) {
            const { flows, scopes } = oauthProviders[provider];
            assert.deepEqual([...code.oauthFlowsOf(provider)], flows, provider);
            for (const flow of OAUTH_FLOWS.filter(own => flows.includes(own))) {
                assert.equal(code.oauthScopes(provider, flow), scopes[flow] ?? '', `${provider} ${flow}`);
            }
        }
    });
});

describe('what goes wrong with a sign-in', () => {
    const { text } = code;
    before(() => {
        // the editor itself gives back a key without a text, and the sandbox is stricter
        code.text = key => {
            try {
                return text(key);
            } catch {
                return key;
            }
        };
    });
    after(() => {
        code.text = text;
    });
    const texts = (response: string, prefix = 'oauth-') =>
        code.errorTexts({ code: 'SIGN_IN_REQUIRED', problem: 'in words of the runtime', remedy: '', response }, prefix);

    it('is told by the code that the provider gave, else in words of the place where it is shown', () => {
        assert.match(texts('access_denied: no').problem, /^The sign-in was refused or cancelled/);
        assert.match(texts('access_denied: no').remedy, /^Sign in again and agree/);
        assert.equal(
            texts('invalid_grant: AADSTS53003: no').problem,
            'A policy of the organisation forbids this sign-in.'
        );
        assert.equal(texts('invalid_grant: no').problem, 'The provider wants a new sign-in.');
        assert.equal(texts('invalid_grant: no', '').problem, 'Someone has to sign in.');
    });

    it('is not told twice', () => {
        assert.equal(texts('access_denied: no').detail, '');
        assert.equal(texts('invalid_grant: no').detail, 'in words of the runtime');
    });
});

describe('an address that a provider gives', () => {
    it('is opened only when it leads to a page', () => {
        assert.equal(code.isWebAddress('https://login.example.com/'), true);
        for (const address of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', '', undefined, null]) {
            assert.equal(code.isWebAddress(address), false, String(address));
        }
    });
});
