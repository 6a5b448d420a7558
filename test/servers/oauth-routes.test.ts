import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SignInView, StartedSignIn } from '../../src/account/oauth-sign-in';
import type { SignInStatus } from '../../src/account/oauth-tokens';
import type { ErrorReport } from '../../src/account/probe-report';
import { contentsBelow } from '../support/contents-below';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';

const PASSWORD = 'only for tests';
/** bcrypt of PASSWORD. */
const HASH = '$2b$04$nb/qWXKrPsTUu3TpcjwkGu9CdPtAfkZuaI0hU66Jr1YsuXbTZxkC6';
const ROUTES = [
    'GET /mailflow/mail-oauth/m1',
    'DELETE /mailflow/mail-oauth/m1',
    'POST /mailflow/mail-oauth/m1/sign-in',
    'GET /mailflow/mail-oauth/m1/sign-in/s1',
    'POST /mailflow/mail-oauth/m1/sign-in/s1',
    'DELETE /mailflow/mail-oauth/m1/sign-in/s1'
];

type Failure = { error: ErrorReport };

describe('what the editor asks of the runtime about sign-ins', function () {
    this.timeout(120_000);
    let runtime: Runtime;
    let identity: IdentityProvider;
    let redirectUri: string;
    const tokens = new Map<string, string>();
    /** Every answer so far, to be searched for secrets. */
    const answers: string[] = [];

    before(async () => {
        const user = (username: string, permissions: string | string[]) => ({ username, password: HASH, permissions });
        const users = [user('admin', '*'), user('reader', 'read'), user('nobody', [])];
        const adminAuth = { type: 'credentials', users, default: { permissions: ['settings.read', 'flows.read'] } };
        runtime = await startRuntime({
            flows: [{ id: 'tab', type: 'tab', label: 'Test' }],
            settings: { adminAuth, httpAdminRoot: '/behind/a/proxy' }
        });
        redirectUri = `${runtime.url}/mailflow/mail-oauth/callback`;
        identity = await startIdentityProvider({ redirectUris: [redirectUri] });
        for (const name of ['admin', 'reader', 'nobody']) {
            const login = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username: name };
            const answer = await fetch(`${runtime.url}/auth/token`, {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ ...login, password: PASSWORD })
            });
            tokens.set(name, ((await answer.json()) as { access_token: string }).access_token);
        }
    });
    after(async () => {
        await runtime?.stop();
        await identity?.stop();
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

    async function admin<T>(what: string, body: unknown = {}): Promise<T> {
        return JSON.parse((await ask('admin', what, body)).text) as T;
    }

    function form(changes: object = {}, credentials: object = { clientSecret: identity.clientSecret }) {
        return { properties: { ...identity.properties, ...changes }, credentials, redirectUri };
    }

    /** Starts a code flow; resolves with the session and the address with which the browser comes back. */
    async function comeBack(id: string, user = 'anna'): Promise<{ session: string; url: string }> {
        const started = await admin<StartedSignIn>(`POST /mailflow/mail-oauth/${id}/sign-in`, form());
        assert.ok(started.flow === 'code', JSON.stringify(started));
        return { session: started.session, url: await identity.signIn(started.authorizationUrl, user) };
    }

    async function open(url: string, language = 'en'): Promise<{ status: number; text: string; headers: Headers }> {
        const answer = await fetch(url, { headers: { 'accept-language': language } });
        const text = await answer.text();
        answers.push(text);
        return { status: answer.status, text, headers: answer.headers };
    }

    async function waitForEnd(id: string, session: string): Promise<SignInView> {
        for (let attempt = 0; attempt < 300; attempt++) {
            const view = await admin<SignInView>(`GET /mailflow/mail-oauth/${id}/sign-in/${session}`);
            if (view.state !== 'waiting') {
                return view;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        throw new Error(`the sign-in of ${id} did not end`);
    }

    function status(id: string): Promise<SignInStatus> {
        return admin<SignInStatus>(`GET /mailflow/mail-oauth/${id}`);
    }

    it('is answered to nobody without the permission', async () => {
        for (const who of ['nobody', 'reader']) {
            for (const route of ROUTES) {
                const isAllowed = who === 'reader' && route === ROUTES[0];
                assert.equal((await ask(who, route)).status, isAllowed ? 200 : 401, `${who}: ${route}`);
            }
        }
    });

    it('signs in with the browser before the node is deployed', async () => {
        assert.deepEqual(await status('new'), {
            state: 'signed-out',
            user: '',
            expiresAt: null,
            scopes: '',
            error: null
        });
        const { session, url } = await comeBack('new');
        const view = `/mailflow/mail-oauth/new/sign-in/${session}`;
        assert.deepEqual(await admin(`GET ${view}`), { state: 'waiting', user: '', error: null });
        const page = await open(url, 'de-DE,en;q=0.5');
        assert.equal(page.status, 200, page.text);
        assert.match(page.text, /<html lang="de">.*Angemeldet.*anna@shop\.example.*Tab kann geschlossen werden/s);
        assert.deepEqual(await admin(`GET ${view}`), { state: 'signed-in', user: 'anna@shop.example', error: null });
        const { state, user, scopes, expiresAt, error } = await status('new');
        assert.deepEqual([state, user, error], ['signed-in', 'anna@shop.example', null]);
        assert.ok(scopes.includes('offline_access'), scopes);
        assert.ok(Date.parse(expiresAt ?? '') > Date.now());
    });

    it('shows a page that loads, runs and keeps nothing', async () => {
        const { headers, text } = await open((await comeBack('page')).url);
        assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
        assert.equal(headers.get('cache-control'), 'no-store');
        assert.equal(headers.get('referrer-policy'), 'no-referrer');
        assert.doesNotMatch(text, /<script|<img|<link|http/);
    });

    it('takes an answer once, and none that nobody waits for', async () => {
        const { url } = await comeBack('once');
        assert.equal((await open(url)).status, 200);
        const before = identity.tokenRequests.length;
        for (const again of [url, `${redirectUri}?code=x&state=y`, redirectUri, `${redirectUri}?state[]=a&code=b`]) {
            const page = await open(again);
            assert.equal(page.status, 400);
            assert.match(page.text, /Nobody is waiting/);
        }
        assert.equal(identity.tokenRequests.length, before);
    });

    it('says what the provider refused, and lets nothing of it become markup', async () => {
        const started = await admin<StartedSignIn>('POST /mailflow/mail-oauth/evil/sign-in', form());
        assert.ok(started.flow === 'code');
        const state = new URL(started.authorizationUrl).searchParams.get('state') ?? '';
        const words = '<script>alert(1)</script>';
        const answer = new URLSearchParams({ state, error: 'access_denied', error_description: words });
        const page = await open(`${redirectUri}?${answer.toString()}`);
        assert.equal(page.status, 400);
        assert.match(page.text, /refused or cancelled.*&lt;script&gt;alert\(1\)/s);
        assert.ok(!page.text.includes('<script'));
        const view = await admin<SignInView>(`GET /mailflow/mail-oauth/evil/sign-in/${started.session}`);
        assert.deepEqual([view.state, view.error?.code], ['failed', 'SIGN_IN_REQUIRED']);
    });

    it('takes the final address by hand where the browser cannot reach the runtime', async () => {
        const { session, url } = await comeBack('pasted');
        const route = `POST /mailflow/mail-oauth/pasted/sign-in/${session}`;
        for (const wrong of ['', 'nonsense', 7, null, `${redirectUri}?code=x&state=other`]) {
            const { error } = await admin<Failure>(route, { url: wrong });
            assert.equal(error.code, 'INVALID_PROPERTY');
        }
        assert.equal((await admin<SignInView>(route, { url: ` ${url}\n` })).state, 'signed-in');
        assert.equal((await status('pasted')).state, 'signed-in');
    });

    it('gives up when it is told to', async () => {
        const { session, url } = await comeBack('cancelled');
        const route = `/mailflow/mail-oauth/cancelled/sign-in/${session}`;
        await admin(`DELETE ${route}`);
        assert.equal((await open(url)).status, 400);
        assert.equal((await admin<Failure>(`GET ${route}`)).error.code, 'CLOSED');
        assert.equal((await status('cancelled')).state, 'signed-out');
    });

    it('sends a browser back to no other address', async () => {
        const base = redirectUri.replace('/callback', '');
        for (const wrong of [
            undefined,
            '',
            'javascript:alert(1)//mailflow/mail-oauth/callback',
            'http://shop.example/mailflow/mail-oauth/callback',
            `${redirectUri}?x=1`,
            `${redirectUri}#`,
            'https://anna:secret@shop.example/mailflow/mail-oauth/callback',
            `${base}/elsewhere`
        ]) {
            const body = { ...form(), redirectUri: wrong };
            const answer = await ask('admin', 'POST /mailflow/mail-oauth/back/sign-in', body);
            assert.equal(answer.status, 400, String(wrong));
            assert.match(answer.text, /"error"/);
        }
    });

    it('signs in with a code on another device', async () => {
        const started = await admin<StartedSignIn>(
            'POST /mailflow/mail-oauth/device/sign-in',
            form({ flow: 'device' })
        );
        assert.ok(started.flow === 'device', JSON.stringify(started));
        assert.match(started.userCode, /^\w{4}-\w{4}$/);
        assert.ok(Date.parse(started.expiresAt) > Date.now());
        await identity.enterCode(started.verificationUri, started.userCode);
        const view = await waitForEnd('device', started.session);
        assert.deepEqual(view, { state: 'signed-in', user: 'anna@shop.example', error: null });
    });

    it('needs nobody where the app itself has access', async () => {
        const started = await admin<StartedSignIn>(
            'POST /mailflow/mail-oauth/app/sign-in',
            form({ flow: 'client', scopes: '' })
        );
        assert.equal(started.flow, 'client');
        assert.equal((await waitForEnd('app', started.session)).state, 'signed-in');
        const wrong = form({ flow: 'client', scopes: '' }, { clientSecret: 'wrong' });
        const { session } = await admin<StartedSignIn>('POST /mailflow/mail-oauth/app2/sign-in', wrong);
        const { state, error } = await waitForEnd('app2', session);
        assert.deepEqual([state, error?.code], ['failed', 'CLIENT_REJECTED']);
    });

    it('uses a stored secret only for the app it was deployed for', async () => {
        const node = { id: 'deployed', type: 'mail-oauth', name: 'Shop', ...identity.properties } as FlowNode;
        const credentials = { clientSecret: identity.clientSecret };
        const flows = [
            { id: 'tab', type: 'tab', label: 'Test' },
            { ...node, credentials }
        ];
        assert.equal((await ask('admin', 'POST /flows', flows)).status, 204);
        const stored = form({}, { clientSecret: '__PWRD__' });
        const route = 'POST /mailflow/mail-oauth/deployed/sign-in';
        const started = await admin<StartedSignIn>(route, stored);
        assert.ok(started.flow === 'code', JSON.stringify(started));
        const page = await open(await identity.signIn(started.authorizationUrl));
        assert.equal(page.status, 200, page.text);
        const before = identity.tokenRequests.length;
        for (const changes of [
            { tokenUrl: `${identity.url}/token/` },
            { clientId: 'other' },
            { flow: 'client' },
            { flow: 'device', deviceUrl: `${identity.url}/elsewhere` },
            { provider: 'google' }
        ]) {
            const { error } = await admin<Failure>(route, form(changes, {}));
            assert.equal(error.code, 'NOT_CONFIGURED', JSON.stringify(changes));
        }
        assert.equal(identity.tokenRequests.length, before);
    });

    it('keeps the sign-in over a restart, in a file that only the owner reads and nobody understands', async () => {
        const before = identity.tokenRequests.length;
        await runtime.halt();
        const folder = join(runtime.userDir, 'mailflow', 'tokens');
        const files = readdirSync(folder);
        assert.ok(files.length > 0);
        for (const file of files) {
            assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
            const content = readFileSync(join(folder, file), 'latin1');
            assert.match(content, /^\{"iv":"[\w+/=]+","data":"[\w+/=]+","tag":"[\w+/=]+"\}\n$/);
        }
        await runtime.start();
        const { state, user } = await status('deployed');
        assert.deepEqual([state, user], ['signed-in', 'anna@shop.example']);
        assert.equal(identity.tokenRequests.length, before);
    });

    it('forgets when it is told to', async () => {
        const { state } = await admin<SignInStatus>('DELETE /mailflow/mail-oauth/deployed');
        assert.equal(state, 'signed-out');
        const files = readdirSync(join(runtime.userDir, 'mailflow', 'tokens'));
        await admin('DELETE /mailflow/mail-oauth/pasted');
        assert.equal(readdirSync(join(runtime.userDir, 'mailflow', 'tokens')).length, files.length - 1);
    });

    it('never shows a secret, in no answer, log or file', async () => {
        await ask('admin', 'GET /flows');
        await ask('admin', 'GET /credentials/mail-oauth/deployed');
        assert.ok(identity.secrets.size > 20 && answers.length > 60);
        const files = contentsBelow(runtime.userDir);
        assert.ok(files.length > 3);
        for (const text of [...answers, ...runtime.log, ...files]) {
            for (const secret of identity.secrets) {
                assert.ok(!text.includes(secret) && !text.includes(encodeURIComponent(secret)), text.slice(0, 300));
            }
        }
    });
});
