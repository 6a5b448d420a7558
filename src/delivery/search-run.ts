import type { FetchMessageObject, SearchObject } from 'imapflow';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImapAccount } from '../account/imap-account';
import { fetchContent, needsStructure, type FetchedMail } from '../imap/content';
import { isConnectionProblem } from '../imap/errors';
import type { OpenFolder } from '../imap/open-folder';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import { discard, MailReader, type ReaderOptions } from './mail-reader';

export interface SearchOrder extends ReaderOptions {
    folder: string;
    query: SearchObject;
    /** Of more matches than this, the newest are taken. */
    limit: number;
}

/** Takes each mail as it comes. */
export type Emit = (message: MailMessage, index: number, count: number) => void;

/** Between two batches the account is free for others, such as nodes that change the mails already emitted. */
const BATCH_MAILS = 50;
/** A server that cuts every connection before a single mail has come is not asked for ever. */
const MAX_LOSSES = 2;

/**
 * Emits the mails that match, in the order of their arrival, each as soon as it is read. The folder is opened for reading
 * only and the bodies are peeked at, so no flag changes; what is in memory does not grow with the number of matches.
 *
 * @returns the number of mails emitted.
 * @throws MailError when the search is refused, the connection cannot be had, or `signal` aborts.
 */
export async function runSearch(
    account: ImapAccount,
    order: SearchOrder,
    signal: AbortSignal,
    emit: Emit
): Promise<number> {
    const reader = new MailReader(account.id, order, () => undefined);
    const { uids, uidValidity } = await findMails(account, order);
    let next = 0;
    const readBatch = async (folder: OpenFolder): Promise<void> => {
        checkSame(folder, uidValidity);
        const batch = uids.slice(next, next + BATCH_MAILS);
        for await (const message of readMails(folder, batch, reader, order)) {
            if (signal.aborted) {
                throw stopped(account);
            }
            emit(message, next, uids.length);
            next++;
        }
    };
    let losses = 0;
    while (next < uids.length) {
        const begun = next;
        if (signal.aborted) {
            throw stopped(account);
        }
        try {
            await account.run({ folder: order.folder, readOnly: true }, readBatch);
        } catch (error) {
            losses = next > begun ? 1 : losses + 1;
            if (signal.aborted || !isConnectionProblem(error) || losses > MAX_LOSSES) {
                throw error;
            }
        }
        await nextTurn();
    }
    return uids.length;
}

function findMails(account: ImapAccount, order: SearchOrder): Promise<{ uids: number[]; uidValidity: string }> {
    return account.run({ folder: order.folder, readOnly: true, fresh: true, repeatable: true }, async folder => ({
        uids: (await folder.search(order.query)).slice(-order.limit),
        uidValidity: folder.uidValidity
    }));
}

/** One message for each UID, in this order: a sequence that lacks one would keep a join node waiting for ever. */
async function* readMails(
    folder: OpenFolder,
    uids: readonly number[],
    reader: MailReader,
    order: SearchOrder
): AsyncGenerator<MailMessage> {
    const rows = await folder.meta(uids, needsStructure(order.plan));
    let at = 0;
    for await (const mail of fetchContent(folder, rows, order.plan)) {
        for (; uids[at] !== mail.uid && at < uids.length; at++) {
            yield await goneMail(folder, uids[at] as number, rows, reader);
        }
        at++;
        yield await readOne(folder, mail, reader);
    }
    for (; at < uids.length; at++) {
        yield await goneMail(folder, uids[at] as number, rows, reader);
    }
}

async function readOne(folder: OpenFolder, mail: FetchedMail, reader: MailReader): Promise<MailMessage> {
    try {
        return await reader.read(folder, mail, 1);
    } catch (error) {
        discard(mail);
        if (!(error instanceof MailError) || error.code !== MailErrorCode.Unreadable) {
            throw error;
        }
        const message = await reader.headerOnly(folder, mail.row, mail.header, 1);
        message.mail.problem = error.message;
        return message;
    }
}

async function goneMail(
    folder: OpenFolder,
    uid: number,
    rows: ReadonlyMap<number, FetchMessageObject>,
    reader: MailReader
): Promise<MailMessage> {
    const row = rows.get(uid) ?? ({ uid, seq: 0 } as FetchMessageObject);
    const message = await reader.headerOnly(folder, row, null, 1);
    message.mail.problem = 'The mail was moved or deleted after it had been found.';
    return message;
}

function checkSame(folder: OpenFolder, uidValidity: string): void {
    if (folder.uidValidity !== uidValidity) {
        throw new MailError({
            code: MailErrorCode.MailGone,
            kind: 'temporary',
            step: 'fetch',
            account: folder.connection.account,
            problem: `the folder "${folder.path}" was renewed during the search`,
            remedy: 'Search again.'
        });
    }
}

function stopped(account: ImapAccount): MailError {
    return new MailError({
        code: MailErrorCode.Closed,
        kind: 'temporary',
        step: 'fetch',
        account: account.label,
        problem: 'the node was stopped before all mails were read',
        remedy: 'Search again.'
    });
}
