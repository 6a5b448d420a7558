import type { ImapAccount } from '../account/imap-account';
import { changeFlags, checkValidity, copyMail, readFlags, refuseUnknownFlags, type NewNumber } from '../imap/actions';
import { isConnectionProblem } from '../imap/errors';
import { intoFolder } from '../imap/folders';
import { flagsOf, goneError, toDate, type OpenFolder } from '../imap/open-folder';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailRef } from '../message/types';
import { confirmArrival, findByMessageId, messageIdOf } from './find-mail';
import { resolveFolder } from './relocate';

/** Where a copy is put. */
export interface SaveOrder {
    account: ImapAccount;
    /** A path, or a special use such as "\\Drafts". */
    folder: string;
    /** What the copy gets, beside the flags that the original has. */
    flags: readonly string[];
    create: boolean;
}

/** `msg.saved`: where the copy lies, like `msg.mail.ref`, and the flags it has there. */
export interface SavedMail extends MailRef {
    flags: string[];
}

/** A mail's bytes and what the server should know about them. */
export interface MailBytes {
    bytes: Buffer;
    flags: readonly string[];
    /** INTERNALDATE; null lets the server take the present. */
    receivedAt: Date | null;
}

/** APPEND takes the whole mail from memory. */
const MAX_BYTES = 100 * 1024 * 1024;
/** A copy marked as deleted would go with the next clean-up of any mail program. */
const NEVER_COPIED = '\\Deleted';

/**
 * Puts a copy of a mail into another folder, of its own account by COPY, of another account byte for byte. The original
 * is read without being changed.
 *
 * @param earlierId Message-ID of a mail that came before: what an earlier attempt has stored is not stored again.
 * @throws MailError RIGHT_MISSING, MAIL_GONE, FOLDER_MISSING, FLAG_NOT_PERMITTED, TOO_LARGE, SERVER_REFUSED (a full mailbox
 * too), or of the connection.
 */
export async function saveOriginal(
    source: ImapAccount,
    ref: MailRef,
    order: SaveOrder,
    earlierId = ''
): Promise<SavedMail> {
    order.account.require('append');
    const folder = await resolveFolder(order.account, order.folder);
    const stored = earlierId === '' ? null : await findByMessageId(order.account, folder, earlierId).catch(() => null);
    if (stored) {
        return settleCopy({ ...order, folder }, stored, earlierId, []);
    }
    if (source.id !== order.account.id) {
        return appendMail(await fetchWhole(source, ref), { ...order, folder });
    }
    if (folder === ref.folder) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'copy',
            account: source.label,
            problem: `the mail lies in "${folder}" already, and a copy beside it would be a second mail`,
            remedy: 'Name another folder.'
        });
    }
    return copyWithin(ref, { ...order, folder });
}

/** Puts bytes into a folder. Throws like saveOriginal. */
export async function saveBytes(mail: MailBytes, order: SaveOrder): Promise<SavedMail> {
    order.account.require('append');
    return appendMail(mail, { ...order, folder: await resolveFolder(order.account, order.folder) });
}

async function copyWithin(ref: MailRef, order: SaveOrder): Promise<SavedMail> {
    const { account, folder: target, create } = order;
    await checkFlags(order);
    let messageId = '';
    let before: string[] = [];
    let number: NewNumber;
    try {
        number = await account.run({ folder: ref.folder, readOnly: true }, async folder => {
            checkValidity(folder, ref);
            before = await readFlags(folder, ref.uid);
            messageId = messageIdOf((await folder.headers([ref.uid])).get(ref.uid) ?? Buffer.alloc(0));
            return intoFolder(folder.connection, target, create, () => copyMail(folder, ref.uid, target));
        });
    } catch (error) {
        number = await lookAfterLoss(error, account, target, messageId);
    }
    return settleCopy(order, number, messageId, before);
}

async function appendMail(mail: MailBytes, order: SaveOrder): Promise<SavedMail> {
    const { account, folder, create } = order;
    if (mail.bytes.length > MAX_BYTES) {
        throw tooLarge(account, mail.bytes.length);
    }
    await checkFlags(order);
    const messageId = messageIdOf(mail.bytes);
    const flags = [...new Set([...mail.flags.filter(flag => flag !== NEVER_COPIED), ...order.flags])];
    const append = (): Promise<NewNumber> =>
        account.withoutFolder(async connection => {
            const stored = await intoFolder(connection, folder, create, () =>
                connection.command('append', client =>
                    client.append(folder, mail.bytes, flags, mail.receivedAt ?? undefined)
                )
            );
            const { uid, uidValidity } = stored;
            return uid && uidValidity ? { uid, uidValidity: String(uidValidity) } : null;
        }, false);
    let number: NewNumber;
    try {
        number = await append();
    } catch (error) {
        number = await lookAfterLoss(error, account, folder, messageId, append);
    }
    return settleCopy(order, number, messageId, flags);
}

