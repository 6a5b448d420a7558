import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { listedTypes, loadEditor, readScript, readTemplate } from '../../support/editor-sandbox';

/** Saved flows hold these names, so none may ever change or disappear. */
const PROPERTIES: Record<string, string> = {
    'imap-account':
        'name address preset host port security tls verify auth oauth sent trash drafts junk archive rights ' +
        'connections tested',
    'smtp-account':
        'name preset host port security tls verify auth oauth senderName senderAddress sendAs signatureText signatureHtml ' +
        'messagesPerMinute messagesPerDay recipientsPerDay recipientsPerMessage maxSizeMB connections imap tested',
    'mail-oauth': 'name provider flow tenant clientId authorizeUrl tokenUrl deviceUrl scopes user',
    'imap-in':
        'name account folders push interval start startCount startDays senders search content attachments ' +
        'attachmentsDir maxSizeMB oversize ack timeout inFlight attempts afterSuccess afterSuccessValue ' +
        'afterFailure afterFailureValue store',
    'parse-inquiry': 'name profiles output',
    'filter-sender': 'name senders field mode authentication authservIds',
    'filter-automatic': 'name notices bulk',
    'mark-unseen': 'name',
    'flag-mail': 'name add remove',
    'ack-mail': 'name outcome reason reasonType',
    'move-mail': 'name action folder folderType create',
    'save-mail': 'name account folder folderType source flags create',
    'search-mail':
        'name account folder folderType search searchType limit content attachments attachmentsDir maxSizeMB',
    'strip-quote': 'name signature',
    'compose-mail':
        'name action to toType cc ccType bcc bccType subject subjectType text textType html htmlType quote attachments ' +
        'maxPerSender perSenderMinutes maxPerTarget perTargetMinutes',
    'fetch-mail': 'name content attachments attachmentsDir maxSizeMB',
    'smtp-out': 'name account to toType subject subjectType signature attempts attachmentsDir'
};
/** What a node does when it is dropped into a flow and only its account is set. */
const DEFAULTS: Record<string, Record<string, unknown>> = {
    'imap-account': {
        security: 'tls',
        verify: true,
        auth: 'password',
        rights: ['read', 'flag', 'move', 'delete', 'append'],
        connections: 5
    },
    'smtp-account': { security: 'tls', verify: true, auth: 'password', sendAs: [], connections: 2 },
    'mail-oauth': { provider: 'microsoft', flow: 'code', tenant: '', scopes: '' },
    'imap-in': {
        folders: [],
        push: true,
        interval: 300,
        start: 'new',
        startCount: 50,
        startDays: 90,
        senders: [],
        maxSizeMB: 25,
        oversize: 'headers',
        ack: 'flow',
        timeout: 600,
        inFlight: 10,
        attempts: 5,
        afterSuccess: 'none',
        afterFailure: 'none',
        store: ''
    },
    'parse-inquiry': { profiles: [], output: 'each' },
    'filter-sender': { senders: [], field: 'from', mode: 'allow', authentication: '', authservIds: [] },
    'filter-automatic': { notices: 'human', bulk: 'automatic' },
    'flag-mail': { add: [], remove: [] },
    'ack-mail': { outcome: 'success', reason: 'error.message', reasonType: 'msg' },
    'move-mail': { action: 'move', folder: '', folderType: 'str', create: false },
    'save-mail': { folder: '', folderType: 'str', source: 'original', flags: [], create: false },
    'search-mail': {
        folder: '',
        folderType: 'str',
        search: '{"seen": false}',
        searchType: 'json',
        limit: 100,
        content: 'text',
        attachments: 'none',
        attachmentsDir: '',
        maxSizeMB: 25
    },
    'strip-quote': { signature: true },
    'compose-mail': {
        action: 'reply',
        quote: true,
        attachments: false,
        maxPerSender: 20,
        perSenderMinutes: 120,
        maxPerTarget: 30,
        perTargetMinutes: 10
    },
    'fetch-mail': { content: 'text', attachments: 'none', attachmentsDir: '', maxSizeMB: 25 },
    'smtp-out': { signature: true, attempts: 5, attachmentsDir: '' }
};
const LOGIN = { user: { type: 'text' }, password: { type: 'password' } };
const CREDENTIALS: Record<string, object> = {
    'imap-account': LOGIN,
    'smtp-account': LOGIN,
    'mail-oauth': { clientSecret: { type: 'password' }, refreshToken: { type: 'password' } }
};
const PORTS: Record<string, [number, number]> = {
    'imap-in': [0, 2],
    'filter-sender': [1, 2],
    'parse-inquiry': [1, 2],
    'filter-automatic': [1, 2],
    'mark-unseen': [1, 1],
    'flag-mail': [1, 1],
    'ack-mail': [1, 0],
    'move-mail': [1, 1],
    'save-mail': [1, 1],
    'search-mail': [1, 1],
    'strip-quote': [1, 1],
    'compose-mail': [1, 2],
    'fetch-mail': [1, 1],
    'smtp-out': [1, 2]
};

