import type { ImapAccount } from '../account/imap-account';
import type { NewNumber } from '../imap/actions';
import { flagsOf } from '../imap/open-folder';
import { readDisplayFields, textsOf } from '../message/display-header';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readMessageId } from '../message/message-ids';

/** A thread of mails that name the same id in their header is searched no deeper than this. */
const MAX_LOOKS = 20;

/**
 * Finds the newest mail with this Message-ID; null when there is none. The server's SEARCH only narrows: it looks for a
 * part of the text, and some servers look for words.
 */
export function findByMessageId(account: ImapAccount, path: string, messageId: string): Promise<NewNumber> {
    return account.run({ folder: path, readOnly: true, fresh: true, repeatable: true }, async folder => {
        const uids = await folder.search({ header: { 'message-id': messageId } });
        const headers = await folder.headers(uids.slice(-MAX_LOOKS));
        const found = [...headers].filter(([, block]) => messageIdOf(block) === messageId).map(([uid]) => uid);
        const uid = found.length > 0 ? Math.max(...found) : 0;
        return uid > 0 ? { uidValidity: folder.uidValidity, uid } : null;
    });
}

/** The Message-ID of a header block or of a whole mail, "" when it has none. */
export function messageIdOf(source: Buffer): string {
    const { fields } = readDisplayFields(source.subarray(0, headerEnd(source)));
    return readMessageId(textsOf(fields, 'message-id'));
}

function headerEnd(source: Buffer): number {
    const end = source.indexOf('\r\n\r\n');
    return end < 0 ? source.length : end;
}

/**
 * Looks whether a mail lies where the server says, and returns its flags.
 *
 * @returns null when the folder cannot be looked into: an ACL may allow to put mail in and not to read it. The server's
 * own answer has to do then.
 * @throws MailError SERVER_REFUSED when the folder is there and the mail is not.
 */
export async function confirmArrival(
    account: ImapAccount,
    path: string,
    number: NonNullable<NewNumber>
): Promise<string[] | null> {
    let flags: string[] | null;
    try {
        flags = await account.run({ folder: path, readOnly: true, fresh: true, repeatable: true }, async folder => {
            const row = (await folder.meta([number.uid])).get(number.uid);
            return row && folder.uidValidity === number.uidValidity ? flagsOf(row) : null;
        });
    } catch {
        // what was done is done: to report a failure here would let the flow do it a second time
        return null;
    }
    if (flags === null) {
        throw new MailError({
            code: MailErrorCode.ServerRefused,
            kind: 'permanent',
            step: 'copy',
            account: account.label,
            problem: `the server accepted the command but the mail is not in "${path}"`
        });
    }
    return flags;
}
