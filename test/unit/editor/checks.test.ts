import assert from 'node:assert/strict';
import { loadEditor, type Values } from '../../support/editor-sandbox';

const english = loadEditor('en-US');
const german = loadEditor('de');

/** Runs a validator as the editor does on import: no dialog is open, `this` is the node. */
function judge(type: string, property: string, value: unknown, node: Values = {}, editor = english): unknown {
    const definition = editor.definitions.get(type)?.defaults[property];
    const self = { id: 'n1', type, _def: editor.definitions.get(type), ...node, [property]: value };
    return definition?.validate?.call(self, value, definition.label === undefined ? {} : { label: definition.label });
}

function assertReason(reason: unknown, pattern: RegExp): void {
    assert.equal(typeof reason, 'string', `accepted, but expected ${pattern}`);
    assert.match(reason as string, pattern);
}

describe('validators', () => {
    it('accept the default of every property, except what a user has to enter', () => {
        for (const [type, { defaults }] of english.definitions) {
            const node = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
            const refused = Object.keys(defaults).filter(
                name => typeof judge(type, name, node[name], node) === 'string'
            );
            const expected: Record<string, string[]> = {
                'imap-account': ['host', 'tested'],
                'smtp-account': ['host', 'tested'],
                'mail-oauth': ['clientId'],
                'filter-sender': ['senders'],
                'compose-mail': ['text'],
                'flag-mail': ['add'],
                'move-mail': ['folder'],
                'save-mail': ['folder']
            };
            assert.deepEqual(refused, expected[type] ?? [], type);
        }
    });

    it('judge a folder by its name when it stands in the node, and not when it comes from the message', () => {
        const typed = (folderType: string): object => ({ action: 'move', folderType });
        assertReason(judge('move-mail', 'folder', '', { ...typed('str') }), /a value is missing/);
        assertReason(judge('save-mail', 'folder', 'a\tb', { ...typed('str') }), /no control characters/);
        assert.equal(judge('move-mail', 'folder', 'payload.x', { ...typed('msg') }), true);
        assert.equal(judge('move-mail', 'folder', '', { action: 'trash', folderType: 'str' }), true);
    });

    it('ask search-mail for conditions, and look at those that stand in the node', () => {
        assertReason(judge('search-mail', 'search', '', { searchType: 'msg' }), /a value is missing/);
        assertReason(judge('search-mail', 'search', '{"unread": true}', { searchType: 'json' }), /is not known/);
        assert.equal(judge('search-mail', 'search', 'query', { searchType: 'msg' }), true);
    });

    it('accept an environment variable everywhere, for a list also in place of one entry', () => {
        const node = { attachments: 'file', afterSuccess: 'move', afterFailure: 'keyword' };
        for (const [type, { defaults }] of english.definitions) {
            for (const property of Object.keys(defaults)) {
                assert.ok([true, undefined].includes(judge(type, property, '${VALUE}', node) as boolean), property);
            }
        }
        assert.equal(judge('imap-in', 'senders', ['${A}', '*@example.com']), true);
        assert.equal(judge('filter-sender', 'senders', ['${A}']), true);
        assert.equal(judge('imap-in', 'folders', ['${FOLDER}']), true);
    });

    it('accept what is missing in a flow saved by an earlier version', () => {
        for (const property of ['port', 'connections', 'address']) {
            assert.equal(judge('imap-account', property, undefined), true, property);
        }
        for (const property of ['folders', 'senders', 'search', 'interval', 'timeout', 'afterSuccessValue']) {
            assert.equal(judge('imap-in', property, undefined), true, property);
        }
    });

    it('name the field and the range of a number', () => {
        for (const port of ['abc', '0', 70000, '1e9', -1, NaN]) {
            assertReason(judge('imap-account', 'port', port), /^Port: .* 1 .* 65535/);
        }
        assert.equal(judge('imap-account', 'port', '993'), true);
        assertReason(judge('imap-in', 'interval', '0'), /^Look every \(s\)/);
        assertReason(judge('imap-in', 'maxSizeMB', 'much'), /^Up to \(MB\)/);
        assert.equal(judge('smtp-account', 'messagesPerDay', ''), true);
        assertReason(judge('smtp-account', 'messagesPerDay', '-1'), /^Messages a day/);
    });

    it('want a host without scheme, port, path and blanks', () => {
        for (const host of ['imap.example.com', 'localhost', '192.0.2.1', '2001:db8::1', ' imap.example.com ']) {
            assert.equal(judge('imap-account', 'host', host), true, host);
        }
        for (const host of ['https://imap.example.com', 'imap.example.com:993', 'a b', 'user@host', 'imap/x']) {
            assertReason(judge('imap-account', 'host', host), /^Server: only the name/);
        }
        assertReason(judge('smtp-account', 'host', ''), /^Server: a value is missing/);
    });

    it('want one address or none', () => {
        assert.equal(judge('imap-account', 'address', ''), true);
        assert.equal(judge('smtp-account', 'senderAddress', 'info@example.com'), true);
        for (const address of ['info', 'a@b@c.example', 'a@example.com, b@example.com', 'A <a@example.com>']) {
            assertReason(judge('smtp-account', 'senderAddress', address), /^Sender address: an address/);
        }
    });

    it('name the wrong entry of a list and what is wrong with it', () => {
        assert.equal(judge('imap-in', 'senders', ['*@example.com']), true);
        assertReason(judge('imap-in', 'senders', ['*@example.com', 'machineseeker.com']), /^Senders, entry 2: the @/);
        assertReason(judge('smtp-account', 'sendAs', ['*@*']), /^May also send as, entry 1: in the domain/);
        assertReason(judge('imap-in', 'folders', ['a\u0000']), /^Folders, entry 1: .* control/);
    });

    it('take no senders for every sender in imap-in and for a mistake in filter-sender', () => {
        assert.equal(judge('imap-in', 'senders', []), true);
        assertReason(judge('filter-sender', 'senders', []), /^Senders: at least one/);
        assertReason(judge('filter-sender', 'senders', ['x']), /^Senders, entry 1/);
    });

    it('want a folder when attachments are saved as files, and only then', () => {
        assert.equal(judge('imap-in', 'attachmentsDir', '', { attachments: 'buffer' }), true);
        assertReason(judge('imap-in', 'attachmentsDir', '', { attachments: 'file' }), /^Save in: a value is missing/);
        assert.equal(judge('imap-in', 'attachmentsDir', '/data', { attachments: 'file' }), true);
    });

    it('want the keyword or folder that the action needs, and only then', () => {
        assert.equal(judge('imap-in', 'afterSuccessValue', '', { afterSuccess: 'trash' }), true);
        assertReason(judge('imap-in', 'afterSuccessValue', '', { afterSuccess: 'move' }), /a value is missing/);
        assertReason(judge('imap-in', 'afterFailureValue', 'a b', { afterFailure: 'keyword' }), /no blanks/);
        assert.equal(judge('imap-in', 'afterFailureValue', 'a b', { afterFailure: 'move' }), true);
    });

    it('want a JSON object with known conditions for a search', () => {
        assert.equal(judge('imap-in', 'search', '{"seen": false}'), true);
        assertReason(judge('imap-in', 'search', '{seen: false}'), /a JSON object/);
        assertReason(judge('imap-in', 'search', '[]'), /a JSON object/);
        assertReason(judge('imap-in', 'search', '{"unseen": true}'), /not known; there are seen, /);
    });

    it('want flags to be changed, each in one direction', () => {
        assertReason(judge('flag-mail', 'add', [], { remove: [] }), /nothing to add/);
        assert.equal(judge('flag-mail', 'add', [], { remove: ['\\Seen'] }), true);
        assertReason(judge('flag-mail', 'add', ['$done'], { remove: ['$Done'] }), /at once/);
        assertReason(judge('flag-mail', 'remove', ['two words']), /^Remove, entry 1/);
    });

    it('want a server whose word counts where a pass is required, and its id as servers write it', () => {
        const required = { authentication: 'require' };
        assertReason(judge('filter-sender', 'authservIds', [], required), /^Trusted servers: at least one/);
        for (const authentication of ['', 'prefer', 'off', undefined]) {
            assert.equal(judge('filter-sender', 'authservIds', [], { authentication }), true);
        }
        assert.equal(judge('filter-sender', 'authservIds', ['mx.google.com', 'microsoft365'], required), true);
        for (const id of ['two words', 'mx.example; dmarc=pass', '"mx"', '(mx)', 'x'.repeat(254)]) {
            assertReason(
                judge('filter-sender', 'authservIds', [id]),
                /^Trusted servers, entry 1: an id is what stands/
            );
        }
    });

    it('want a sign-in where an account has chosen OAuth2, and only there', () => {
        for (const type of ['imap-account', 'smtp-account']) {
            assertReason(judge(type, 'oauth', '', { auth: 'oauth2' }), /^Sign-in: a value is missing/);
            assertReason(judge(type, 'oauth', '_ADD_', { auth: 'oauth2' }), /a value is missing/);
            assertReason(judge(type, 'oauth', 'not in the editor', { auth: 'oauth2' }), /a value is missing/);
            english.nodes.set('o1', { id: 'o1', type: 'mail-oauth' });
            assert.equal(judge(type, 'oauth', 'o1', { auth: 'oauth2' }), true);
            assert.equal(judge(type, 'oauth', '', { auth: 'password' }), true);
        }
    });

    it('want a way to sign in that the provider has for mail', () => {
        for (const flow of ['device', 'client', 'password']) {
            assertReason(judge('mail-oauth', 'flow', flow, { provider: 'google' }), /^Way to sign in: this provider/);
        }
        for (const provider of ['microsoft', 'custom', '${PROVIDER}']) {
            assert.equal(judge('mail-oauth', 'flow', 'device', { provider }), true, provider);
        }
    });

    it('want the tenant of an app without a user, and one that is a name', () => {
        const microsoft = (flow: string) => ({ provider: 'microsoft', flow });
        for (const tenant of ['', 'common', 'Organizations', 'consumers']) {
            assertReason(judge('mail-oauth', 'tenant', tenant, microsoft('client')), /^Tenant: app-only access needs/);
            assert.equal(judge('mail-oauth', 'tenant', tenant, microsoft('device')), true, tenant);
        }
        assert.equal(judge('mail-oauth', 'tenant', 'example.onmicrosoft.com', microsoft('client')), true);
        for (const tenant of ['a/b', 'https://example.com', 'two words', 'x?y']) {
            assertReason(judge('mail-oauth', 'tenant', tenant, microsoft('code')), /^Tenant: common, /);
        }
        assert.equal(judge('mail-oauth', 'tenant', '', { provider: 'custom', flow: 'client' }), true);
    });

    it("want the addresses that a provider of one's own needs, encrypted outside this machine", () => {
        const custom = (flow: string) => ({ provider: 'custom', flow });
        for (const [property, flow] of [
            ['authorizeUrl', 'code'],
            ['deviceUrl', 'device'],
            ['tokenUrl', 'client']
        ] as const) {
            assertReason(judge('mail-oauth', property, '', custom(flow)), /a value is missing/);
            assert.equal(judge('mail-oauth', property, 'https://login.example.com/x', custom(flow)), true);
            for (const local of ['http://localhost:8080/x', 'http://127.0.0.1/x', 'http://[::1]:1/x']) {
                assert.equal(judge('mail-oauth', property, local, custom(flow)), true, local);
            }
            for (const wrong of [
                'http://login.example.com/x',
                'login.example.com',
                'javascript:alert(1)',
                'x y',
                'https://a:b@c.example/'
            ]) {
                assertReason(judge('mail-oauth', property, wrong, custom(flow)), /begins with https:/);
            }
            assert.equal(judge('mail-oauth', property, '', { provider: 'microsoft', flow }), true);
        }
        assert.equal(judge('mail-oauth', 'authorizeUrl', '', custom('device')), true);
        assert.equal(judge('mail-oauth', 'deviceUrl', '', custom('code')), true);
    });

    it('answer in the language of the editor', () => {
        assertReason(judge('imap-in', 'senders', ['x'], {}, german), /^Absender, Eintrag 1: Das @ fehlt/);
    });

    it('never repeat a value, which the editor would put into the page as html', () => {
        const evil = '<img src=x onerror=alert(1)>';
        for (const [type, { defaults }] of english.definitions) {
            for (const property of Object.keys(defaults)) {
                for (const value of [evil, [evil], `{"${evil}": 1}`]) {
                    const reason = judge(type, property, value, { attachments: 'file', afterSuccess: 'keyword' });
                    assert.ok(!String(reason).includes('<'), `${type}.${property}: ${String(reason)}`);
                }
            }
        }
    });
});
