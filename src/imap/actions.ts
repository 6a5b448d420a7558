import type { CopyResponseObject } from 'imapflow';
import { MailError, MailErrorCode, type ErrorStep } from '../message/mail-error';
import type { MailRef } from '../message/types';
import { isKeyword } from './keyword';
import { flagsOf, goneError, type OpenFolder } from './open-folder';

/** Flags and keywords to add and to remove; names as in RFC 9051 section 2.3.2. */
export interface FlagChange {
    add: readonly string[];
    remove: readonly string[];
}

const SYSTEM_FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'];

/**
 * Returns the flag in its canonical spelling.
 *
 * @throws MailError INVALID_PROPERTY for \Recent, unknown system flags and text that is no keyword.
 */
export function parseFlag(text: string): string {
    const system = SYSTEM_FLAGS.find(flag => flag.toLowerCase() === text.toLowerCase());
    if (system) {
        return system;
    }
    if (isKeyword(text)) {
        return text;
    }
    throw new MailError({
        code: MailErrorCode.InvalidProperty,
        kind: 'configuration',
        step: 'configure',
        problem: `"${text}" is neither a flag (${SYSTEM_FLAGS.join(', ')}) nor a keyword`,
        remedy: 'A keyword has letters, digits and signs such as $ - _ and no blanks.'
    });
}

/**
 * Changes flags and confirms by reading them back, because a STORE for a UID that is gone answers OK.
 *
 * @returns the flags that are on the server now.
 * @throws MailError MAIL_GONE, FOLDER_READ_ONLY, FLAG_NOT_PERMITTED, SERVER_REFUSED.
 */
export async function changeFlags(folder: OpenFolder, uid: number, change: FlagChange): Promise<string[]> {
    refuseReadOnly(folder, 'store');
    refuseUnknownFlags(folder, change.add);
    const before = await readFlags(folder, uid);
    const add = change.add.filter(flag => !has(before, flag));
    const remove = change.remove.filter(flag => has(before, flag));
    if (add.length > 0) {
        await folder.connection.command('store', client => client.messageFlagsAdd(String(uid), add, { uid: true }));
    }
    if (remove.length > 0) {
        await folder.connection.command('store', client =>
            client.messageFlagsRemove(String(uid), remove, { uid: true })
        );
    }
    const after = add.length + remove.length > 0 ? await readFlags(folder, uid) : before;
    if (add.some(flag => !has(after, flag)) || remove.some(flag => has(after, flag))) {
        throw refused(
            folder,
            'store',
            `the server accepted the change but the mail has the flags ${after.join(' ') || '(none)'}`
        );
    }
    return after;
}

/** The number of a mail in another folder, as COPYUID told it (RFC 4315); null when the server did not. */
export type NewNumber = Pick<MailRef, 'uidValidity' | 'uid'> | null;

/**
 * Moves one mail. Needs MOVE or UIDPLUS: without both, the fallback ends in an EXPUNGE that also removes what other
 * programs have marked as deleted.
 */
export async function moveMail(folder: OpenFolder, uid: number, destination: string): Promise<NewNumber> {
    refuseReadOnly(folder, 'move');
    if (!hasCapability(folder, 'MOVE') && !hasCapability(folder, 'UIDPLUS')) {
        throw refused(
            folder,
            'move',
            'the server has neither MOVE nor UIDPLUS, so a move could remove mail of other programs'
        );
    }
    await readFlags(folder, uid);
    const moved = hasCapability(folder, 'MOVE')
        ? await folder.connection.command('move', client => client.messageMove(String(uid), destination, { uid: true }))
        : await copyAndDelete(folder, uid, destination);
    await confirmGone(folder, uid, 'move');
    return newNumber(moved, uid);
}

/** In two commands, as a server that is busy may refuse the second alone: the first must not be repeated then. */
async function copyAndDelete(folder: OpenFolder, uid: number, destination: string): Promise<CopyResponseObject> {
    const copied = await folder.connection.command('move', client =>
        client.messageCopy(String(uid), destination, { uid: true })
    );
    await folder.connection.command('move', client => client.messageDelete(String(uid), { uid: true }));
    return copied;
}

