import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthAnswer } from '../../src/runtime/health-route';
import type { FolderAnswer } from '../../src/runtime/folder-route';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startImapPeer, type ImapPeer } from '../support/imap-peer';
import { requireServer } from '../support/require-server';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';

const PASSWORD = 'only for tests';
/** bcrypt of PASSWORD. */
const HASH = '$2b$04$nb/qWXKrPsTUu3TpcjwkGu9CdPtAfkZuaI0hU66Jr1YsuXbTZxkC6';
const SECRET = 'Geheimnis-4711';
const ALL = [
    'POST /mailflow/imap-account/account/test',
    'POST /mailflow/imap-account/account/folders',
    'POST /mailflow/smtp-account/sender/test',
    'POST /mailflow/discovery',
    'POST /mailflow/health/account/look',
    'GET /mailflow/health',
    'GET /mailflow/presets'
];

function user(username: string, permissions: string | string[]) {
    return { username, password: HASH, permissions };
}

describe('what the editor asks of the runtime about accounts', function () {
    this.timeout(120_000);
    let dovecot: Dovecot;
    let thief: ImapPeer;
    let runtime: Runtime;
    const tokens = new Map<string, string>();
    /** Every answer so far, to be searched for the secret. */
    const answers: string[] = [];

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ users: { anna: SECRET } });
        thief = await startImapPeer();
        const server = { port: dovecot.imapsPort, security: 'tls', verify: false, tls: '', auth: 'password' };
        const flows: FlowNode[] = [
            { id: 'tab', type: 'tab', label: 'Test' },
            { id: 'account', type: 'imap-account', name: 'Shop', host: '${MAIL_HOST}', ...server },
            { id: 'wrong', type: 'imap-account', name: 'Wrong', host: '127.0.0.1', ...server },
            {
                id: 'sender',
                type: 'smtp-account',
                name: 'Out',
                host: '127.0.0.1',
                port: 1,
                security: 'none',
                auth: 'none'
            },
            { id: 'in', type: 'imap-in', z: 'tab', account: 'account', folders: ['INBOX'], wires: [['end'], []] },
            { id: 'in2', type: 'imap-in', z: 'tab', account: 'wrong', folders: ['INBOX'], wires: [['end'], []] },
            { id: 'end', type: 'debug', z: 'tab', active: false, wires: [] }
        ];
        runtime = await startRuntime({
            flows,
            credentials: {
                account: { user: 'anna', password: '${MAIL_PASSWORD}' },
                wrong: { user: 'anna', password: `${SECRET}-wrong` }
            },
            env: { MAIL_HOST: '127.0.0.1', MAIL_PASSWORD: SECRET },
            settings: {
                adminAuth: {
                    type: 'credentials',
                    users: [
                        user('admin', '*'),
                        user('reader', 'read'),
                        user('monitor', ['mailflow.read']),
                        user('nobody', [])
                    ],
                    default: { permissions: ['settings.read'] }
                }
            }
        });
        for (const name of ['admin', 'reader', 'monitor', 'nobody']) {
            const answer = await fetch(`${runtime.url}/auth/token`, {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({
                    client_id: 'node-red-editor',
                    grant_type: 'password',
                    scope: '',
                    username: name,
                    password: PASSWORD
                })
            });
            tokens.set(name, ((await answer.json()) as { access_token: string }).access_token);
        }
    });
    after(async () => {
        await runtime?.stop();
        await thief?.stop();
        await dovecot?.stop();
    });

    async function ask(who: string, what: string, body: unknown = {}): Promise<{ status: number; text: string }> {
        const [method = '', path = ''] = what.split(' ');
        const answer = await fetch(`${runtime.url}${path}`, {
            method,
            headers: { authorization: `Bearer ${tokens.get(who) ?? ''}`, 'content-type': 'application/json' },
            ...(method === 'POST' ? { body: JSON.stringify(body) } : {})
        });
        const text = await answer.text();
        answers.push(text);
        return { status: answer.status, text };
    }

    async function test(id: string, body: unknown = {}): Promise<string[]> {
        const { text } = await ask('admin', `POST /mailflow/imap-account/${id}/test`, body);
        const lines = text.trim().split('\n');
        return lines.map(line => {
            const { step, outcome, ok } = JSON.parse(line) as { step?: string; outcome?: string; ok?: boolean };
            return step ? `${step} ${outcome}` : String(ok);
        });
    }

    async function health(): Promise<HealthAnswer> {
        return JSON.parse((await ask('monitor', 'GET /mailflow/health')).text) as HealthAnswer;
    }

    async function waitForState(id: string, state: string): Promise<HealthAnswer['accounts'][number]> {
        for (let attempt = 0; attempt < 100; attempt++) {
            const account = (await health()).accounts.find(candidate => candidate.id === id);
            if (account?.state === state) {
                return account;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        throw new Error(`${id} did not become ${state}: ${JSON.stringify(await health())}`);
    }

    it('is answered to nobody without the permission', async () => {
        const allowed: Record<string, string[]> = {
            nobody: [],
            monitor: ['GET /mailflow/health'],
            reader: ['GET /mailflow/health', 'GET /mailflow/presets']
        };
        for (const [who, routes] of Object.entries(allowed)) {
            for (const route of ALL) {
                const { status } = await ask(who, route);
                assert.equal(status, routes.includes(route) ? 200 : 401, `${who}: ${route}`);
            }
        }
    });

    it('tests the deployed account, its variables filled in', async () => {
        const steps = await test('account');
        assert.deepEqual(steps.slice(-2), ['acl skipped', 'true']);
        assert.ok(steps.includes('login passed'), steps.join());
    });

    it('tests what the dialog holds, with the stored password of the same server', async () => {
        const properties = {
            host: '${MAIL_HOST}',
            port: String(dovecot.imapsPort),
            security: 'tls',
            verify: false,
            tls: '',
            auth: 'password',
            name: 'New name'
        };
        assert.equal((await test('account', { properties, credentials: { user: 'anna' } })).at(-1), 'true');
        const typed = {
            properties: { ...properties, host: '127.0.0.1' },
            credentials: { user: 'anna', password: SECRET }
        };
        assert.equal((await test('account', typed)).at(-1), 'true');
        assert.equal((await test('not-deployed', typed)).at(-1), 'true');
    });

    it('gives the stored password to no other server', async () => {
        const properties = {
            host: '127.0.0.1',
            port: thief.port,
            security: 'none',
            verify: false,
            tls: '',
            auth: 'password'
        };
        for (const credentials of [
            { user: 'anna' },
            { user: 'anna', password: '__PWRD__' },
            { user: 'anna', password: '${MAIL_PASSWORD}' }
        ]) {
            assert.deepEqual(await test('account', { properties, credentials }), ['settings failed', 'false']);
            const folders = await ask('admin', 'POST /mailflow/imap-account/account/folders', {
                properties,
                credentials
            });
            assert.equal((JSON.parse(folders.text) as FolderAnswer).error?.code, 'NOT_CONFIGURED');
        }
        assert.equal(thief.sessions.length, 0);
    });

    it('lists the folders of the server, or says why there are none', async () => {
        const { text } = await ask('admin', 'POST /mailflow/imap-account/account/folders');
        const { folders, error } = JSON.parse(text) as FolderAnswer;
        assert.equal(error, null);
        assert.deepEqual(folders[0], { path: 'INBOX', use: 'inbox' });
        const missing = await ask('admin', 'POST /mailflow/imap-account/nowhere/folders');
        assert.equal(missing.status, 200);
        assert.deepEqual((JSON.parse(missing.text) as FolderAnswer).folders, []);
        assert.equal((JSON.parse(missing.text) as FolderAnswer).error?.code, 'NOT_CONFIGURED');
    });

    it('tells how every account is', async () => {
        const account = await waitForState('account', 'ok');
        assert.equal(account.folders[0]?.state, 'push');
        assert.notEqual(account.lastContact, null);
        const wrong = await waitForState('wrong', 'failing');
        assert.equal(wrong.lastError?.code, 'CREDENTIALS_REJECTED');
        const sender = (await health()).accounts.find(({ id }) => id === 'sender');
        assert.equal(sender?.state, 'unusable');
        assert.match(sender?.lastError?.problem ?? '', /no sender address/);
    });

    it('looks when it is told to', async () => {
        const before = (await waitForState('account', 'ok')).lastContact ?? '';
        const { text } = await ask('admin', 'POST /mailflow/health/account/look');
        assert.deepEqual(JSON.parse(text), { folders: 1 });
        for (let attempt = 0; attempt < 100; attempt++) {
            if (((await waitForState('account', 'ok')).lastContact ?? '') > before) {
                return;
            }
            await new Promise(resolve => setTimeout(resolve, 50));
        }
        assert.fail('nobody looked');
    });

    it('finds the servers of a known provider, and says what is no address', async () => {
        const { text } = await ask('admin', 'POST /mailflow/discovery', { address: 'anna@gmx.de' });
        assert.match(text, /imap\.gmx\.net/);
        for (const address of ['anna', 5, null, {}]) {
            assert.match((await ask('admin', 'POST /mailflow/discovery', { address })).text, /ADDRESS_INVALID/);
        }
    });

    it('never shows a secret, in no answer, log or file', async () => {
        await ask('admin', 'GET /flows');
        await ask('admin', 'GET /credentials/imap-account/account');
        assert.ok(answers.length > 30);
        const files = ['flows.json', 'settings.js'].map(name => readFileSync(join(runtime.userDir, name), 'utf8'));
        for (const text of [...answers, ...runtime.log, ...files]) {
            assert.ok(!text.includes(SECRET), text.slice(0, 300));
            assert.ok(!text.includes(Buffer.from(SECRET).toString('base64')), text.slice(0, 300));
        }
    });
});
