import assert from 'node:assert/strict';
import { isLoopback, isMailServerOf, readOAuthSettings } from '../../../src/account/oauth-settings';

type Values = Record<string, unknown>;

const OWN = {
    provider: 'custom',
    clientId: 'app',
    authorizeUrl: 'https://id.shop.example/authorize',
    tokenUrl: 'https://id.shop.example/token',
    deviceUrl: 'https://id.shop.example/device'
};

function read(saved: Values, credentials: Values = {}) {
    return readOAuthSettings({ clientId: 'app', ...saved }, credentials);
}

describe('the settings of a sign-in', () => {
    it('are filled in for Google, with what brings a refresh token each time', () => {
        const { scopes, authorizeUrl, tokenUrl, revokeUrl, authorizeParameters } = read({ provider: 'google' });
        assert.ok(scopes.split(' ').includes('https://mail.google.com/'));
        assert.deepEqual(authorizeParameters, { access_type: 'offline', prompt: 'consent' });
        assert.deepEqual(
            [authorizeUrl, tokenUrl, revokeUrl].map(url => new URL(url).host),
            ['accounts.google.com', 'oauth2.googleapis.com', 'oauth2.googleapis.com']
        );
    });

    it('are filled in for Microsoft, for anybody unless a tenant is named', () => {
        const common = read({ provider: 'microsoft' });
        assert.equal(common.tokenUrl, 'https://login.microsoftonline.com/common/oauth2/v2.0/token');
        assert.ok(common.scopes.includes('https://outlook.office.com/IMAP.AccessAsUser.All'));
        assert.deepEqual(common.authorizeParameters, {});
        const device = read({ provider: 'microsoft', flow: 'device', tenant: 'shop.example' });
        assert.equal(device.deviceUrl, 'https://login.microsoftonline.com/shop.example/oauth2/v2.0/devicecode');
        const app = read({ provider: 'microsoft', flow: 'client', tenant: 'shop.example' }, { clientSecret: 's' });
        assert.equal(app.scopes, 'https://outlook.office365.com/.default');
    });

    it('ask a provider of their own for consent when access is to last', () => {
        assert.deepEqual(read({ ...OWN, scopes: 'mail, offline_access' }).authorizeParameters, { prompt: 'consent' });
        assert.deepEqual(read({ ...OWN, scopes: 'mail' }).authorizeParameters, {});
        assert.equal(read({ ...OWN, scopes: ' mail,\noffline_access ' }).scopes, 'mail offline_access');
    });

    it('leave out a refresh token where no person signs in', () => {
        const credentials = { clientSecret: 's', refreshToken: 'r' };
        assert.equal(read(OWN, credentials).refreshToken, 'r');
        assert.equal(read({ ...OWN, flow: 'client' }, credentials).refreshToken, '');
    });

    const wrong: Array<[what: string, saved: Values, about: RegExp]> = [
        ['no client id', { clientId: '' }, /no client id/],
        ['the device flow at Google', { provider: 'google', flow: 'device' }, /flow code alone/],
        ['access without a user at Google', { provider: 'google', flow: 'client' }, /flow code alone/],
        ['access without a user and without a tenant', { provider: 'microsoft', flow: 'client' }, /tenant/],
        ['access without a user and without a secret', { ...OWN, flow: 'client' }, /client secret is missing/],
        ['a tenant that leads elsewhere', { provider: 'microsoft', tenant: 'x/../../evil?' }, /tenant is neither/],
        ['a tenant of dots', { provider: 'microsoft', tenant: '..' }, /tenant is neither/],
        ['no token address', { ...OWN, tokenUrl: '' }, /"tokenUrl" is no address/],
        ['no device address', { ...OWN, flow: 'device', deviceUrl: '' }, /"deviceUrl" is no address/],
        ['a token address without TLS', { ...OWN, tokenUrl: 'http://id.shop.example/token' }, /no plain https/],
        ['an address of a file', { ...OWN, tokenUrl: 'file:///etc/passwd' }, /no plain https/],
        ['an address with a login', { ...OWN, tokenUrl: 'https://a:b@id.shop.example/token' }, /no plain https/],
        ['a page that is a script', { ...OWN, authorizeUrl: 'javascript:alert(1)' }, /no plain https/],
        ['an unset variable', { ...OWN, clientId: '${CLIENT}' }, /CLIENT/],
        ['another provider', { provider: 'yahoo' }, /must be one of/]
    ];
    for (const [what, saved, about] of wrong) {
        it(`are refused with ${what}`, () => {
            const credentials = what.includes('tenant') ? { clientSecret: 's' } : {};
            assert.throws(() => read(saved, credentials), about);
        });
    }

    it('allow clear text on this machine alone', () => {
        for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) {
            assert.ok(isLoopback(new URL(`http://${host}/`).hostname), host);
        }
        for (const host of ['localhost.evil.example', '128.0.0.1', '127.0.0.1.evil.example', '[::2]']) {
            assert.ok(!isLoopback(new URL(`http://${host}/`).hostname), host);
        }
        assert.equal(read({ ...OWN, tokenUrl: 'http://localhost:9/t' }).tokenUrl, 'http://localhost:9/t');
    });

    it('know the mail servers to which a token belongs', () => {
        const hosts = ['imap.gmail.com', 'outlook.office365.com', 'mail.shop.example', 'evil.example', '127.0.0.1'];
        const known = (saved: Values) => hosts.filter(host => isMailServerOf(read(saved), host));
        assert.deepEqual(known({ provider: 'google' }), ['imap.gmail.com']);
        assert.deepEqual(known({ provider: 'microsoft' }), ['outlook.office365.com']);
        assert.deepEqual(known(OWN), ['mail.shop.example']);
        assert.deepEqual(known({ ...OWN, tokenUrl: 'http://127.0.0.1:9/t' }), ['127.0.0.1']);
    });
});
