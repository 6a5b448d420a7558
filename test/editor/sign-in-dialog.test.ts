import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { EditorPage } from '../support/editor-page';
import { EditorSuite, savedNode } from '../support/editor-suite';
import type { Values } from '../support/editor-sandbox';
import { selectedVersion } from '../support/node-red-version';
import { flawsOf } from '../support/visible-flaws';

const TAB = { id: 'tab1', type: 'tab', label: 'Mail' };
const INTAKE = { id: 'n1', account: 'a1', z: 'tab1', x: 300, y: 100, wires: [[], []] };
/** Version 4 has no dark theme of its own. */
const THEMES = selectedVersion() === '4' ? [false] : [false, true];
const STATE_TEXTS = '.mailflow-form :is(.mailflow-oauth-state, .mailflow-waiting) :is(div, p, label, a, input):visible';

function flow(signIn: Values = {}, account: Values = {}) {
    return [
        TAB,
        savedNode('mail-oauth', { id: 'o1', name: 'Tenant', clientId: 'app', user: 'anna@example.com', ...signIn }),
        savedNode('imap-account', { id: 'a1', host: 'imap.example.com', auth: 'oauth2', oauth: 'o1', ...account }),
        savedNode('imap-in', INTAKE)
    ];
}

/** Properties that the dialog shows a field for. */
async function shown(page: Page): Promise<string[]> {
    const fields = page.locator('.mailflow-form .form-row > :is(input, select):visible');
    const ids = await fields.evaluateAll(elements => elements.map(element => element.id));
    return ids.map(id => id.replace(/^node-config-(input|mailflow)-/, ''));
}

async function openSignIn(editor: EditorPage): Promise<Page> {
    await editor.openNode('imap in');
    await editor.openAccount('edit');
    await editor.openSignIn('edit');
    return editor.page;
}

/** Puts words into the mouth of the runtime, for what no provider on this machine says. */
async function answerWith(page: Page, stored: object, started: object, followed: object): Promise<void> {
    await page.route('**/mailflow/mail-oauth/**', route => {
        const path = new URL(route.request().url()).pathname;
        const json = path.endsWith('/sign-in') ? started : path.includes('/sign-in/') ? followed : stored;
        return route.fulfill({ json });
    });
}

