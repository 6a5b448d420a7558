import assert from 'node:assert/strict';
import type { OAuthClient, TokenAnswer } from '../../../src/account/oauth-client';
import { readOAuthSettings } from '../../../src/account/oauth-settings';
import { SignIns } from '../../../src/account/oauth-sign-in';
import type { TokenStore } from '../../../src/account/oauth-store';
import { OAuthTokens } from '../../../src/account/oauth-tokens';
import { MailError } from '../../../src/message/mail-error';

const REDIRECT = 'https://shop.example/red/mailflow/mail-oauth/callback';
const ANSWER: TokenAnswer = {
    accessToken: 'a',
    refreshToken: 'r',
    expiresAt: Date.now() + 3_600_000,
    scopes: '',
    user: 'anna@shop.example'
};
/** A second of the protocol lasts a millisecond here. */
const LIMITS = { openMs: 60_000, open: 3, secondMs: 1 };

type Poll = 'pending' | 'slow-down' | 'failure' | 'refusal' | TokenAnswer;

function fakeTokens(id: string, flow: string, client: Partial<OAuthClient>): OAuthTokens {
    const saved = { provider: 'custom', flow, clientId: 'app', authorizeUrl: 'https://x.example/a' };
    const urls = { tokenUrl: 'https://x.example/t', deviceUrl: 'https://x.example/d' };
    const settings = readOAuthSettings({ ...saved, ...urls }, { clientSecret: 's' });
    const store = { load: () => Promise.resolve(null), save: () => Promise.resolve() } as unknown as TokenStore;
    return new OAuthTokens({ id, settings, store, client: client as OAuthClient });
}

/** Each flow with a state of its own. */
function codeTokens(id: string, redeemed: string[] = []): OAuthTokens {
    return fakeTokens(id, 'code', {
        beginCodeFlow: redirectUri =>
            Promise.resolve({
                state: `state-${id}`,
                verifier: 'v',
                redirectUri,
                authorizationUrl: 'https://x.example/'
            }),
        redeemCode: parameters => {
            redeemed.push(parameters.get('code') ?? '');
            return Promise.resolve(ANSWER);
        }
    });
}

function deviceTokens(polls: Poll[], at: number[] = []): OAuthTokens {
    const expiresAt = Date.now() + 60_000;
    return fakeTokens('device', 'device', {
        requestDeviceCode: () =>
            Promise.resolve({
                deviceCode: 'd',
                userCode: 'ABCD',
                verificationUri: 'https://x.example/d',
                expiresAt,
                intervalMs: 20_000
            }),
        pollDevice: async () => {
            at.push(performance.now());
            const poll = polls.shift() ?? 'pending';
            if (poll === 'failure' || poll === 'refusal') {
                const kind = poll === 'failure' ? 'temporary' : 'credentials';
                throw new MailError({ code: 'SIGN_IN_REQUIRED', kind, step: 'sign-in', problem: 'no' });
            }
            return poll;
        }
    });
}

async function end(signIns: SignIns, node: string, session: string) {
    for (let attempt = 0; attempt < 500; attempt++) {
        const view = signIns.view(node, session);
        if (view?.state !== 'waiting') {
            return view;
        }
        await new Promise(resolve => setTimeout(resolve, 5));
    }
    return assert.fail('it did not end');
}

function parameters(state: string, code = 'c'): URLSearchParams {
    return new URLSearchParams({ state, code });
}

describe('a sign-in', () => {
    let signIns: SignIns;
    beforeEach(() => (signIns = new SignIns(LIMITS)));
    afterEach(() => signIns.close());

    it('takes one answer for its state and no other', async () => {
        const redeemed: string[] = [];
        const { session } = await signIns.start(codeTokens('n1', redeemed), REDIRECT);
        for (const state of ['', 'state-n2', 'state-n1 ', 'STATE-N1']) {
            assert.equal(await signIns.callback(parameters(state)), null);
        }
        const views = await Promise.all([
            signIns.callback(parameters('state-n1', 'first')),
            signIns.callback(parameters('state-n1', 'second'))
        ]);
        assert.deepEqual([views[0]?.state, views[1]], ['signed-in', null]);
        assert.deepEqual(redeemed, ['first']);
        assert.equal(signIns.view('n1', session)?.user, 'anna@shop.example');
    });

    it('is seen only with the node it belongs to', async () => {
        const { session } = await signIns.start(codeTokens('n1'), REDIRECT);
        assert.equal(signIns.view('n2', session), null);
        assert.equal(await signIns.paste('n2', session, `${REDIRECT}?state=state-n1&code=c`), null);
        signIns.cancel('n2', session);
        assert.equal(signIns.view('n1', session)?.state, 'waiting');
    });

    it('ends when it took too long', async () => {
        signIns = new SignIns({ ...LIMITS, openMs: 0 });
        const { session } = await signIns.start(codeTokens('n1'), REDIRECT);
        assert.equal(await signIns.callback(parameters('state-n1')), null);
        assert.equal(signIns.view('n1', session)?.error?.code, 'TIMED_OUT');
    });

    it('takes the place of an open one of the same node', async () => {
        const { session } = await signIns.start(codeTokens('n1'), REDIRECT);
        await signIns.start(codeTokens('n1'), REDIRECT);
        assert.equal(signIns.view('n1', session), null);
    });

    it('is refused when as many as allowed are open, and makes room by ending', async () => {
        for (const id of ['n1', 'n2', 'n3']) {
            await signIns.start(codeTokens(id), REDIRECT);
        }
        await assert.rejects(signIns.start(codeTokens('n4'), REDIRECT), { code: 'THROTTLED' });
        await signIns.callback(parameters('state-n2'));
        await signIns.start(codeTokens('n4'), REDIRECT);
    });

    it('with a device waits as long as it is told to, and longer when it is told so', async () => {
        const at: number[] = [];
        const tokens = deviceTokens(['pending', 'slow-down', 'pending', 'failure', ANSWER], at);
        const { session } = await signIns.start(tokens, undefined);
        assert.equal((await end(signIns, 'device', session))?.state, 'signed-in');
        const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
        // timers may be a millisecond early
        assert.deepEqual(
            pauses.map((pause, index) => pause >= ([20, 25, 25, 50][index] ?? 0) - 2),
            [true, true, true, true],
            pauses.join()
        );
    });

    it('with a device ends with a refusal, and when it is given up', async () => {
        const refused = await signIns.start(deviceTokens(['refusal']), undefined);
        assert.equal((await end(signIns, 'device', refused.session))?.state, 'failed');
        const at: number[] = [];
        const { session } = await signIns.start(deviceTokens([], at), undefined);
        signIns.cancel('device', session);
        await new Promise(resolve => setTimeout(resolve, 60));
        assert.equal(at.length, 0);
    });

    it('tells those who show it of the code for the device', async () => {
        const shown: unknown[] = [];
        const tokens = deviceTokens([]);
        tokens.waiting = code => shown.push(code);
        await signIns.start(tokens, undefined);
        assert.deepEqual(shown, [{ userCode: 'ABCD', verificationUri: 'https://x.example/d' }]);
    });
});
