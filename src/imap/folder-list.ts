import type { ListResponse } from 'imapflow';
import type { ImapConnection, SpecialUse } from './connection';

/** A folder of the server, for people to choose from. */
export interface FolderEntry {
    /** As every command wants it. */
    path: string;
    use: SpecialUse | 'inbox' | 'all' | 'flagged' | '';
}

/** More help nobody to choose, and each is a line in a list. */
export const MAX_FOLDERS = 2_000;
const USES: Readonly<Record<string, FolderEntry['use']>> = {
    '\\Inbox': 'inbox',
    '\\Sent': 'sent',
    '\\Drafts': 'drafts',
    '\\Archive': 'archive',
    '\\Junk': 'junk',
    '\\Trash': 'trash',
    '\\All': 'all',
    '\\Flagged': 'flagged'
};
const ORDER = Object.values(USES);

/** The folders that hold mail: special ones first, the others by name. Throws MailError. */
export async function listFolders(connection: ImapConnection): Promise<FolderEntry[]> {
    return folderEntries(await connection.command('list', client => client.list()));
}

export function folderEntries(folders: readonly ListResponse[]): FolderEntry[] {
    return folders
        .filter(folder => !folder.flags.has('\\Noselect') && !folder.flags.has('\\NonExistent'))
        .slice(0, MAX_FOLDERS)
        .map(folder => ({ path: folder.path, use: useOf(folder) }))
        .sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
}

function useOf(folder: ListResponse): FolderEntry['use'] {
    // RFC 9051 section 5.1: INBOX means the same in every spelling
    return folder.path.toUpperCase() === 'INBOX' ? 'inbox' : (USES[folder.specialUse ?? ''] ?? '');
}

function rank(entry: FolderEntry): number {
    return entry.use === '' ? ORDER.length : ORDER.indexOf(entry.use);
}
