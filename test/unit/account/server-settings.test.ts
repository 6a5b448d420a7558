import assert from 'node:assert/strict';
import type { ConnectionOptions } from 'node:tls';
import { readServerSettings, type TlsConfigNode } from '../../../src/account/server-settings';
import type { ServerSettings } from '../../../src/message/server-settings';

const PORTS = { tls: 993, starttls: 143, none: 143 };
const LOGIN = { user: 'anna@shop.example', password: ' secret ' };
const HOST = { host: 'imap.shop.example' };

function read(saved: object = {}, credentials: object = LOGIN, tls: TlsConfigNode | null = null): ServerSettings {
    return readServerSettings({ ...HOST, ...saved }, { ...credentials }, PORTS, tls);
}

describe('the server settings of an account', () => {
    it('are TLS with verified certificates and a password by default', () => {
        assert.deepEqual(read(), {
            label: 'anna@shop.example at imap.shop.example',
            host: 'imap.shop.example',
            port: 993,
            security: 'tls',
            tls: {},
            login: LOGIN
        });
    });

    for (const [security, port] of Object.entries(PORTS)) {
        it(`take port ${port} for ${security}`, () => assert.equal(read({ security }).port, port));
    }

    it('are read as saved', () => {
        const settings = read({ name: 'Shop mail', port: 1993, security: 'starttls', verify: false });
        assert.deepEqual(
            [settings.label, settings.port, settings.security, settings.tls],
            ['Shop mail', 1993, 'starttls', { rejectUnauthorized: false }]
        );
    });

    it('may come as text from the environment', () => {
        const settings = read({ port: '1993', verify: 'false' });
        assert.deepEqual([settings.port, settings.tls.rejectUnauthorized], [1993, false]);
    });

    it('keep the blanks of a password, and not those of a user name', () => {
        assert.deepEqual(read({}, { user: ' anna ', password: ' x ' }).login, { user: 'anna', password: ' x ' });
    });

    it('do without a login when the account says so', () => {
        const settings = read({ auth: 'none' }, {});
        assert.deepEqual([settings.login, settings.label], [null, 'imap.shop.example']);
    });

    it('send no password that is left over when the account says that there is no login', () => {
        assert.equal(read({ auth: 'none' }).login, null);
    });

    describe('with a TLS configuration of its own', () => {
        const node: TlsConfigNode = {
            addTLSOptions: (options: ConnectionOptions) => Object.assign(options, { ca: 'authority', servername: 'x' })
        };

        it('use it', () => assert.deepEqual(read({}, LOGIN, node).tls, { ca: 'authority', servername: 'x' }));

        it('still do not verify when the account says so', () => {
            assert.equal(read({ verify: false }, LOGIN, node).tls.rejectUnauthorized, false);
        });

        it('do not share it between accounts', () => {
            assert.notEqual(read({}, LOGIN, node).tls, read({}, LOGIN, node).tls);
        });
    });

    describe('are refused', () => {
        const cases: Array<[string, object, object, string, RegExp]> = [
            ['without a host', { host: ' ' }, LOGIN, 'NOT_CONFIGURED', /^anna@shop\.example: .*no host is set/],
            ['without a user name', {}, { password: 'secret' }, 'NOT_CONFIGURED', /the user name is missing/],
            ['without a password', {}, { user: 'anna' }, 'NOT_CONFIGURED', /the password is missing/],
            ['without credentials', {}, {}, 'NOT_CONFIGURED', /imap\.shop\.example: .*the user name is missing/],
            ['with another security', { security: 'ssl' }, LOGIN, 'INVALID_PROPERTY', /"security" must be one of/],
            ['with another login', { auth: 'ntlm' }, LOGIN, 'INVALID_PROPERTY', /"auth" must be one of/],
            ['with port 0', { port: 0 }, LOGIN, 'INVALID_PROPERTY', /"port"/],
            ['with port 65536', { port: 65_536 }, LOGIN, 'INVALID_PROPERTY', /"port"/],
            ['with half a port', { port: 993.5 }, LOGIN, 'INVALID_PROPERTY', /"port" must be a whole number/],
            ['with a doubt about verifying', { verify: 'perhaps' }, LOGIN, 'INVALID_PROPERTY', /"verify"/],
            ['with a host that is not set', { host: '${HOST}' }, LOGIN, 'ENV_MISSING', /HOST/],
            ['with a password that is not set', {}, { ...LOGIN, password: '${PASS}' }, 'ENV_MISSING', /variable PASS/],
            ['with a user that is not set', {}, { ...LOGIN, user: '${USER}' }, 'ENV_MISSING', /variable USER/]
        ];
        for (const [what, saved, credentials, code, message] of cases) {
            it(`${what}, without naming a secret`, () => {
                assert.throws(
                    () => read(saved, credentials),
                    (error: Error & { code?: string; kind?: string }) => {
                        assert.deepEqual([error.code, error.kind], [code, 'configuration']);
                        assert.match(error.message, message);
                        assert.doesNotMatch(error.message, /secret/);
                        return true;
                    }
                );
            });
        }
    });
});
