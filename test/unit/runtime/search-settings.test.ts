import assert from 'node:assert/strict';
import { readSearchSettings } from '../../../src/runtime/search-settings';

const JSON_SEARCH = { search: '{"seen": false}', searchType: 'json' };

describe('the settings of search-mail', () => {
    it('have a hundred mails of INBOX with their text by default', () => {
        const settings = readSearchSettings({ account: 'a1', ...JSON_SEARCH }, '/user');
        assert.deepEqual(settings, {
            account: 'a1',
            folder: null,
            search: { type: 'json', text: '{"seen": false}', field: 'Search of the node' },
            limit: 100,
            reader: {
                plan: { content: 'text', attachments: 'none', maxBytes: 25 * 1024 * 1024 },
                attachmentsDir: ''
            }
        });
    });

    it('take a search and a folder without a type for what they are', () => {
        const { search, folder } = readSearchSettings({ search: '{"seen": true}', folder: 'Sent' }, '/user');
        assert.deepEqual([search.type, folder?.type], ['json', 'str']);
    });

    it('put a relative folder for attachments into the user directory', () => {
        const saved = { ...JSON_SEARCH, attachments: 'file', attachmentsDir: 'mail' };
        assert.equal(readSearchSettings(saved, '/user').reader.attachmentsDir, '/user/mail');
    });

    for (const [saved, code] of [
        [{}, 'INVALID_SEARCH'],
        [{ search: '{}', searchType: 'json' }, 'INVALID_SEARCH'],
        [{ search: '{"seen"', searchType: 'json' }, 'INVALID_SEARCH'],
        [{ search: '{"from": ""}', searchType: 'json' }, 'INVALID_SEARCH'],
        [{ search: '{"or": []}', searchType: 'json' }, 'INVALID_SEARCH'],
        [{ search: 'x', searchType: 'num' }, 'INVALID_PROPERTY'],
        [{ ...JSON_SEARCH, limit: 0 }, 'INVALID_PROPERTY'],
        [{ ...JSON_SEARCH, limit: 1.5 }, 'INVALID_PROPERTY'],
        [{ ...JSON_SEARCH, limit: 'all' }, 'INVALID_PROPERTY'],
        [{ ...JSON_SEARCH, attachments: 'file' }, 'INVALID_PROPERTY'],
        [{ ...JSON_SEARCH, folder: '${NOT_SET_HERE}' }, 'ENV_MISSING']
    ] as const) {
        it(`refuse ${JSON.stringify(saved)}`, () => assert.throws(() => readSearchSettings(saved, '/user'), { code }));
    }
});
