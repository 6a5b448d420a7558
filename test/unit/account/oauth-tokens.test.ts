import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OAuthClient, TokenAnswer } from '../../../src/account/oauth-client';
import { AccountTokens } from '../../../src/account/oauth-login';
import { readOAuthSettings, type OAuthSettings } from '../../../src/account/oauth-settings';
import { TokenStore } from '../../../src/account/oauth-store';
import { OAuthTokens, type SignInListener } from '../../../src/account/oauth-tokens';
import { MailError, type MailErrorCode, type ErrorKind } from '../../../src/message/mail-error';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const HOUR = 60 * 60_000;

function settings(changes: Record<string, string> = {}, refreshToken = 'given'): OAuthSettings {
    const saved = { provider: 'microsoft', clientId: 'app', name: 'Büro', ...changes };
    return readOAuthSettings(saved, { clientSecret: 'secret', refreshToken });
}

function failure(code: MailErrorCode, kind: ErrorKind, response = ''): MailError {
    return new MailError({ code, kind, step: 'sign-in', account: 'Büro', problem: 'it failed', response });
}

/** A provider that rotates its refresh tokens: the newest alone is worth something. */
class FakeProvider {
    now = 1_000_000_000_000;
    readonly asked: string[] = [];
    /** What the next requests meet instead of an answer. */
    readonly failures: MailError[] = [];
    /** Awaited before each answer. */
    gate: Promise<void> = Promise.resolve();
    lifeMs = HOUR;

    get client(): OAuthClient {
        const refresh = async (token: string): Promise<TokenAnswer> => {
            this.asked.push(token);
            await this.gate;
            const error = this.failures.shift();
            if (error) {
                throw error;
            }
            return this.answer(this.asked.length);
        };
        const clientCredentials = (): Promise<TokenAnswer> => refresh('');
        return { refresh, clientCredentials, revoke: () => Promise.resolve() } as unknown as OAuthClient;
    }

    answer(number: number): TokenAnswer {
        const expiresAt = this.now + this.lifeMs;
        return { accessToken: `a${number}`, refreshToken: `r${number}`, expiresAt, scopes: 'mail', user: '' };
    }
}