/** Copies one mail with its flags and its time of arrival; a COPY for a UID that is gone answers OK, so it is looked at. */
export async function copyMail(folder: OpenFolder, uid: number, destination: string): Promise<NewNumber> {
    await readFlags(folder, uid);
    const copied = await folder.connection.command('copy', client =>
        client.messageCopy(String(uid), destination, { uid: true })
    );
    return newNumber(copied, uid);
}

/** Deletes one mail for good; needs UIDPLUS for the same reason as moveMail. */
export async function deleteMail(folder: OpenFolder, uid: number): Promise<void> {
    refuseReadOnly(folder, 'delete');
    if (!hasCapability(folder, 'UIDPLUS')) {
        throw refused(folder, 'delete', 'the server has no UIDPLUS, so a delete could remove mail of other programs');
    }
    await readFlags(folder, uid);
    await folder.connection.command('delete', client => client.messageDelete(String(uid), { uid: true }));
    await confirmGone(folder, uid, 'delete');
}

/** @throws MailError MAIL_GONE when the folder was renewed: a UID counts only with its UIDVALIDITY. */
export function checkValidity(folder: OpenFolder, ref: MailRef): void {
    if (folder.uidValidity !== ref.uidValidity) {
        throw new MailError({
            code: MailErrorCode.MailGone,
            kind: 'permanent',
            step: 'select',
            account: folder.connection.account,
            problem: `the folder "${folder.path}" was renewed (UIDVALIDITY ${folder.uidValidity}, the mail was read under ${ref.uidValidity})`,
            remedy: 'The mail can no longer be found by its number.'
        });
    }
}

function newNumber({ uidValidity, uidMap }: CopyResponseObject, uid: number): NewNumber {
    const found = uidMap?.get(uid);
    return uidValidity && found ? { uidValidity: String(uidValidity), uid: found } : null;
}

/** @throws MailError MAIL_GONE. */
export async function readFlags(folder: OpenFolder, uid: number): Promise<string[]> {
    const row = (await folder.meta([uid])).get(uid);
    if (!row) {
        throw goneError(folder.connection.account, folder.path, uid);
    }
    return flagsOf(row);
}

async function confirmGone(folder: OpenFolder, uid: number, step: ErrorStep): Promise<void> {
    if ((await folder.meta([uid])).has(uid)) {
        throw refused(folder, step, 'the server accepted the command but the mail is still there');
    }
}

function refuseReadOnly(folder: OpenFolder, step: ErrorStep): void {
    if (folder.readOnly) {
        throw new MailError({
            code: MailErrorCode.FolderReadOnly,
            kind: 'permanent',
            step,
            account: folder.connection.account,
            problem: `the server opened the folder "${folder.path}" for reading only`,
            remedy: 'Ask its owner for the right to change mail in it.'
        });
    }
}

/** @throws MailError FLAG_NOT_PERMITTED. */
export function refuseUnknownFlags(folder: OpenFolder, flags: readonly string[]): void {
    const unknown = flags.filter(flag => !folder.permits(flag));
    if (unknown.length > 0) {
        throw new MailError({
            code: MailErrorCode.FlagNotPermitted,
            kind: 'permanent',
            step: 'store',
            account: folder.connection.account,
            problem: `the server does not keep ${unknown.map(flag => `"${flag}"`).join(', ')} in "${folder.path}"`,
            remedy: 'Use a flag that the folder permits, such as \\Flagged.'
        });
    }
}

function refused(folder: OpenFolder, step: ErrorStep, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.ServerRefused,
        kind: 'permanent',
        step,
        account: folder.connection.account,
        problem
    });
}

function hasCapability(folder: OpenFolder, name: string): boolean {
    return folder.connection.client.capabilities.has(name);
}

/** System flags are case-insensitive, and so are keywords (RFC 9051 section 2.3.2). */
function has(flags: readonly string[], flag: string): boolean {
    return flags.some(known => known.toLowerCase() === flag.toLowerCase());
}
