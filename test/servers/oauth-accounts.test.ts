import assert from 'node:assert/strict';
import { OAuthTokens } from '../../src/account/oauth-tokens';
import { AccountTokens } from '../../src/account/oauth-login';
import { readOAuthSettings } from '../../src/account/oauth-settings';
import type { StartedSignIn } from '../../src/account/oauth-sign-in';
import { TokenStore } from '../../src/account/oauth-store';
import { ImapConnection } from '../../src/imap/connection';
import type { HealthAnswer } from '../../src/runtime/health-route';
import { contentsBelow } from '../support/contents-below';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider';
import { rawMail } from '../support/raw-mail';
import { requireServer } from '../support/require-server';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { createTempFolder } from '../support/temp-folder';

const REDIRECT = 'http://127.0.0.1:1880/mailflow/mail-oauth/callback';
type Account = HealthAnswer['accounts'][number];

describe('accounts that log in with OAuth2', function () {
    this.timeout(120_000);
    let identity: IdentityProvider;
    let dovecot: Dovecot;
    let sink: SmtpSink;
    let runtime: Runtime;
    const answers: string[] = [];

    before(async function () {
        requireServer(this, 'dovecot');
        identity = await startIdentityProvider({ redirectUris: [REDIRECT] });
        dovecot = await startDovecot({ introspectionUrl: identity.introspectionUrl });
        sink = await startSmtpSink({ secure: true, tokenOwner: token => identity.inspect(token) });
        const server = { security: 'tls', verify: false, tls: '', auth: 'oauth2', oauth: 'signin' };
        const { properties } = identity;
        const flows: FlowNode[] = [
            { id: 'tab', type: 'tab', label: 'Test' },
            { id: 'signin', type: 'mail-oauth', name: 'Shop sign-in', ...properties, user: 'anna' },
            {
                id: 'inbox',
                type: 'imap-account',
                name: 'Inbox',
                host: '127.0.0.1',
                port: dovecot.imapsPort,
                ...server
            },
            {
                id: 'outbox',
                type: 'smtp-account',
                name: 'Outbox',
                host: '127.0.0.1',
                port: sink.port,
                senderAddress: 'anna@shop.example',
                ...server
            },
            { id: 'in', type: 'imap-in', z: 'tab', account: 'inbox', folders: ['INBOX'], wires: [['to'], []] },
            {
                id: 'to',
                type: 'change',
                z: 'tab',
                rules: [{ t: 'set', p: 'to', pt: 'msg', to: 'ben@shop.example', tot: 'str' }],
                wires: [['out']]
            },
            { id: 'out', type: 'smtp-out', z: 'tab', account: 'outbox', attempts: 1, wires: [[], []] }
        ];
        runtime = await startRuntime({
            flows,
            credentials: { signin: { clientSecret: identity.clientSecret, refreshToken: '${MAIL_REFRESH_TOKEN}' } },
            env: { MAIL_REFRESH_TOKEN: await identity.refreshToken(REDIRECT) }
        });
    });
    after(async () => {
        await runtime?.stop();
        await sink?.stop();
        await dovecot?.stop();
        await identity?.stop();
    });

    async function account(id: string): Promise<Account | undefined> {
        const answer = (await runtime.get('/mailflow/health')) as HealthAnswer;
        answers.push(JSON.stringify(answer));
        return answer.accounts.find(candidate => candidate.id === id);
    }

    async function waitFor(id: string, state: string, code?: string): Promise<Account> {
        let found: Account | undefined;
        for (let attempt = 0; attempt < 400; attempt++) {
            found = await account(id);
            if (found?.state === state && (code === undefined || found.lastError?.code === code)) {
                return found;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        throw new Error(`${id} did not become ${state}: ${JSON.stringify(found)}`);
    }

    async function passOn(subject: string): Promise<void> {
        const count = sink.mails.length + 1;
        await dovecot.deliver(
            'anna',
            'INBOX',
            rawMail('From: ben@example.com', `Subject: ${subject}`, '', 'Hello', '')
        );
        await sink.waitForMails(count, 20_000);
    }

    it('need nobody: one refresh token from the environment serves IMAP and SMTP', async () => {
        await waitFor('inbox', 'ok');
        await passOn('first');
        assert.equal(sink.mails[0]?.user, 'anna');
        assert.deepEqual(identity.tokenRequests, ['refresh_token']);
    });

    it('go on after a restart with the token that has taken the place of the given one', async () => {
        await runtime.halt();
        // what is stored is worth nothing any more, and the refresh token of the environment was used up
        await identity.revoke(sink.tokens.at(-1) ?? '');
        await runtime.start();
        await waitFor('inbox', 'ok');
        await passOn('second');
        assert.deepEqual(identity.tokenRequests, ['refresh_token', 'refresh_token']);
    });

    it('renew a token that the SMTP server rejects, once, and send the mail', async () => {
        const [last = ''] = sink.tokens.slice(-1);
        sink.cut();
        await identity.revoke(last);
        await passOn('third');
        assert.equal(identity.tokenRequests.length, 3);
        assert.equal(sink.tokens.filter(token => token === last).length, 2);
    });

    it('are tested with their token', async () => {
        for (const [type, id] of [
            ['imap-account', 'inbox'],
            ['smtp-account', 'outbox']
        ]) {
            const answer = await runtime.request(`/mailflow/${type}/${id}/test`, { method: 'POST', body: '{}' });
            const text = await answer.text();
            answers.push(text);
            const lines = text
                .trim()
                .split('\n')
                .map(line => JSON.parse(line) as Record<string, unknown>);
            assert.deepEqual([lines[0]?.['step'], lines[0]?.['outcome']], ['token', 'passed'], text);
            assert.equal(lines.at(-1)?.['ok'], true, text);
        }
    });

    it('turn red when the consent is withdrawn, and ask no more', async () => {
        await identity.revokeAll();
        await dovecot.restart();
        sink.cut();
        const before = identity.tokenRequests.length;
        const inbox = await waitFor('inbox', 'failing', 'SIGN_IN_REQUIRED');
        assert.match(inbox.lastError?.remedy ?? '', /sign in again/);
        await waitFor('outbox', 'failing', 'SIGN_IN_REQUIRED');
        assert.equal(identity.tokenRequests.length, before + 1);
        for (let attempt = 0; attempt < 10; attempt++) {
            await runtime.request('/mailflow/health/inbox/look', { method: 'POST' });
            const answer = await runtime.request('/mailflow/smtp-account/outbox/test', { method: 'POST', body: '{}' });
            const text = await answer.text();
            answers.push(text);
            assert.match(text, /"step":"token","outcome":"failed".*SIGN_IN_REQUIRED/);
        }
        assert.equal(identity.tokenRequests.length, before + 1);
        await runtime.waitForLog(/Shop sign-in: sign-in failed: .* Open the sign-in \(mail-oauth\) and sign in again/);
    });

    it('come back by themselves when somebody signs in again', async () => {
        const started = (await (
            await runtime.request('/mailflow/mail-oauth/signin/sign-in', {
                method: 'POST',
                body: JSON.stringify({ redirectUri: REDIRECT })
            })
        ).json()) as StartedSignIn;
        assert.ok(started.flow === 'code');
        const url = await identity.signIn(started.authorizationUrl);
        const route = `/mailflow/mail-oauth/signin/sign-in/${started.session}`;
        const answer = await runtime.request(route, { method: 'POST', body: JSON.stringify({ url }) });
        assert.match(await answer.text(), /"signed-in"/);
        await waitFor('inbox', 'ok');
        await passOn('fourth');
    });

    it('never show a secret, in no answer, log or file', () => {
        assert.ok(identity.secrets.size > 8);
        // Node-RED encrypts at the next deploy what the test has put there in clear text
        const files = contentsBelow(runtime.userDir, name => !name.endsWith('flows_cred.json'));
        assert.ok(files.length > 3);
        const mails = sink.mails.map(mail => mail.raw.toString('latin1'));
        for (const text of [...answers, ...runtime.log, ...files, ...mails]) {
            for (const secret of identity.secrets) {
                assert.ok(!text.includes(secret), text.slice(0, 300));
            }
        }
    });

    it('share one renewal among twenty connections at once, and again when all are rejected', async () => {
        const folder = createTempFolder('tokens');
        try {
            const refreshToken = await identity.refreshToken(REDIRECT);
            const credentials = { clientSecret: identity.clientSecret, refreshToken };
            const settings = readOAuthSettings(identity.properties, credentials);
            const store = new TokenStore(folder.path, () => 'secret');
            const tokens = new OAuthTokens({ id: 'twenty', settings, store });
            const login = { user: 'anna', tokens: new AccountTokens('Shop', { user: '', find: () => tokens }) };
            const server = {
                label: 'Shop',
                host: dovecot.host,
                port: dovecot.imapsPort,
                security: 'tls' as const,
                tls: { rejectUnauthorized: false },
                login,
                folders: {}
            };
            for (const requests of [1, 2]) {
                const connections = await Promise.all(Array.from({ length: 20 }, () => ImapConnection.open(server)));
                assert.equal(identity.tokenRequests.length, requests);
                await Promise.all(connections.map(connection => connection.close()));
                await identity.revoke(await tokens.token());
            }
        } finally {
            folder.remove();
        }
    });
});
