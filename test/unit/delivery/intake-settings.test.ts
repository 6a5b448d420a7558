import assert from 'node:assert/strict';
import { readIntakeSettings } from '../../../src/delivery/intake-settings';

const USER_DIR = '/var/lib/node-red';
const MB = 1024 * 1024;

describe('the settings of imap-in', () => {
    it('are those of the design when nothing is set', () => {
        const { rule, ...settings } = readIntakeSettings({}, USER_DIR);
        assert.deepEqual(settings, {
            folders: ['INBOX'],
            push: true,
            intervalMs: 300_000,
            start: { mode: 'new', count: 50, days: 90 },
            plan: { content: 'text', maxBytes: 25 * MB, attachments: 'none' },
            oversize: 'headers',
            attachmentsDir: '',
            ack: 'flow',
            timeoutMs: 600_000,
            inFlight: 10,
            attempts: 5,
            afterSuccess: { kind: 'none', value: '' },
            afterFailure: { kind: 'none', value: '' },
            store: ''
        });
        assert.deepEqual([rule.senders.isEmpty, rule.search], [true, null]);
    });

    it('are read as saved', () => {
        const { rule, ...settings } = readIntakeSettings(
            {
                folders: ['INBOX', 'Orders'],
                push: false,
                interval: 60,
                start: 'last',
                startCount: 10,
                startDays: 7.5,
                senders: ['*@channel.shop.example'],
                search: '{"seen": false}',
                content: 'full',
                attachments: 'file',
                attachmentsDir: '/srv/mail',
                maxSizeMB: 0.5,
                oversize: 'skip',
                ack: 'node',
                timeout: 5,
                inFlight: 1,
                attempts: 2,
                afterSuccess: 'move',
                afterSuccessValue: 'Done',
                afterFailure: 'keyword',
                afterFailureValue: 'Failed',
                store: 'shared'
            },
            USER_DIR
        );
        assert.deepEqual(settings, {
            folders: ['INBOX', 'Orders'],
            push: false,
            intervalMs: 60_000,
            start: { mode: 'last', count: 10, days: 7.5 },
            plan: { content: 'full', maxBytes: MB / 2, attachments: 'file' },
            oversize: 'skip',
            attachmentsDir: '/srv/mail',
            ack: 'node',
            timeoutMs: 5000,
            inFlight: 1,
            attempts: 2,
            afterSuccess: { kind: 'move', value: 'Done' },
            afterFailure: { kind: 'keyword', value: 'Failed' },
            store: 'shared'
        });
        assert.deepEqual([rule.senders.isEmpty, rule.search], [false, { seen: false }]);
    });

    it('may all come as text from the environment', () => {
        const settings = readIntakeSettings(
            {
                folders: 'INBOX, [Gmail]/Spam',
                push: 'false',
                interval: '60',
                startCount: '10',
                senders: '["*@a.example", "*@b.example"]',
                maxSizeMB: '1.5',
                inFlight: '3',
                attempts: '4',
                timeout: '30'
            },
            USER_DIR
        );
        assert.deepEqual(settings.folders, ['INBOX', '[Gmail]/Spam']);
        assert.deepEqual([settings.push, settings.intervalMs, settings.start.count], [false, 60_000, 10]);
        assert.deepEqual([settings.plan.maxBytes, settings.inFlight, settings.attempts], [1.5 * MB, 3, 4]);
        assert.equal(settings.timeoutMs, 30_000);
        assert.equal(settings.rule.senders.isEmpty, false);
    });

    it('take a search that is an object', () => {
        assert.deepEqual(readIntakeSettings({ search: { seen: true } }, USER_DIR).rule.search, { seen: true });
        assert.equal(readIntakeSettings({ search: null }, USER_DIR).rule.search, null);
    });

    it('name each folder once', () => {
        assert.deepEqual(readIntakeSettings({ folders: ['A', 'B', 'A'] }, USER_DIR).folders, ['A', 'B']);
    });

    // Two watchers with a ledger each would deliver each mail twice
    it('know INBOX in every spelling as one folder', () => {
        assert.deepEqual(readIntakeSettings({ folders: ['Inbox', 'INBOX', 'inbox'] }, USER_DIR).folders, ['INBOX']);
    });

    it('leave the spelling of other folders alone', () => {
        assert.deepEqual(readIntakeSettings({ folders: ['INBOX/Sub', 'inboxes'] }, USER_DIR).folders, [
            'INBOX/Sub',
            'inboxes'
        ]);
    });

    it('put a relative folder for attachments below the user directory', () => {
        const saved = { attachments: 'file', attachmentsDir: 'mail/files' };
        assert.equal(readIntakeSettings(saved, USER_DIR).attachmentsDir, '/var/lib/node-red/mail/files');
    });

    it('ignore the folder when no files are written', () => {
        const saved = { attachments: 'buffer', attachmentsDir: '/srv/mail' };
        assert.equal(readIntakeSettings(saved, USER_DIR).attachmentsDir, '');
    });

    describe('are refused with', () => {
        const property = 'INVALID_PROPERTY';
        const cases: Array<[string, Record<string, unknown>, string, RegExp]> = [
            ['no interval', { interval: 0 }, property, /"interval" must be a number from 1 to 86400/],
            ['an interval above a day', { interval: 86_401 }, property, /"interval"/],
            ['another start', { start: 'today' }, property, /"start" must be one of new, last, days, all/],
            ['half a mail', { startCount: 1.5 }, property, /"startCount" must be a whole number/],
            ['a negative count', { startCount: -1 }, property, /"startCount"/],
            ['negative days', { startDays: -1 }, property, /"startDays"/],
            ['another content', { content: 'body' }, property, /"content" must be one of text, headers, full/],
            ['other attachments', { attachments: 'disk' }, property, /"attachments" must be one of/],
            ['files but no folder', { attachments: 'file', attachmentsDir: ' ' }, property, /no folder is named/],
            ['no size', { maxSizeMB: 0 }, property, /"maxSizeMB"/],
            ['another oversize', { oversize: 'drop' }, property, /"oversize" must be one of headers, skip/],
            ['another way to settle', { ack: 'auto' }, property, /"ack" must be one of flow, node, emit/],
            ['no time for the flow', { timeout: 0 }, property, /"timeout"/],
            ['nothing in flight', { inFlight: 0 }, property, /"inFlight"/],
            // this one took mails by halves, and so for ever none
            ['one and a half mails in flight', { inFlight: '1.5' }, property, /"inFlight" must be a whole number/],
            ['no attempt', { attempts: 0 }, property, /"attempts"/],
            ['half an attempt', { attempts: 2.5 }, property, /"attempts" must be a whole number/],
            ['another action', { afterSuccess: 'archive' }, property, /"afterSuccess" must be one of none, seen/],
            ['another action after a failure', { afterFailure: 'x' }, property, /"afterFailure" must be one of/],
            ['push that is neither true nor false', { push: 'perhaps' }, property, /"push" must be true or false/],
            ['a search that is none', { search: '{"from": ""}' }, 'INVALID_SEARCH', /search\.from/],
            ['a sender that is none', { senders: ['not a sender @@'] }, 'INVALID_PATTERN', /not a sender @@/],
            ['a variable that is not set', { interval: '${INTERVAL}' }, 'ENV_MISSING', /INTERVAL/],
            ['a folder from a variable that is not set', { folders: ['${FOLDER}'] }, 'ENV_MISSING', /FOLDER/]
        ];
        for (const [what, saved, code, message] of cases) {
            it(what, () => {
                assert.throws(() => readIntakeSettings(saved, USER_DIR), { code, kind: 'configuration', message });
            });
        }
    });
});