describe('the dialog of a sign-in', function () {
    this.timeout(90_000);
    const suite = EditorSuite.use();

    it('shows what provider and way need, and offers only ways that exist there', async () => {
        const page = await openSignIn(await suite.open(flow()));
        const choose = (property: string, value: string) =>
            page.locator(`#node-config-input-${property}`).selectOption(value);
        const ways = () =>
            page
                .locator('#node-config-input-flow option')
                .evaluateAll(all => all.map(o => (o as HTMLOptionElement).value));
        const always = ['name', 'provider', 'flow'];
        const app = ['clientId', 'clientSecret'];
        assert.deepEqual(await shown(page), [...always, 'tenant', ...app, 'user', 'return']);
        await choose('flow', 'device');
        assert.deepEqual(await shown(page), [...always, 'tenant', ...app, 'user']);
        await choose('provider', 'google');
        assert.deepEqual(await ways(), ['code']);
        assert.deepEqual(await shown(page), [...always, ...app, 'user', 'return']);
        await choose('provider', 'custom');
        assert.deepEqual(await ways(), ['code', 'device', 'client']);
        assert.deepEqual(await shown(page), [...always, ...app, 'authorizeUrl', 'tokenUrl', 'user', 'return']);
        await choose('flow', 'device');
        assert.deepEqual(await shown(page), [...always, ...app, 'deviceUrl', 'tokenUrl', 'user']);
        await choose('flow', 'client');
        assert.deepEqual(await shown(page), [...always, ...app, 'tokenUrl', 'user']);
        assert.equal(await page.getByRole('button', { name: 'Fetch a token' }).isVisible(), true);
    });

    it('keeps variables and ways of a later version when it is opened and closed', async () => {
        for (const own of [
            { provider: '${PROVIDER}', flow: '${FLOW}', tenant: '${TENANT}', clientId: '${CLIENT}' },
            { provider: 'microsoft', flow: 'way-of-tomorrow' }
        ]) {
            const editor = await suite.open(flow(own));
            const before = await suite.flows();
            const page = await openSignIn(editor);
            await page.locator('#node-config-input-name').fill('renamed');
            await editor.leaveSignIn('ok');
            await editor.accountDone();
            await editor.done();
            await editor.deploy(true);
            const [now, then] = [await suite.flows(), before].map(all => all.find(({ id }) => id === 'o1'));
            assert.deepEqual(now, { ...then, name: 'renamed' });
        }
    });

    it('shows the address to return to, and copies it', async () => {
        const page = await openSignIn(await suite.open(flow()));
        const address = `${suite.runtime.url}/mailflow/mail-oauth/callback`;
        assert.equal(await page.getByLabel('Redirect URI', { exact: true }).inputValue(), address);
        assert.equal(await page.locator('.mailflow-not-reached').count(), 0);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.getByRole('button', { name: 'Copy: Redirect URI' }).click();
        await page.getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
    });

    it('says that somebody else has signed in, and that a sign-in belongs to its app', async () => {
        const editor = await suite.open(flow());
        const stored = { state: 'signed-in', user: 'ben@example.com', expiresAt: null, scopes: '', error: null };
        await answerWith(editor.page, stored, {}, {});
        const page = await openSignIn(editor);
        await page.getByText('Signed in as ben@example.com').waitFor();
        await page.getByText('This is not the mailbox anna@example.com').waitFor();
        const changed = page.getByText('The settings have changed since');
        assert.equal(await changed.isVisible(), false);
        await page.locator('#node-config-input-clientId').fill('another app');
        assert.equal(await changed.isVisible(), true);
    });

    it('says so when the user of the editor may not sign in', async () => {
        const editor = await suite.open(flow());
        await editor.page.route('**/mailflow/mail-oauth/**', route =>
            route.fulfill({ status: 401, body: 'Unauthorized' })
        );
        const page = await openSignIn(editor);
        await page.getByText('has no permission for this').waitFor();
    });

    it('opens no address that is no page', async () => {
        const editor = await suite.open(flow());
        const stored = { state: 'signed-out', user: '', expiresAt: null, scopes: '', error: null };
        await answerWith(
            editor.page,
            stored,
            { session: 's', flow: 'code', authorizationUrl: 'javascript:alert(1)' },
            {}
        );
        const page = await openSignIn(editor);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await page.getByText('The sign-in failed.').waitFor();
        assert.equal(await page.locator('a[href^="javascript:alert"]').count(), 0);
    });

    it('explains in German what Microsoft says in numbers', async () => {
        const editor = await suite.open(flow(), { language: 'de-DE' });
        const error = {
            code: 'CLIENT_REJECTED',
            problem: 'the client secret has expired',
            remedy: 'Make a new one.',
            response: 'invalid_client: AADSTS7000222: The provided client secret keys are expired.'
        };
        await answerWith(editor.page, { state: 'rejected', user: '', expiresAt: null, scopes: '', error }, {}, {});
        const page = await openSignIn(editor);
        await page.getByText('Der geheime Clientschlüssel ist abgelaufen.').waitFor();
        await page.getByText(/In der App-Registrierung einen neuen anlegen/).waitFor();
        await page.getByText(/Der Server sagte: invalid_client: AADSTS7000222/).waitFor();
    });

    for (const language of ['en-US', 'de-DE'] as const) {
        for (const dark of THEMES) {
            it(`is legible while it waits: ${language}, ${dark ? 'dark' : 'light'}`, async () => {
                const tag = `${selectedVersion()}-${language}-${dark ? 'dark' : 'light'}`;
                const stored = {
                    state: 'signed-in',
                    user: 'ben@example.com',
                    expiresAt: Date.now(),
                    scopes: 'mail',
                    error: null
                };
                const device = {
                    session: 's',
                    flow: 'device',
                    userCode: 'WDJB-MJHT',
                    verificationUri: 'https://login.example.com/device',
                    expiresAt: new Date(Date.now() + 900_000).toISOString()
                };
                const code = { session: 's', flow: 'code', authorizationUrl: 'https://login.example.com/authorize' };
                const flaws: string[] = [];
                for (const answer of [device, code]) {
                    const editor = await suite.open(flow({ flow: answer.flow }), { language, dark });
                    await answerWith(editor.page, stored, answer, { state: 'waiting', user: '', error: null });
                    const page = await openSignIn(editor);
                    await page.locator('.mailflow-signed-in').waitFor();
                    flaws.push(...(await flawsOf(editor, STATE_TEXTS)));
                    await editor.screenshot(`${tag}-sign-in-${answer.flow}-done`);
                    await page.locator('#node-config-mailflow-sign-in').click();
                    await page.locator('.mailflow-waiting p').first().waitFor();
                    flaws.push(...(await flawsOf(editor, STATE_TEXTS)));
                    await editor.screenshot(`${tag}-sign-in-${answer.flow}`);
                }
                assert.deepEqual(flaws, []);
            });
        }
    }
});

