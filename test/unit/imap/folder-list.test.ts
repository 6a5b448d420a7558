import assert from 'node:assert/strict';
import type { ListResponse } from 'imapflow';
import { folderEntries, MAX_FOLDERS } from '../../../src/imap/folder-list';

function folder(path: string, specialUse = '', flags: string[] = []): ListResponse {
    return { path, ...(specialUse ? { specialUse } : {}), flags: new Set(flags) } as ListResponse;
}

describe('folderEntries', () => {
    it('puts special folders first and the others by name', () => {
        const entries = folderEntries([
            folder('Zeta'),
            folder('Papierkorb', '\\Trash'),
            folder('Äpfel'),
            folder('inbox'),
            folder('Gesendet', '\\Sent')
        ]);
        assert.deepEqual(
            entries.map(({ path, use }) => `${path} ${use}`.trim()),
            ['inbox inbox', 'Gesendet sent', 'Papierkorb trash', 'Äpfel', 'Zeta']
        );
    });

    it('leaves out what holds no mail', () => {
        const entries = folderEntries([folder('[Gmail]', '', ['\\Noselect']), folder('Gone', '', ['\\NonExistent'])]);
        assert.deepEqual(entries, []);
    });

    it('is bounded, whatever the server lists', () => {
        const many = Array.from({ length: MAX_FOLDERS + 500 }, (_unused, index) => folder(`f${index}`));
        assert.equal(folderEntries(many).length, MAX_FOLDERS);
    });
});