const { definitions, text } = loadEditor();

/** Finds the definition in the text of a script and says which of its parts are not written out there. */
function unreadableParts(script: string, type: string): string[] {
    const source = ts.createSourceFile('script.js', script, ts.ScriptTarget.ES2020, true, ts.ScriptKind.JS);
    const statement = source.statements[0];
    const call = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (!call || !ts.isCallExpression(call) || call.expression.getText() !== 'RED.nodes.registerType') {
        return ['the call'];
    }
    const [name, definition] = call.arguments;
    if (!name || !ts.isStringLiteral(name) || name.text !== type) {
        return ['the type'];
    }
    if (!definition || !ts.isObjectLiteralExpression(definition)) {
        return ['the definition'];
    }
    return definition.properties.flatMap(property => {
        const key = property.name?.getText() ?? '...';
        const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
        switch (key) {
            case 'category':
            case 'color':
            case 'icon':
                return value && ts.isStringLiteral(value) ? [] : [key];
            case 'inputs':
            case 'outputs':
                return value && ts.isNumericLiteral(value) ? [] : [key];
            case 'defaults':
            case 'credentials':
                return value && ts.isObjectLiteralExpression(value) && value.properties.every(isWrittenOut)
                    ? []
                    : [key];
            default:
                return key === '...' ? [key] : [];
        }
    });
}

/** `name: { … }` without a spread. */
function isWrittenOut(property: ts.ObjectLiteralElementLike): boolean {
    return (
        ts.isPropertyAssignment(property) &&
        ts.isObjectLiteralExpression(property.initializer) &&
        property.initializer.properties.every(inner => ts.isPropertyAssignment(inner))
    );
}

describe('node definitions', () => {
    it('are those that package.json lists', () => {
        assert.deepEqual([...definitions.keys()].sort(), listedTypes().sort());
    });

    for (const [type, definition] of definitions) {
        describe(type, () => {
            it('saves exactly the properties of the contract', () => {
                assert.deepEqual(Object.keys(definition.defaults).sort(), PROPERTIES[type]?.split(' ').sort());
            });

            it('begins with the defaults of the contract', () => {
                for (const [property, value] of Object.entries(DEFAULTS[type] ?? {})) {
                    // a value from another context has another Array
                    assert.deepEqual(JSON.parse(JSON.stringify(definition.defaults[property]?.value)), value, property);
                }
            });

            it('can be read without running it, as the flow library does', () => {
                assert.deepEqual(unreadableParts(readScript(type), type), []);
            });

            it('keeps logins out of the flow file', () => {
                const credentials = definition.credentials && JSON.parse(JSON.stringify(definition.credentials));
                assert.deepEqual(credentials, CREDENTIALS[type]);
            });

            it('declares validators with the two parameters that a reason needs', () => {
                for (const [property, { validate }] of Object.entries(definition.defaults)) {
                    assert.ok(validate === undefined || validate.length === 2, property);
                }
            });

            it('builds no html from data', () => {
                assert.doesNotMatch(readScript(type), /\.html\(|innerHTML|\$\(\s*[`'"]</);
            });

            it('has a label for every field of its dialog', () => {
                const template = readTemplate(type);
                const fields = [
                    ...template.matchAll(/<(?:input type="(?!hidden)|select |textarea )[^>]*?id="([^"]+)"/g)
                ];
                for (const [, id] of fields) {
                    assert.ok(template.includes(`<label for="${id}">`), id);
                }
            });

            it('has a field for every property, except those that are lists, boxes or fixed', () => {
                const isConfig = definition.category === 'config';
                const template = readTemplate(type);
                for (const property of Object.keys(definition.defaults)) {
                    const [prefix, list] = isConfig
                        ? ['node-config-input', 'node-config']
                        : ['node-input', 'node-input'];
                    assert.ok(
                        template.includes(`id="${prefix}-${property}"`) ||
                            template.includes(`id="${list}-${property}-list"`) ||
                            ['ack', 'rights'].includes(property),
                        property
                    );
                }
            });

            if (definition.category !== 'config') {
                it('is in the palette with an icon, a colour and its ports', () => {
                    assert.equal(definition.category, 'mail');
                    assert.match(definition.color ?? '', /^#[0-9A-F]{6}$/i);
                    assert.ok(existsSync(join(__dirname, '..', '..', '..', 'icons', definition.icon ?? '')));
                    assert.deepEqual([definition.inputs, definition.outputs], PORTS[type]);
                });

                it('names its outputs when it has two', () => {
                    const context = { _: (key: string) => text(`@mailflow/node-red-mail/${type}:${key}`) };
                    const names = [0, 1].map(index => definition.outputLabels?.call(context, index));
                    assert.ok(definition.outputs !== 2 || (names[0] && names[1] && names[0] !== names[1]));
                });
            }

            it('is shown with its name, else with something that is not empty', () => {
                assert.equal(definition.label.call({ name: 'Inquiries' }), 'Inquiries');
                assert.notEqual(definition.label.call({ name: '' }), '');
            });
        });
    }
});