describe('the tokens of a sign-in', () => {
    let folder: TempFolder;
    let provider: FakeProvider;
    let store: TokenStore;
    beforeEach(() => {
        folder = createTempFolder('tokens');
        provider = new FakeProvider();
        store = new TokenStore(folder.path, () => 'credential secret');
    });
    afterEach(() => folder.remove());

    function open(own = settings(), listener: SignInListener = {}): OAuthTokens {
        const { client } = provider;
        return new OAuthTokens({ id: 'n1', settings: own, store, listener, client, now: () => provider.now });
    }

    it('are renewed five minutes before their end, and not sooner', async () => {
        const tokens = open();
        assert.equal(await tokens.token(), 'a1');
        provider.now += HOUR - 5 * 60_000 - 1;
        assert.equal(await tokens.token(), 'a1');
        provider.now += 1;
        assert.equal(await tokens.token(), 'a2');
        assert.deepEqual(provider.asked, ['given', 'r1']);
    });

    it('that live for a minute only are used for half of it', async () => {
        provider.lifeMs = 60_000;
        const tokens = open();
        await tokens.token();
        provider.now += 29_999;
        assert.equal(await tokens.token(), 'a1');
        provider.now += 1;
        assert.equal(await tokens.token(), 'a2');
    });

    it('are renewed once for all who ask at the same time', async () => {
        const tokens = open();
        const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()));
        assert.deepEqual([...new Set(all)], ['a1']);
        const renewed = await Promise.all(Array.from({ length: 20 }, () => tokens.renew('a1')));
        assert.deepEqual([...new Set(renewed)], ['a2']);
        // one who was slow to hear of the rejection
        assert.equal(await tokens.renew('a1'), 'a2');
        assert.equal(provider.asked.length, 2);
    });

    it('survive a restart, the one that took the place of the given one included', async () => {
        await open().token();
        provider.now += 2 * HOUR;
        assert.equal(await open().token(), 'a2');
        assert.deepEqual(provider.asked, ['given', 'r1']);
    });

    it('are replaced when another refresh token is given', async () => {
        await open().token();
        await open(settings({}, 'newly given')).token();
        assert.deepEqual(provider.asked, ['given', 'newly given']);
        assert.equal(await open().token(), 'a1');
    });

    it('serve no other app and no other token server', async () => {
        await open(settings()).token();
        for (const changes of [{ clientId: 'other' }, { tenant: 'shop.example' }]) {
            const status = await open(settings(changes, '')).status();
            assert.equal(status.state, 'signed-out', JSON.stringify(changes));
        }
    });

    it('are stored before they are used', async () => {
        const order: string[] = [];
        const save = store.save.bind(store);
        store.save = async (...parts) => {
            await save(...parts);
            order.push(`stored ${parts[2].refreshToken}`);
        };
        order.push(`used ${await open().token()}`);
        assert.deepEqual(order, ['stored r1', 'used a1']);
    });

    it('are neither used nor lost while they cannot be stored', async () => {
        const save = store.save.bind(store);
        const full = new MailError({ code: 'TOKEN_STORE_FAILED', kind: 'temporary', step: 'sign-in', problem: 'full' });
        store.save = () => Promise.reject(full);
        const tokens = open();
        for (let attempt = 0; attempt < 3; attempt++) {
            await assert.rejects(tokens.token(), { code: 'TOKEN_STORE_FAILED' });
        }
        store.save = save;
        assert.equal(await tokens.token(), 'a1');
        assert.deepEqual(provider.asked, ['given']);
    });

    it('cannot be had from a place that cannot be read', async () => {
        const file = join(folder.path, 'file');
        writeFileSync(file, '');
        store = new TokenStore(join(file, 'below'), () => 'x');
        await assert.rejects(open().token(), { code: 'TOKEN_STORE_FAILED', kind: 'temporary' });
        assert.equal(provider.asked.length, 0);
    });

    it('are used while the token server is out of order, as long as they live', async () => {
        const tokens = open();
        await tokens.token();
        provider.failures.push(...Array.from({ length: 3 }, () => failure('TOKEN_SERVER_FAILED', 'temporary')));
        provider.now += HOUR - 60_000;
        assert.equal(await tokens.token(), 'a1');
        provider.now += 60_000;
        await assert.rejects(tokens.token(), { code: 'TOKEN_SERVER_FAILED' });
        provider.now += 10_000;
        await assert.rejects(tokens.token(), { code: 'TOKEN_SERVER_FAILED' });
        provider.now += 10_000;
        assert.equal(await tokens.token(), 'a5');
    });

    it('are not asked for by everybody in turn when the token server fails', async () => {
        provider.failures.push(failure('TOKEN_SERVER_FAILED', 'temporary'));
        const tokens = open();
        for (let attempt = 0; attempt < 10; attempt++) {
            await assert.rejects(tokens.token(), { kind: 'temporary' });
        }
        assert.equal(provider.asked.length, 1);
    });

    it('are final when the provider refuses, until somebody signs in', async () => {
        const told: string[] = [];
        const tokens = open(settings(), {
            failed: error => told.push(error.code),
            signedIn: () => told.push('signed in')
        });
        provider.failures.push(failure('SIGN_IN_REQUIRED', 'credentials', 'invalid_grant'));
        for (let attempt = 0; attempt < 10; attempt++) {
            await assert.rejects(tokens.token(), { code: 'SIGN_IN_REQUIRED' });
            await assert.rejects(tokens.renew('any'), { code: 'SIGN_IN_REQUIRED' });
            provider.now += HOUR;
        }
        assert.equal(provider.asked.length, 1);
        const { state, error } = await tokens.status();
        assert.deepEqual([state, error?.response], ['rejected', 'invalid_grant']);
        await tokens.signIn(provider.answer(9));
        assert.equal(await tokens.token(), 'a9');
        assert.deepEqual(told, ['SIGN_IN_REQUIRED', 'signed in']);
    });

    it('are tried again when the node is deployed anew', async () => {
        const tokens = open();
        provider.failures.push(failure('CLIENT_REJECTED', 'credentials'));
        await assert.rejects(tokens.token());
        tokens.redeploy(settings(), provider.client);
        assert.equal(await tokens.token(), 'a2');
    });

    it('that come while somebody signs in do not take the place of what that brought', async () => {
        const tokens = open();
        let release: () => void = () => undefined;
        provider.gate = new Promise(resolve => (release = resolve));
        const slow = tokens.token();
        await new Promise(resolve => setTimeout(resolve, 20));
        await tokens.signIn(provider.answer(7));
        release();
        assert.equal(await slow, 'a7');
        assert.equal((await store.load('n1', tokens.binding))?.refreshToken, 'r7');
    });

    it('that come while the node is deployed anew are kept, because the old ones may be void', async () => {
        const tokens = open();
        let release: () => void = () => undefined;
        provider.gate = new Promise(resolve => (release = resolve));
        const slow = tokens.token();
        await new Promise(resolve => setTimeout(resolve, 20));
        tokens.redeploy(settings({ name: 'New name' }), provider.client);
        release();
        assert.equal(await slow, 'a1');
        assert.equal((await store.load('n1', tokens.binding))?.refreshToken, 'r1');
    });

    it('say what to do when nobody has signed in, and ask nobody', async () => {
        const tokens = open(settings({}, ''));
        await assert.rejects(tokens.token(), (error: MailError) => {
            assert.deepEqual([error.code, error.kind], ['SIGN_IN_REQUIRED', 'credentials']);
            return /nobody has signed in yet.*sign in again/.test(error.message);
        });
        assert.equal((await tokens.status()).state, 'signed-out');
        assert.equal(provider.asked.length, 0);
    });

    it('say why they end when the provider gave nothing to renew them with', async () => {
        const tokens = open(settings({}, ''));
        await tokens.signIn({ ...provider.answer(1), refreshToken: '' });
        assert.equal(await tokens.token(), 'a1');
        provider.now += HOUR;
        await assert.rejects(tokens.token(), /offline_access/);
        assert.equal(provider.asked.length, 0);
    });

    it('are fetched without a person where the app itself has access', async () => {
        const tokens = open(settings({ flow: 'client', tenant: 'shop.example' }, ''));
        assert.equal(await tokens.token(), 'a1');
        provider.now += HOUR;
        assert.equal(await tokens.token(), 'a2');
    });

    it('are forgotten, on the disk as well', async () => {
        const tokens = open(settings({}, ''));
        await tokens.signIn(provider.answer(1));
        await tokens.signIn(provider.answer(2));
        assert.ok(readdirSync(folder.path).length > 0);
        await tokens.forget();
        assert.deepEqual(readdirSync(folder.path), []);
        assert.equal((await tokens.status()).state, 'signed-out');
    });

    describe('for one account', () => {
        function account(tokens: OAuthTokens, name = 'Shop'): AccountTokens {
            return new AccountTokens(name, { user: '', find: () => tokens });
        }

        it('name the account and the sign-in when they are missing', async () => {
            const tokens = account(open(settings({}, '')));
            await assert.rejects(tokens.token(), /^MailError: Shop \(sign-in "Büro"\): sign-in failed: /);
        });

        it('are final after its server has refused a fresh one, and still serve other accounts', async () => {
            const tokens = open();
            const shop = account(tokens);
            await shop.token();
            const rejection = failure('CREDENTIALS_REJECTED', 'credentials', 'NO [AUTHENTICATIONFAILED]');
            const refusal = shop.refused(rejection);
            assert.match(refusal.message, /although the token is fresh.*the token.*the rights.*the account/);
            for (let attempt = 0; attempt < 5; attempt++) {
                await assert.rejects(shop.token(), { code: 'TOKEN_REJECTED' });
            }
            assert.equal(await account(tokens, 'Other').token(), 'a1');
            await tokens.signIn(provider.answer(3));
            assert.equal(await shop.token(), 'a3');
        });

        it('say which switch is off where Microsoft takes no SMTP login', () => {
            const words =
                '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.';
            const refusal = account(open()).refused(failure('CREDENTIALS_REJECTED', 'credentials', words));
            assert.match(refusal.message, /SmtpClientAuthenticationDisabled/);
        });
    });
});

