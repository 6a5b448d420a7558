import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import helper = require('node-red-node-test-helper');
import mailOAuth = require('../../nodes/mail-oauth');
import type { SignInView, StartedSignIn } from '../../src/account/oauth-sign-in';
import { Changes } from '../support/changes';
import { useNodeRed } from '../support/helper';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** The shortest that RFC 8628 knows. */
const INTERVAL_MS = 1_000;
const TOKEN = { access_token: 'access-4711', refresh_token: 'refresh-4712', token_type: 'Bearer', expires_in: 3600 };

interface SuperTest {
    post(path: string): { send(body: unknown): Promise<{ status: number; body: unknown }> };
    get(path: string): Promise<{ status: number; body: unknown }>;
}

describe('the node mail-oauth', () => {
    let userDir: TempFolder;
    before(() => {
        userDir = createTempFolder('mail-oauth');
        // the helper's settings have no `get`
        const get = (name: string): unknown => (name === 'credentialSecret' ? 'only for tests' : undefined);
        helper.settings({ userDir: userDir.path, get });
    });
    const red = useNodeRed();
    after(() => {
        helper.settings({});
        userDir.remove();
    });

    const changes = new Changes();
    /** `grant_type` and refresh token of what the token server was asked. */
    const asked: string[] = [];
    let answer: { status: number; body: object } = { status: 200, body: TOKEN };
    const server = createServer((request, response) => {
        void text(request).then(body => {
            const parameters = new URLSearchParams(body);
            const isDevice = request.url === '/device';
            asked.push(
                isDevice ? 'device' : `${parameters.get('grant_type')} ${parameters.get('refresh_token') ?? ''}`.trim()
            );
            const { status, body: given } = isDevice ? { status: 200, body: deviceCode() } : answer;
            response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(given));
            changes.notify();
        });
    });
    before(async () => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
    });
    beforeEach(() => {
        asked.length = 0;
        answer = { status: 200, body: TOKEN };
    });
    after(async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
    });

    function url(): string {
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    function deviceCode(): object {
        const verification = { user_code: 'ABCD-EFGH', verification_uri: `${url()}/enter` };
        return { device_code: 'device-4713', ...verification, expires_in: 600, interval: INTERVAL_MS / 1000 };
    }
    function properties(changed: object = {}): Record<string, unknown> {
        const urls = { tokenUrl: `${url()}/token`, deviceUrl: `${url()}/device`, authorizeUrl: `${url()}/authorize` };
        return { name: 'Shop', provider: 'custom', flow: 'code', clientId: 'app', ...urls, ...changed };
    }
    function load(id: string, changed: object, credentials: Record<string, string>): Promise<void> {
        const flow = [{ id, type: 'mail-oauth', ...properties(changed) }];
        return red.loadFlow(mailOAuth, flow, { [id]: credentials });
    }

    it('shows that it is signed in when a refresh token is given, and keeps what took its place', async () => {
        await load('given', {}, { clientSecret: 'secret-4714', refreshToken: 'refresh-4715' });
        await red.waitForStatus('given', /signed-in/);
        assert.deepEqual(asked, ['refresh_token refresh-4715']);
        const folder = join(userDir.path, 'mailflow', 'tokens');
        const [file = ''] = readdirSync(folder);
        // with a hyphen, which base64 does not have: four digits alone may stand by chance in what is encrypted
        assert.doesNotMatch(readFileSync(join(folder, file), 'latin1'), /(access|refresh|secret)-47/);
        await red.unload();
        await load('given', { name: 'Another name' }, { clientSecret: 'secret-4714', refreshToken: 'refresh-4715' });
        await red.waitForStatus('given', /signed-in/);
        assert.equal(asked.length, 1, 'the token that is stored lives for an hour');
        assert.doesNotMatch(JSON.stringify(red.statuses('given')), /47\d\d/);
    });

    it('turns red when the provider refuses, says once what to do, and asks no more', async () => {
        answer = { status: 400, body: { error: 'invalid_grant', error_description: 'refresh-4716 was revoked' } };
        await load('refused', {}, { clientSecret: 'secret-4714', refreshToken: 'refresh-4716' });
        await red.waitForStatus('refused', /mail-oauth\.status\.sign-in/);
        const [error] = await red.waitForError('refused', /sign in again/);
        assert.match(String(error), /^Shop: sign-in failed: .*invalid_grant: \*\*\* was revoked/);
        assert.deepEqual([red.errors('refused').length, asked.length], [1, 1]);
    });

    it('turns red when nobody has signed in, without asking anybody', async () => {
        await load('empty', {}, { clientSecret: 'secret-4714' });
        await red.waitForStatus('empty', /mail-oauth\.status\.sign-in/);
        assert.match(String(red.errors('empty')[0]?.[0]), /nobody has signed in yet/);
        assert.deepEqual(asked, []);
    });

    it('turns red when its settings are of no use, and serves again when they are corrected', async () => {
        for (const [changed, about] of [
            [{ clientId: '' }, /no client id/],
            [{ tokenUrl: 'http://id.shop.example/token' }, /no plain https/],
            [{ provider: 'google', flow: 'device' }, /flow code alone/]
        ] as const) {
            await load('wrong', changed, { refreshToken: 'r' });
            await red.waitForStatus('wrong', /mail-oauth\.status\.failed/);
            await red.waitForError('wrong', about);
            await red.unload();
        }
        await load('wrong', {}, { refreshToken: 'r' });
        await red.waitForStatus('wrong', /signed-in/);
    });

    it('asks anew when it is deployed with another refresh token', async () => {
        await load('replaced', {}, { refreshToken: 'first' });
        await red.waitForStatus('replaced', /signed-in/);
        const flow = [{ id: 'replaced', type: 'mail-oauth', ...properties() }];
        await red.deploy(flow, 'full', { replaced: { refreshToken: 'second' } });
        await changes.until(() => asked.length === 2, 'the second refresh token');
        assert.deepEqual(asked, ['refresh_token first', 'refresh_token second']);
    });

    it('shows the code for a device, waits over a deploy, and asks no more once the flows have ended', async () => {
        answer = { status: 400, body: { error: 'authorization_pending' } };
        await load('phone', { flow: 'device' }, { clientSecret: 'secret-4714' });
        const request = red.request() as SuperTest;
        const begun = await request.post('/mailflow/mail-oauth/phone/sign-in').send({});
        assert.equal(begun.status, 200, JSON.stringify(begun.body));
        const { session } = begun.body as StartedSignIn;
        await red.waitForStatus('phone', /^ABCD-EFGH · http:\/\/127\.0\.0\.1:\d+\/enter$/);
        const flow = [{ id: 'phone', type: 'mail-oauth', ...properties({ flow: 'device', name: 'Deployed anew' }) }];
        await red.deploy(flow, 'full', { phone: { clientSecret: 'secret-4714' } });
        const polls = (): number => asked.filter(grant => grant === DEVICE_GRANT).length;
        const seen = polls();
        await changes.until(() => polls() > seen, 'a poll after the deploy');
        const view = await request.get(`/mailflow/mail-oauth/phone/sign-in/${session}`);
        assert.equal((view.body as SignInView).state, 'waiting');
        await red.unload();
        // a poll that was on its way already may still arrive
        await new Promise(resolve => setTimeout(resolve, INTERVAL_MS / 2));
        const last = polls();
        await new Promise(resolve => setTimeout(resolve, 2 * INTERVAL_MS));
        assert.equal(polls(), last);
        const after = await request.get(`/mailflow/mail-oauth/phone/sign-in/${session}`);
        assert.equal(after.status, 400);
    });
});
