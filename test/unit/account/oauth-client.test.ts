import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OAuthClient } from '../../../src/account/oauth-client';
import { readOAuthSettings, type OAuthSettings } from '../../../src/account/oauth-settings';
import { MailError } from '../../../src/message/mail-error';
import { findFreePort } from '../../support/free-port';

type Lie = (response: ServerResponse, request: IncomingMessage) => void;

const SECRET = 'client secret & more';
const REFRESH = 'refresh-4711';
const TOKEN = { access_token: 'a-token', token_type: 'Bearer', expires_in: 600 };

function jsonAnswer(body: unknown, status = 200, headers: Record<string, string> = {}): Lie {
    return response => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
    };
}

describe('a token server', () => {
    let answer: Lie = () => undefined;
    let url = '';
    const requests: Array<{ path: string; body: URLSearchParams }> = [];
    const server = createServer((request, response) => {
        void text(request).then(body => {
            requests.push({ path: request.url ?? '', body: new URLSearchParams(body) });
            answer(response, request);
        });
    });
    before(async () => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    beforeEach(() => (requests.length = 0));
    after(async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
    });

    function settings(changes: Record<string, string> = {}): OAuthSettings {
        const saved = {
            name: 'Shop',
            provider: 'custom',
            flow: 'device',
            clientId: 'app',
            tokenUrl: `${url}/token`,
            deviceUrl: `${url}/device`,
            authorizeUrl: `${url}/authorize`,
            scopes: 'mail offline_access',
            ...changes
        };
        return readOAuthSettings(saved, { clientSecret: SECRET });
    }
    function client(limits = { timeoutMs: 10_000, maxBytes: 10_000 }): OAuthClient {
        return new OAuthClient(settings(), limits);
    }
    async function failure(work: Promise<unknown>): Promise<MailError> {
        const error = await work.then(
            () => assert.fail('it did not fail'),
            (reason: unknown) => reason
        );
        assert.ok(error instanceof MailError, String(error));
        for (const secret of [SECRET, encodeURIComponent(SECRET), REFRESH]) {
            assert.ok(!JSON.stringify({ ...error, message: error.message }).includes(secret), error.message);
        }
        assert.equal(error.step, 'sign-in');
        assert.match(error.message, /^Shop: /);
        return error;
    }

    it('is asked as it wants it, and believed', async () => {
        answer = jsonAnswer({ ...TOKEN, refresh_token: 'next', scope: 'mail' });
        const before = Date.now();
        const { expiresAt, ...rest } = await client().refresh(REFRESH);
        assert.deepEqual(rest, { accessToken: 'a-token', refreshToken: 'next', scopes: 'mail', user: '' });
        assert.ok(expiresAt >= before + 600_000 && expiresAt <= Date.now() + 600_000);
        assert.deepEqual(Object.fromEntries(requests[0]?.body ?? []), {
            grant_type: 'refresh_token',
            refresh_token: REFRESH,
            client_id: 'app',
            client_secret: SECRET
        });
    });

    it('may leave out what is only recommended', async () => {
        answer = jsonAnswer({ access_token: 'a-token', token_type: 'bearer' });
        const { expiresAt, refreshToken, scopes } = await client().refresh(REFRESH);
        assert.ok(Math.abs(expiresAt - Date.now() - 3_600_000) < 5_000);
        assert.deepEqual([refreshToken, scopes], ['', 'mail offline_access']);
    });

    it('is not believed that a token lives for no time or for ever', async () => {
        for (const [life, seconds] of [
            [0, 60],
            [1e15, 30 * 24 * 3600],
            ['120', 120]
        ]) {
            answer = jsonAnswer({ ...TOKEN, expires_in: life });
            const { expiresAt } = await client().refresh(REFRESH);
            assert.ok(Math.abs(expiresAt - Date.now() - Number(seconds) * 1000) < 5_000, String(life));
        }
    });

    it('tells who signed in by an id token, if it is an address', async () => {
        const idToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
        for (const [token, user] of [
            [idToken({ email: 'anna@shop.example' }), 'anna@shop.example'],
            [idToken({ preferred_username: 'anna@shop.example' }), 'anna@shop.example'],
            [idToken({ email: '<b>', upn: 'ben@shop.example' }), 'ben@shop.example'],
            [idToken({ email: 5 }), ''],
            [`e30.${'%'.repeat(50)}.x`, ''],
            [['x'], ''],
            ['', '']
        ]) {
            answer = jsonAnswer({ ...TOKEN, id_token: token });
            assert.equal((await client().refresh(REFRESH)).user, user);
        }
    });

    const lies: Record<string, Lie> = {
        'an error page': response => response.writeHead(502).end('<html>bad gateway'),
        'HTML with success': response => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        'HTML that says it is JSON': response =>
            response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
        'JSON that says it is text': response =>
            response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(TOKEN)),
        'a list': jsonAnswer([TOKEN]),
        null: jsonAnswer(null),
        'no token': jsonAnswer({ token_type: 'bearer' }),
        'a number for a token': jsonAnswer({ ...TOKEN, access_token: 5 }),
        'a token with a line break': jsonAnswer({ ...TOKEN, access_token: 'a\r\nb' }),
        'a token with the end of a SASL field': jsonAnswer({ ...TOKEN, access_token: 'a\x01b' }),
        'an object for a refresh token': jsonAnswer({ ...TOKEN, refresh_token: {} }),
        'a refresh token with blanks': jsonAnswer({ ...TOKEN, refresh_token: 'a b' }),
        'a token of kind mac': jsonAnswer({ ...TOKEN, token_type: 'mac' }),
        'a token of kind dpop': jsonAnswer({ ...TOKEN, token_type: 'DPoP' }),
        'no kind of token': jsonAnswer({ access_token: 'a' }),
        'words for a life': jsonAnswer({ ...TOKEN, expires_in: 'soon' }),
        'a redirect': response => response.writeHead(307, { location: `${url}/elsewhere` }).end(),
        'nothing at all': () => undefined,
        'the beginning of an answer': response =>
            void response.writeHead(200, { 'content-type': 'application/json' }).write('{"access_token":"'),
        megabytes: response => {
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(`{"access_token":"${'x'.repeat(5_000_000)}"}`);
        },
        'the end of the connection': response => void response.destroy(),
        'an empty success': response => response.writeHead(204).end(),
        'too many requests': jsonAnswer({ error: 'slow' }, 429, { 'retry-after': '30' }),
        'a failure of its own': jsonAnswer({ error: 'server_error' }, 400)
    };
    const silences = ['nothing at all', 'the beginning of an answer'];
    for (const [name, lie] of Object.entries(lies)) {
        it(`that answers with ${name} is tried again later`, async () => {
            answer = lie;
            // short only where it is waited for: a busy machine must not make silence of an answer
            const timeoutMs = silences.includes(name) ? 1_000 : 10_000;
            const error = await failure(client({ timeoutMs, maxBytes: 10_000 }).refresh(REFRESH));
            assert.deepEqual([error.code, error.kind], ['TOKEN_SERVER_FAILED', 'temporary'], error.message);
            assert.equal(requests.length, 1);
            assert.equal(error.retryAfterMs, name === 'too many requests' ? 30_000 : 0);
        });
    }

    it('that is not there is tried again later', async () => {
        const tokenUrl = `http://127.0.0.1:${await findFreePort()}/`;
        const closed = new OAuthClient(settings({ flow: 'client', tokenUrl }));
        const error = await failure(closed.clientCredentials());
        assert.equal(error.code, 'TOKEN_SERVER_FAILED');
        assert.match(error.message, /127\.0\.0\.1:\d+ was not reached: .*ECONNREFUSED/);
    });

    it('that repeats secrets in its words is quoted without them', async () => {
        const words = `${REFRESH} of ${SECRET} (${encodeURIComponent(SECRET)}) is unknown`;
        answer = jsonAnswer({ error: 'invalid_grant', error_description: words }, 400);
        const error = await failure(client().refresh(REFRESH));
        assert.equal(error.response, 'invalid_grant: *** of *** (***) is unknown');
    });

    const refusals: Array<[error: string, description: string, code: string, about: RegExp]> = [
        ['invalid_grant', 'Token has been expired or revoked.', 'SIGN_IN_REQUIRED', /revoked.*sign in again/],
        ['interaction_required', 'AADSTS50076: MFA', 'SIGN_IN_REQUIRED', /sign in again/],
        ['invalid_client', 'AADSTS7000222: The provided client secret keys are expired', 'CLIENT_REJECTED', /expired/],
        ['invalid_client', 'AADSTS7000215: Invalid client secret provided', 'CLIENT_REJECTED', /not its id/],
        ['unauthorized_client', 'AADSTS700016: Application was not found', 'CLIENT_REJECTED', /tenant does not know/],
        ['invalid_client', 'AADSTS7000218: The request body must contain', 'CLIENT_REJECTED', /public client flows/],
        ['invalid_client', '', 'CLIENT_REJECTED', /does not accept the app/],
        ['invalid_scope', 'no such scope', 'CLIENT_REJECTED', /refused the request/],
        ['access_denied', '', 'SIGN_IN_REQUIRED', /refused or cancelled/]
    ];
    for (const [error, description, code, about] of refusals) {
        it(`that refuses with ${description || error} is not asked again before a person acts`, async () => {
            answer = jsonAnswer({ error, error_description: description }, 400, { 'www-authenticate': 'Basic' });
            const failed = await failure(client().refresh(REFRESH));
            assert.deepEqual([failed.code, failed.kind], [code, 'credentials']);
            assert.match(failed.message, about);
        });
    }

    it('is asked by PKCE, with the address of this editor', async () => {
        const code = new OAuthClient(settings({ flow: 'code' }));
        const { authorizationUrl, ...flow } = await code.beginCodeFlow('https://shop.example/callback');
        const page = Object.fromEntries(new URL(authorizationUrl).searchParams);
        assert.equal(page['code_challenge_method'], 'S256');
        assert.equal(page['prompt'], 'consent');
        assert.ok(!authorizationUrl.includes(flow.verifier) && !authorizationUrl.includes('client_secret'));
        answer = jsonAnswer(TOKEN);
        await code.redeemCode(new URLSearchParams({ code: 'c', state: flow.state, iss: 'https://other' }), flow);
        const { code_verifier: verifier, redirect_uri: redirectUri } = Object.fromEntries(requests[0]?.body ?? []);
        assert.deepEqual([verifier, redirectUri], [flow.verifier, 'https://shop.example/callback']);
    });

    it('gets no code that came with another state, or without any', async () => {
        const code = new OAuthClient(settings({ flow: 'code' }));
        const flow = await code.beginCodeFlow('https://shop.example/callback');
        for (const state of ['other', '']) {
            await failure(code.redeemCode(new URLSearchParams({ code: 'c', state }), flow));
        }
        assert.equal(requests.length, 0);
    });

    it('gives no code for a device that could harm the editor', async () => {
        const device = { device_code: 'd', user_code: 'ABCD-EFGH', verification_uri: 'https://x.example/device' };
        for (const changes of [
            { verification_uri: 'javascript:alert(1)' },
            { verification_uri: 'http://x.example/device' },
            { user_code: '<b>\n' },
            { device_code: '\x00' },
            { interval: 'x' }
        ]) {
            answer = jsonAnswer({ ...device, expires_in: 900, ...changes });
            assert.equal((await failure(client().requestDeviceCode())).code, 'TOKEN_SERVER_FAILED');
        }
        answer = jsonAnswer({ ...device, expires_in: 1e12, interval: 1e12 });
        const { expiresAt, intervalMs } = await client().requestDeviceCode();
        assert.equal(intervalMs, 60_000);
        assert.ok(expiresAt <= Date.now() + 30 * 60_000);
    });

    it('is told which device waits, and says how long', async () => {
        for (const [error, outcome] of [
            ['authorization_pending', 'pending'],
            ['slow_down', 'slow-down']
        ]) {
            answer = jsonAnswer({ error }, 400);
            assert.equal(await client().pollDevice('d'), outcome);
        }
        answer = jsonAnswer({ error: 'expired_token' }, 400);
        assert.match((await failure(client().pollDevice('d'))).message, /nobody entered the code in time/);
        answer = jsonAnswer(TOKEN);
        assert.equal(((await client().pollDevice('d')) as { accessToken: string }).accessToken, 'a-token');
    });
});