/**
 * After a lost connection the copy may be stored: looks for it by its Message-ID before the command is repeated.
 *
 * @param repeat what to do when it is not there; without it, the failure is reported and the flow decides.
 */
async function lookAfterLoss(
    error: unknown,
    account: ImapAccount,
    folder: string,
    messageId: string,
    repeat?: () => Promise<NewNumber>
): Promise<NewNumber> {
    if (!isConnectionProblem(error)) {
        throw error;
    }
    if (messageId === '') {
        throw new MailError({
            code: MailErrorCode.OutcomeUnknown,
            kind: 'permanent',
            step: 'append',
            account: account.label,
            problem: `the connection was lost, and without a Message-ID the copy cannot be looked for in "${folder}"`,
            remedy: `Look into "${folder}" before it is stored again.`,
            cause: error
        });
    }
    let found: NewNumber;
    try {
        found = await findByMessageId(account, folder, messageId);
    } catch {
        throw error;
    }
    if (found) {
        return found;
    }
    if (!repeat) {
        throw error;
    }
    return repeat();
}

/** Finds the copy, gives it the flags it lacks, takes away what it must not have, and says what is on the server now. */
async function settleCopy(
    order: SaveOrder,
    told: NewNumber,
    messageId: string,
    expected: readonly string[]
): Promise<SavedMail> {
    const { account, folder } = order;
    const number =
        told ?? (messageId === '' ? null : await findByMessageId(account, folder, messageId).catch(() => null));
    if (!number) {
        return { account: account.id, folder, uidValidity: '', uid: 0, flags: [...expected] };
    }
    const flags = (await confirmArrival(account, folder, number)) ?? [...expected];
    const lacking = order.flags.filter(flag => !flags.includes(flag));
    const isMarked = flags.includes(NEVER_COPIED) && !order.flags.includes(NEVER_COPIED);
    const place = { account: account.id, folder, ...number };
    if (lacking.length === 0 && !isMarked) {
        return { ...place, flags };
    }
    const change = { add: lacking, remove: isMarked ? [NEVER_COPIED] : [] };
    const work = (open: OpenFolder): Promise<string[]> => changeFlags(open, number.uid, change);
    return { ...place, flags: await account.run({ folder, readOnly: false, repeatable: true }, work) };
}

/** Before anything is stored: a copy whose flags are refused afterwards would be stored again with every attempt. */
async function checkFlags({ account, folder, flags, create }: SaveOrder): Promise<void> {
    if (flags.length === 0) {
        return;
    }
    const look = (): Promise<void> =>
        account.run({ folder, readOnly: false, repeatable: true }, async open => refuseUnknownFlags(open, flags));
    try {
        await look();
    } catch (error) {
        if (!create || !(error instanceof MailError && error.code === MailErrorCode.FolderMissing)) {
            throw error;
        }
        await account.withoutFolder(
            connection => connection.command('create', client => client.mailboxCreate(folder)),
            true
        );
        await look();
    }
}

/** The bytes are peeked at, so that the original stays unread. */
function fetchWhole(source: ImapAccount, ref: MailRef): Promise<MailBytes> {
    return source.run({ folder: ref.folder, readOnly: true, repeatable: true }, async folder => {
        checkValidity(folder, ref);
        const row = (await folder.meta([ref.uid])).get(ref.uid);
        if (!row) {
            throw goneError(source.label, folder.path, ref.uid);
        }
        if ((row.size ?? 0) > MAX_BYTES) {
            throw tooLarge(source, row.size ?? 0);
        }
        const chunks: Buffer[] = [];
        for await (const chunk of await folder.download(ref.uid)) {
            chunks.push(chunk as Buffer);
        }
        return { bytes: Buffer.concat(chunks), flags: flagsOf(row), receivedAt: toDate(row.internalDate) };
    });
}

function tooLarge(account: ImapAccount, bytes: number): MailError {
    const megabytes = (size: number): string => (size / 1024 / 1024).toFixed(1);
    return new MailError({
        code: MailErrorCode.TooLarge,
        kind: 'permanent',
        step: 'append',
        account: account.label,
        problem: `the mail has ${megabytes(bytes)} MB; up to ${megabytes(MAX_BYTES)} MB are copied between accounts`
    });
}
