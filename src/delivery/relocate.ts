import type { ImapAccount } from '../account/imap-account';
import type { Right } from '../account/rights';
import { checkValidity, copyMail, deleteMail, moveMail, readFlags, type NewNumber } from '../imap/actions';
import { isConnectionProblem } from '../imap/errors';
import { intoFolder, specialUseOf } from '../imap/folders';
import type { OpenFolder } from '../imap/open-folder';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailRef } from '../message/types';
import { confirmArrival, findByMessageId } from './find-mail';

export const RELOCATIONS = ['move', 'copy', 'trash', 'archive', 'delete'] as const;
export type Relocation = (typeof RELOCATIONS)[number];

export interface RelocationOrder {
    action: Relocation;
    /** Where a move or copy goes: a path, or a special use such as "\\Junk"; not looked at by the others. */
    folder: string;
    /** Make the folder when it is missing. */
    create: boolean;
}

/** Where the mail, or its copy, lies now. */
export interface Place {
    folder: string;
    /** null when the server told it neither by COPYUID nor by the Message-ID. */
    number: NewNumber;
}

const RIGHTS: Record<Relocation, Right> = {
    move: 'move',
    copy: 'append',
    trash: 'move',
    archive: 'move',
    delete: 'delete'
};

/** What an action needs to be allowed. */
function rightFor(action: Relocation): Right {
    return RIGHTS[action];
}

/** The path behind a name that may stand for a special use. Throws MailError FOLDER_MISSING when there is none. */
export function resolveFolder(account: ImapAccount, name: string): Promise<string> {
    const use = specialUseOf(name);
    return use ? account.specialFolder(use) : Promise.resolve(name);
}

/**
 * Moves, copies or deletes a mail and looks whether it happened. A mail that lies in the trash already is deleted for
 * good by `trash`, as mail programs do.
 *
 * @param messageId finds the mail again on servers without COPYUID and after a lost connection; "" when it has none.
 * @returns null when the mail was deleted for good.
 * @throws MailError of the step that failed; the mail is where it was, unless the code is OUTCOME_UNKNOWN.
 */
export async function relocateMail(
    account: ImapAccount,
    ref: MailRef,
    messageId: string,
    order: RelocationOrder
): Promise<Place | null> {
    account.require(rightFor(order.action));
    if (order.action === 'delete') {
        return eraseMail(account, ref, messageId);
    }
    const use = order.action === 'trash' || order.action === 'archive' ? order.action : null;
    const target = use ? await account.specialFolder(use) : await resolveFolder(account, order.folder);
    if (target === ref.folder) {
        return stay(account, ref, order.action);
    }
    return carryMail(account, ref, messageId, { ...order, folder: target });
}

/** The mail is in the wanted folder already. */
async function stay(account: ImapAccount, ref: MailRef, action: Relocation): Promise<Place | null> {
    if (action === 'trash') {
        return eraseInPlace(account, ref);
    }
    if (action === 'copy') {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'copy',
            account: account.label,
            problem: `the mail lies in "${ref.folder}" already, and a copy beside it would be a second mail`,
            remedy: 'Name another folder.'
        });
    }
    await account.act('read', ref.folder, async folder => {
        checkValidity(folder, ref);
        await readFlags(folder, ref.uid);
    });
    return { folder: ref.folder, number: { uidValidity: ref.uidValidity, uid: ref.uid } };
}

async function carryMail(
    account: ImapAccount,
    ref: MailRef,
    messageId: string,
    { action, folder: target, create }: RelocationOrder
): Promise<Place> {
    const command = action === 'copy' ? copyMail : moveMail;
    const work = (folder: OpenFolder): Promise<NewNumber> => {
        checkValidity(folder, ref);
        return intoFolder(folder.connection, target, create, () => command(folder, ref.uid, target));
    };
    let number: NewNumber;
    try {
        // a copy needs no right to write in the folder it is taken from
        number = await account.run({ folder: ref.folder, readOnly: action === 'copy' }, work);
    } catch (error) {
        number = await lookAfterLoss(error, account, ref, messageId, { action, target });
    }
    number ??= await findAgain(account, target, messageId);
    if (number) {
        await confirmArrival(account, target, number);
    }
    return { folder: target, number };
}

/** The mail is done with, whether it can be found or not: what fails here must not make the flow do it again. */
async function findAgain(account: ImapAccount, path: string, messageId: string): Promise<NewNumber> {
    return messageId === '' ? null : findByMessageId(account, path, messageId).catch(() => null);
}

/** When the connection is lost during the command nobody knows whether it was carried out: looks at both folders. */
async function lookAfterLoss(
    error: unknown,
    account: ImapAccount,
    ref: MailRef,
    messageId: string,
    { action, target }: { action: Relocation; target: string }
): Promise<NewNumber> {
    if (!isConnectionProblem(error)) {
        throw error;
    }
    const isThere = await isStillThere(account, ref).catch(() => true);
    if (isThere && action !== 'copy') {
        throw error;
    }
    const number = await findAgain(account, target, messageId);
    if (!number && !isThere) {
        throw new MailError({
            code: MailErrorCode.OutcomeUnknown,
            kind: 'permanent',
            step: action === 'copy' ? 'copy' : 'move',
            account: account.label,
            problem: `the connection was lost, and the mail is neither in "${ref.folder}" nor found in "${target}"`,
            remedy: `Look into "${target}".`,
            cause: error
        });
    }
    if (!number) {
        throw error;
    }
    return number;
}

function isStillThere(account: ImapAccount, ref: MailRef): Promise<boolean> {
    return account.run({ folder: ref.folder, readOnly: true, fresh: true, repeatable: true }, async folder => {
        checkValidity(folder, ref);
        return (await folder.meta([ref.uid])).has(ref.uid);
    });
}

/**
 * Gmail takes only the label away when a mail is expunged from a folder, and keeps the mail under "All Mail": there, it
 * has to go through the trash.
 */
async function eraseMail(account: ImapAccount, ref: MailRef, messageId: string): Promise<null> {
    const needsTrash = await account.act('delete', ref.folder, async folder =>
        folder.connection.client.capabilities.has('X-GM-EXT-1')
    );
    const trash = needsTrash ? await account.specialFolder('trash') : ref.folder;
    if (trash === ref.folder) {
        return eraseInPlace(account, ref);
    }
    const { number } = await carryMail(account, ref, messageId, { action: 'move', folder: trash, create: false });
    if (!number) {
        throw new MailError({
            code: MailErrorCode.OutcomeUnknown,
            kind: 'permanent',
            step: 'delete',
            account: account.label,
            problem: `the mail was moved to "${trash}" and could not be found there to be deleted`,
            remedy: 'The server deletes it from the trash after some time.'
        });
    }
    return eraseInPlace(account, { ...ref, folder: trash, ...number });
}

async function eraseInPlace(account: ImapAccount, ref: MailRef): Promise<null> {
    try {
        await account.act('delete', ref.folder, async folder => {
            checkValidity(folder, ref);
            await deleteMail(folder, ref.uid);
        });
    } catch (error) {
        if (!isConnectionProblem(error) || (await isStillThere(account, ref).catch(() => true))) {
            throw error;
        }
    }
    return null;
}
