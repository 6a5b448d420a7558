import type { OpenFolder } from '../imap/open-folder';
import { slicesOf } from '../imap/uid-set';
import { fingerprint } from './fingerprint';
import type { Ledger } from './ledger';
import type { MailReader } from './mail-reader';

/** Headers in memory at one time. */
const MAILS_PER_COMMAND = 100;

/**
 * After a UIDVALIDITY change every mail looks new. Leaves out those that were settled under their old number, by their
 * headers: to fetch a mailbox whole in order to find that nothing in it is new would take hours.
 *
 * @returns the mails that are new, or gone by now, in their order.
 */
export async function withoutKnown(
    folder: OpenFolder,
    uids: readonly number[],
    ledger: Ledger,
    reader: MailReader
): Promise<number[]> {
    const known = new Set<number>();
    const suspects = uids.filter(uid => ledger.isRenewed(uid));
    for (const slice of slicesOf(suspects, MAILS_PER_COMMAND)) {
        const rows = await folder.meta(slice);
        for (const [uid, header] of await folder.headers(slice)) {
            const row = rows.get(uid);
            const message = row && (await reader.headerOnly(folder, row, header, 1));
            if (message && ledger.knows(fingerprint(message.mail, message.header))) {
                known.add(uid);
            }
        }
    }
    return uids.filter(uid => !known.has(uid));
}
