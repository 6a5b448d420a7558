import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { readOAuthSettings } from '../../../src/account/oauth-settings';
import { MailError } from '../../../src/message/mail-error';
import { readAccountForm, type AccountForm } from '../../../src/runtime/account-form';
import { signInsOf } from '../../../src/runtime/oauth-registry';

type Values = Record<string, unknown>;

const RAW: Values = {
    id: 'a1',
    host: '${MAIL_HOST}',
    port: 993,
    security: 'tls',
    verify: true,
    tls: '',
    auth: 'password',
    sent: '${SENT}'
};
const RESOLVED: Values = { ...RAW, host: 'imap.shop.example', sent: 'Gesendet' };
const RAW_LOGIN = { user: 'anna', password: '${MAIL_PASSWORD}' };
const LOGIN = { user: 'anna', password: 'stored secret' };

/** A runtime in which one account is deployed. */
function runtime(raw = RAW, saved = RESOLVED, rawLogin: Values = RAW_LOGIN, login: Values = LOGIN): NodeAPI {
    const node = { id: 'a1', type: 'imap-account', saved, login };
    return {
        httpAdmin: {},
        settings: {},
        nodes: {
            getNode: (id: string) => (id === 'a1' ? node : null),
            eachNode: (callback: (node: Values) => void) => [{ id: 'other' }, raw].forEach(callback),
            getCredentials: (id: string) => (id === 'a1' ? rawLogin : undefined)
        }
    } as unknown as NodeAPI;
}

function read(form: AccountForm, RED = runtime(), id = 'a1', type = 'imap-account') {
    return readAccountForm(RED, type, id, form);
}
function form(changes: Values = {}, credentials: Values = { user: 'anna' }): AccountForm {
    return { properties: { ...RAW, ...changes }, credentials };
}

describe('readAccountForm', () => {
    it('takes the deployed account when nothing else is sent', () => {
        assert.deepEqual(read({}), { saved: RESOLVED, credentials: LOGIN });
        for (const [id, type] of [
            ['a2', 'imap-account'],
            ['a1', 'smtp-account']
        ]) {
            assert.throws(() => read({}, runtime(), id, type), { code: 'NOT_CONFIGURED' });
        }
    });

    it('uses the stored secret for the server for which it was deployed', () => {
        for (const password of [undefined, '__PWRD__', '${MAIL_PASSWORD}']) {
            const { saved, credentials } = read(form({ connections: '7' }, { user: 'anna', password }));
            assert.deepEqual(
                [saved['host'], saved['sent'], saved['connections']],
                ['imap.shop.example', 'Gesendet', '7']
            );
            assert.deepEqual({ ...credentials }, LOGIN);
        }
    });

    it('takes numbers and boxes that were saved as text for the same', () => {
        assert.deepEqual({ ...read(form({ port: '993', verify: 'true' })).credentials }, LOGIN);
    });

    it('never gives the stored secret to another server, user or kind of connection', () => {
        const changes: Values[] = [
            { host: 'evil.example' },
            { host: 'imap.shop.example' },
            { port: 994 },
            { security: 'none' },
            { verify: false },
            { tls: 'another' },
            { auth: 'other' }
        ];
        for (const change of changes) {
            // a literal host, because a variable is refused for a reason of its own
            const RED = runtime({ ...RAW, host: 'imap.own.example' });
            assert.throws(
                () =>
                    read(
                        { properties: { ...RAW, host: 'imap.own.example', ...change }, credentials: { user: 'anna' } },
                        RED
                    ),
                (error: MailError) => error.code === 'NOT_CONFIGURED' && !error.message.includes('stored secret'),
                JSON.stringify(change)
            );
        }
        assert.throws(() => read(form({}, { user: 'ben' })), { code: 'NOT_CONFIGURED' });
        assert.throws(() => read(form(), runtime(), 'a2'), { code: 'NOT_CONFIGURED' });
    });

    it('never fills in a variable elsewhere than where it is deployed', () => {
        const host = { host: 'evil.example' };
        for (const attempt of [
            form(host, { user: 'anna', password: '${MAIL_PASSWORD}' }),
            form(host, { user: '${MAIL_PASSWORD}', password: 'x' }),
            form({ host: '${OTHER}' }, { user: 'anna', password: 'x' }),
            form({ ...host, sent: '${MAIL_PASSWORD}' }, { user: 'anna', password: 'x' }),
            form({ sent: '${MAIL_PASSWORD}' }),
            form({ rights: ['${MAIL_PASSWORD}'] }),
            form({}, { user: 'anna', password: '${OTHER}' })
        ]) {
            assert.throws(() => read(attempt), { code: 'NOT_CONFIGURED' }, JSON.stringify(attempt));
        }
    });

    it('uses what was typed, for whatever server', () => {
        const { saved, credentials } = read(
            form({ host: 'new.example', sent: '' }, { user: 'ben', password: 'typed' })
        );
        assert.equal(saved['host'], 'new.example');
        assert.deepEqual({ ...credentials }, { user: 'ben', password: 'typed' });
        const sameServer = read(form({}, { user: 'anna', password: 'new one' }));
        assert.equal(sameServer.credentials['password'], 'new one');
    });

    it('needs no password for a server without a login', () => {
        const open = form({ host: 'relay.example', auth: 'none', sent: '' }, {});
        assert.equal(read(open).saved['host'], 'relay.example');
    });

    it('sends a token only to the mail servers of its provider, and encrypted', () => {
        const RED = runtime();
        const google = { provider: 'google', clientId: 'app' };
        signInsOf(RED).enter('s1', readOAuthSettings(google, {}));
        const attempt = (changes: Values) =>
            read(form({ host: 'imap.gmail.com', sent: '', auth: 'oauth2', oauth: 's1', ...changes }), RED, 'a2');
        const { saved, credentials } = attempt({});
        assert.deepEqual([saved['oauth'], credentials['password']], ['s1', '']);
        for (const changes of [
            { host: 'evil.example' },
            { host: 'gmail.com.evil.example' },
            { host: 'notgmail.com' },
            { security: 'none' },
            { verify: 'false' },
            { verify: false },
            { oauth: 's2' },
            { oauth: '' }
        ]) {
            assert.throws(() => attempt(changes), { code: 'NOT_CONFIGURED' }, JSON.stringify(changes));
        }
    });

    it('uses the deployed sign-in for the server that is deployed with it', () => {
        const raw = { ...RAW, host: 'imap.own.example', auth: 'oauth2', oauth: 's1' };
        const RED = runtime(raw, raw, { user: 'anna' }, { user: 'anna' });
        const { saved } = read({ properties: raw, credentials: { user: 'anna' } }, RED);
        assert.equal(saved['host'], 'imap.own.example');
    });

    it('survives whatever a browser may send', () => {
        for (const sent of [
            { properties: null },
            { properties: 'x', credentials: 5 },
            { properties: [], credentials: [] },
            { properties: { host: { a: 1 }, port: [[1]], rights: new Array(5_000).fill('x') } },
            { properties: JSON.parse('{"__proto__": {"polluted": true}, "host": "h"}') as unknown },
            { properties: { host: 'x'.repeat(1_000_000) }, credentials: { password: 'x'.repeat(1_000_000) } }
        ]) {
            assert.throws(() => read(sent), MailError);
        }
        assert.equal(({} as Values)['polluted'], undefined);
    });
});
