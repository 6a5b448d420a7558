import type { FetchMessageObject } from 'imapflow';
import type { OpenFolder } from '../imap/open-folder';
import { toUidSet } from '../imap/uid-set';
import { MailError, MailErrorCode } from '../message/mail-error';

/** A mail that a server left out of its answer, although it has it. */
export interface LeftOut {
    row: FetchMessageObject;
    error: MailError;
}

/**
 * Looks for mails that an answer of the server did not hold. Most were expunged or moved away between two commands; but
 * a garbled line of a row that is dropped looks just the same, and that mail must not count as gone.
 *
 * @returns those that are still there; the others are gone.
 */
export async function findLeftOut(folder: OpenFolder, uids: readonly number[]): Promise<LeftOut[]> {
    if (uids.length === 0) {
        return [];
    }
    const there = new Set(await folder.search({ uid: toUidSet(uids) }));
    return uids
        .filter(uid => there.has(uid))
        .map(uid => ({
            row: { uid, seq: 0 },
            error: new MailError({
                code: MailErrorCode.Unreadable,
                kind: 'temporary',
                step: 'fetch',
                account: folder.connection.account,
                problem: `the server has the mail with UID ${uid} in "${folder.path}" and left it out of its answer`
            })
        }));
}