describe('the store of tokens', () => {
    let folder: TempFolder;
    const signIn = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 5, scopes: 's', user: 'u' };
    beforeEach(() => (folder = createTempFolder('tokens')));
    afterEach(() => folder.remove());

    function content(): string {
        return readdirSync(folder.path)
            .map(file => readFileSync(join(folder.path, file), 'latin1'))
            .join('\n');
    }
    function store(secret: string | null): TokenStore {
        return new TokenStore(folder.path, () => secret);
    }

    it('shows nothing to those who read the file', async () => {
        await store('s').save('n1', 'binding-1', signIn);
        assert.deepEqual(await store('s').load('n1', 'binding-1'), signIn);
        // long enough not to stand by chance in what is encrypted
        assert.doesNotMatch(content(), /access|refresh|binding-1/);
    });

    it('writes clear text where Node-RED does, and encrypts it later', async () => {
        await store(null).save('n1', 'b1', signIn);
        assert.match(content(), /refresh-1/);
        assert.deepEqual(await store('s').load('n1', 'b1'), signIn);
        await store('s').save('n1', 'b1', signIn);
        await store('s').save('n1', 'b1', signIn);
        assert.doesNotMatch(content(), /refresh-1/);
        assert.equal(await store(null).load('n1', 'b1'), null);
    });

    it('counts as empty with another secret, for another node, and when it was damaged', async () => {
        await store('s').save('n1', 'b1', signIn);
        assert.equal(await store('other').load('n1', 'b1'), null);
        assert.equal(await store('s').load('n2', 'b1'), null);
        const [file = ''] = readdirSync(folder.path);
        const path = join(folder.path, file);
        const good = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
        const { data = '' } = good;
        // whatever letter the encrypted bytes begin with, it is another one now
        const changed = `${data.startsWith('A') ? 'B' : 'A'}${data.slice(1)}`;
        for (const damaged of [
            '',
            '{',
            'null',
            '[]',
            '5',
            '{"clear":[["b1",{"accessToken":5}]]}',
            JSON.stringify({ ...good, tag: '' }),
            JSON.stringify({ ...good, tag: 'AAAA' }),
            JSON.stringify({ ...good, iv: 5 }),
            JSON.stringify({ ...good, data: changed })
        ]) {
            writeFileSync(path, damaged);
            assert.equal(await store('s').load('n1', 'b1'), null, damaged);
        }
        await store('s').save('n1', 'b1', signIn);
        assert.deepEqual(await store('s').load('n1', 'b1'), signIn);
    });

    it('does not let the file of one node serve for another', async () => {
        await store('s').save('n1', 'b1', signIn);
        const [file = ''] = readdirSync(folder.path);
        await store('s').save('n2', 'b1', { ...signIn, accessToken: 'other' });
        const other = readdirSync(folder.path).find(name => name !== file) ?? '';
        writeFileSync(join(folder.path, other), readFileSync(join(folder.path, file)));
        assert.equal(await store('s').load('n2', 'b1'), null);
    });

    it('keeps what was signed in to before, and no more than three of them', async () => {
        const tokens = store('s');
        await Promise.all(['b1', 'b2', 'b3', 'b4'].map(binding => tokens.save('n1', binding, signIn)));
        const found = await Promise.all(['b1', 'b2', 'b3', 'b4'].map(binding => tokens.load('n1', binding)));
        assert.deepEqual(
            found.map(entry => entry !== null),
            [false, true, true, true]
        );
    });
});
