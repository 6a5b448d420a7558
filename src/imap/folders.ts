import type { ListResponse } from 'imapflow';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ImapConnection, SpecialFolders, SpecialUse } from './connection';
import { isBusy } from './errors';

const SPECIAL_USE_FLAGS: Record<SpecialUse, string> = {
    sent: '\\Sent',
    trash: '\\Trash',
    drafts: '\\Drafts',
    junk: '\\Junk',
    archive: '\\Archive'
};
const SPECIAL_USES = Object.keys(SPECIAL_USE_FLAGS) as SpecialUse[];
/** More names than this help nobody in an error message. */
const MAX_SUGGESTIONS = 3;

/**
 * Finds the folder for a special use: the one named in the account, else the server's SPECIAL-USE flag, else the
 * names that imapflow knows in many languages.
 *
 * @throws MailError FOLDER_MISSING when there is none.
 */
export async function findSpecialFolder(
    connection: ImapConnection,
    use: SpecialUse,
    named: SpecialFolders
): Promise<string> {
    const own = named[use];
    if (own) {
        return own;
    }
    const folders = await connection.command('list', client => client.list());
    const found = folders.find(folder => folder.specialUse === SPECIAL_USE_FLAGS[use]);
    if (!found) {
        throw new MailError({
            code: MailErrorCode.FolderMissing,
            kind: 'configuration',
            step: 'list',
            account: connection.account,
            problem: `no ${use} folder was found`,
            remedy: `Name it under "${use}" in the account.`
        });
    }
    return found.path;
}

/** Which special folder is meant by a name such as "\\Junk", the flag of RFC 6154; null for the name of a folder. */
export function specialUseOf(name: string): SpecialUse | null {
    return SPECIAL_USES.find(use => SPECIAL_USE_FLAGS[use].toLowerCase() === name.toLowerCase()) ?? null;
}

/**
 * Runs a command that puts mail into a folder. When the folder is missing, makes it and runs the command again, or says
 * which folders have a similar name. Nothing was put anywhere by a command that found no folder (TRYCREATE, RFC 9051
 * section 7.1), so the second run doubles nothing.
 */
export async function intoFolder<T>(
    connection: ImapConnection,
    path: string,
    create: boolean,
    command: () => Promise<T>
): Promise<T> {
    try {
        return await command();
    } catch (error) {
        const explained = await explainMissingFolder(connection, path, connection.error(error, 'select'));
        if (!create || explained.code !== MailErrorCode.FolderMissing) {
            throw explained;
        }
        await connection.command('create', client => client.mailboxCreate(path));
        return command();
    }
}

/**
 * Servers answer a failed SELECT in many ways. Looks at the list of folders to say whether the folder is missing
 * (naming near matches) or cannot be selected; returns the original error when neither explains it.
 */
export async function explainMissingFolder(
    connection: ImapConnection,
    path: string,
    error: MailError
): Promise<MailError> {
    const refused = error.code === MailErrorCode.ServerRefused || error.code === MailErrorCode.FolderMissing;
    if (!refused || isBusy(error) || !connection.usable) {
        return error;
    }
    let folders: ListResponse[];
    try {
        folders = await connection.command('list', client => client.list());
    } catch {
        // the reason of the first failure is worth more than that of the explanation
        return error;
    }
    const listed = folders.find(folder => folder.path === path);
    if (listed && !isSelectable(listed)) {
        return new MailError({
            code: MailErrorCode.FolderNotSelectable,
            kind: 'configuration',
            step: error.step,
            account: error.account,
            problem: `the folder "${path}" holds only other folders and no mail`,
            response: error.response,
            remedy: 'Choose one of the folders in it.'
        });
    }
    if (listed) {
        return error;
    }
    const near = nearMatches(
        path,
        folders.filter(isSelectable).map(folder => folder.path)
    );
    return new MailError({
        code: MailErrorCode.FolderMissing,
        kind: 'configuration',
        step: error.step,
        account: error.account,
        problem: `the folder "${path}" does not exist`,
        response: error.response,
        remedy: `${near.length > 0 ? `Similar: ${near.map(name => `"${name}"`).join(', ')}. ` : ''}Check the folder name.`
    });
}

function isSelectable(folder: ListResponse): boolean {
    return !folder.flags.has('\\Noselect') && !folder.flags.has('\\NonExistent');
}

/** Folders whose last part resembles the wanted name, best first. */
export function nearMatches(wanted: string, existing: readonly string[]): string[] {
    const key = lastPart(wanted);
    const scored = existing
        .map(path => ({ path, distance: distance(key, lastPart(path)) }))
        .filter(({ path, distance }) => distance <= Math.max(1, key.length / 3) || lastPart(path).includes(key));
    return scored
        .sort((a, b) => a.distance - b.distance)
        .slice(0, MAX_SUGGESTIONS)
        .map(({ path }) => path);
}

function lastPart(path: string): string {
    // a separator at the end leaves an empty part, which every name would contain
    return (
        path
            .split(/[/.\\]/)
            .filter(Boolean)
            .pop() ?? path
    )
        .slice(0, 100)
        .toLowerCase();
}

/** Levenshtein distance with one row; the inputs are at most 100 characters. */
function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_unused, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
        }
        row = next;
    }
    return row[b.length] as number;
}
