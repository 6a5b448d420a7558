import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import type { AccountForm } from '../../../src/runtime/account-form';
import { readOAuthForm } from '../../../src/runtime/oauth-form';

type Values = Record<string, unknown>;

const RAW: Values = {
    id: 'm1',
    name: 'Shop',
    provider: 'custom',
    flow: 'code',
    tenant: '',
    clientId: 'app',
    authorizeUrl: 'https://id.shop.example/authorize',
    tokenUrl: 'https://id.shop.example/token',
    deviceUrl: 'https://id.shop.example/device',
    scopes: 'mail',
    user: '${MAILBOX}'
};
const RESOLVED: Values = { ...RAW, user: 'anna@shop.example' };
const RAW_LOGIN = { clientSecret: '${CLIENT_SECRET}', refreshToken: '${REFRESH}' };
const LOGIN = { clientSecret: 'stored secret', refreshToken: 'stored token' };

/** A runtime in which one sign-in is deployed. */
function runtime(rawLogin: Values = RAW_LOGIN): NodeAPI {
    const node = { id: 'm1', type: 'mail-oauth', saved: RESOLVED, login: LOGIN };
    return {
        nodes: {
            getNode: (id: string) => (id === 'm1' ? node : null),
            eachNode: (callback: (node: Values) => void) => [{ id: 'other' }, RAW].forEach(callback),
            getCredentials: (id: string) => (id === 'm1' ? rawLogin : undefined)
        }
    } as unknown as NodeAPI;
}

function read(form: AccountForm, id = 'm1', RED = runtime()) {
    return readOAuthForm(RED, id, form);
}
function form(changes: Values = {}, credentials: Values = {}): AccountForm {
    return { properties: { ...RAW, ...changes }, credentials };
}

describe('readOAuthForm', () => {
    it('takes the deployed sign-in when nothing else is sent', () => {
        const { clientId, clientSecret, refreshToken, user } = read({});
        assert.deepEqual([clientId, user], ['app', 'anna@shop.example']);
        assert.deepEqual({ clientSecret, refreshToken }, LOGIN);
        assert.throws(() => read({}, 'm2'), { code: 'NOT_CONFIGURED' });
    });

    it('uses stored secrets for the app they were deployed for, whatever else is changed', () => {
        for (const secret of [undefined, '__PWRD__', '${CLIENT_SECRET}']) {
            const changed = form({ name: 'New', scopes: 'more', user: 'ben' }, { clientSecret: secret });
            const { clientSecret, refreshToken, scopes, user, clientId } = read(changed);
            assert.deepEqual({ clientSecret, refreshToken }, LOGIN);
            assert.deepEqual([clientId, scopes, user], ['app', 'more', 'ben']);
        }
    });

    it('never gives stored secrets to another server or app', () => {
        for (const changes of [
            { tokenUrl: 'https://evil.example/token' },
            { tokenUrl: 'https://id.shop.example/token/' },
            { deviceUrl: 'https://evil.example/device' },
            { clientId: 'other' },
            { flow: 'device' },
            { provider: 'microsoft' },
            { tenant: 'evil.example' }
        ]) {
            for (const credentials of [{}, { clientSecret: '__PWRD__', refreshToken: '__PWRD__' }]) {
                const other = form({ user: '', ...changes }, credentials);
                assert.throws(() => read(other), { code: 'NOT_CONFIGURED' }, JSON.stringify(changes));
            }
            const typed = form({ user: '', ...changes }, { clientSecret: 'typed', refreshToken: '' });
            const { clientSecret, refreshToken } = read(typed);
            assert.deepEqual([clientSecret, refreshToken], ['typed', '']);
        }
    });

    it('fills in no variable that a form names', () => {
        const typed = { clientSecret: 'typed', refreshToken: '' };
        for (const [changes, credentials] of [
            [{ user: '${OTHER}' }, typed],
            [{ tokenUrl: 'https://evil.example/', clientId: '${CLIENT}' }, typed],
            [{ tokenUrl: '${PATH}' }, typed],
            [{ clientId: 'other' }, { clientSecret: '${CLIENT_SECRET_2}', refreshToken: '' }],
            [{}, { clientSecret: '${HOME}' }]
        ] as Array<[Values, Values]>) {
            assert.throws(() => read(form(changes, credentials)), { code: 'NOT_CONFIGURED' }, JSON.stringify(changes));
        }
    });

    it('reads a sign-in that was never deployed', () => {
        const { clientSecret, refreshToken } = read(
            form({ clientId: 'new', user: '' }, { clientSecret: 'typed' }),
            'm2'
        );
        assert.deepEqual([clientSecret, refreshToken], ['typed', '']);
        assert.throws(() => read(form(), 'm2'), { code: 'NOT_CONFIGURED' });
    });

    it('takes nothing for properties that is none', () => {
        for (const properties of [null, 5, [], 'x', { provider: { toString: 'x' } }]) {
            assert.throws(() => read({ properties, credentials: properties } as AccountForm), /MailError/);
        }
    });
});