describe('an account that signs in by OAuth2', function () {
    this.timeout(60_000);
    const suite = EditorSuite.use();

    it('does so where the provider accepts nothing else, and takes that back for another one', async () => {
        const editor = await suite.open(flow({}, { auth: 'password', oauth: '' }));
        const { page } = editor;
        await editor.openNode('imap in');
        await editor.openAccount('edit');
        const field = (name: string) => page.locator(`#node-config-input-${name}`);
        const isShown = async (name: string) => field(name).isVisible();
        assert.deepEqual([await isShown('password'), await isShown('oauth')], [true, false]);
        await field('preset').selectOption('microsoft365');
        assert.equal(await field('auth').inputValue(), 'oauth2');
        assert.deepEqual(
            [await isShown('password'), await isShown('oauth'), await isShown('user')],
            [false, true, true]
        );
        // nothing is chosen yet, which the account cannot do without
        await page.locator('#node-config-input-oauth.input-error').waitFor();
        await field('oauth').selectOption('o1');
        await page.locator('#node-config-input-oauth:not(.input-error)').waitFor();
        await field('preset').selectOption('gmx');
        assert.equal(await field('auth').inputValue(), 'password');
        assert.deepEqual([await isShown('password'), await isShown('oauth')], [true, false]);
        await field('auth').selectOption('oauth2');
        await field('preset').selectOption('gmail');
        assert.equal(await field('auth').inputValue(), 'oauth2');
    });

    it('comes from a list with the name of its sign-in', async () => {
        const editor = await suite.open(flow());
        const { page } = editor;
        await page.evaluate(() =>
            (window as unknown as { RED: { sidebar: { show(id: string): void } } }).RED.sidebar.show('mailflow')
        );
        await page.getByText('Take over a list of accounts').click();
        await page
            .locator('.mailflow-import textarea')
            .fill('type,address,oauth\nimap,info@outlook.de,Tenant\nimap,ben@outlook.de,nobody');
        await page.getByRole('button', { name: 'Preview' }).click();
        await page.getByText('1 accounts can be created, 1 cannot.').waitFor();
        await page.getByText('the column oauth must name a mail-oauth node').waitFor();
        await page.getByRole('button', { name: 'Create accounts' }).click();
        await page.locator('.mailflow-account', { hasText: 'is not deployed' }).waitFor();
        await editor.deploy(true);
        const account = (await suite.flows()).find(({ address }) => address === 'info@outlook.de') ?? {};
        assert.deepEqual(
            [account['auth'], account['oauth'], account['host']],
            ['oauth2', 'o1', 'outlook.office365.com']
        );
    });
});
