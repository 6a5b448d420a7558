import type { ImapAccount } from '../account/imap-account';
import { flagsOf, goneError, toDate, type OpenFolder } from '../imap/open-folder';
import { selectMails } from '../imap/selection';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readMail } from '../message/read-mail';
import type { MailMessage, MailMeta } from '../message/types';
import type { SenderMatcher } from '../sender/pattern';

/** An inquiry with its attachments; what is larger is not worth a person's wait. */
export const MAX_PREVIEW_BYTES = 2 * 1024 * 1024;
/** How far back the newest mail of a sender is looked for, in UIDs. */
const LOOK_BACK = 5000;
const NO_META: MailMeta = {
    ref: { account: '', folder: '', uidValidity: '', uid: 0 },
    size: 0,
    flags: [],
    receivedAt: null,
    labels: [],
    threadId: '',
    emailId: '',
    delivery: { id: '', attempt: 1 }
};

/** Which mail of a mailbox; without a UID the newest of the senders, or the newest of all. */
export interface MailChoice {
    folder: string;
    uid: number | null;
    senders: SenderMatcher;
}

/** Reads the source of a mail as an input would hand it on. */
export function readSource(source: Buffer, meta: MailMeta = NO_META): Promise<MailMessage> {
    return readMail(source, meta, { content: 'text', attachments: 'buffer', attachmentsDir: '', oversize: false });
}

/** Fetches a mail with PEEK from a folder that is opened read-only: looking at it leaves no trace. */
export function fetchForPreview(account: ImapAccount, { folder, uid, senders }: MailChoice): Promise<MailMessage> {
    return account.run({ folder, readOnly: true, fresh: true, repeatable: true }, async open => {
        const wanted = uid ?? (await newestUid(open, senders));
        const row = (await open.meta([wanted])).get(wanted);
        if (!row) {
            throw goneError(account.label, folder, wanted);
        }
        if ((row.size ?? 0) > MAX_PREVIEW_BYTES) {
            throw tooLarge();
        }
        const source = (await open.sources([wanted])).get(wanted);
        if (!source) {
            throw goneError(account.label, folder, wanted);
        }
        return readSource(source, {
            ...NO_META,
            ref: { account: account.id, folder, uidValidity: open.uidValidity, uid: wanted },
            size: row.size ?? 0,
            flags: flagsOf(row),
            receivedAt: toDate(row.internalDate)
        });
    });
}

async function newestUid(folder: OpenFolder, senders: SenderMatcher): Promise<number> {
    const newest = folder.exists > 0 ? ((await folder.bySequence(folder.exists))?.uid ?? 0) : 0;
    if (newest > 0 && senders.isEmpty) {
        return newest;
    }
    let last = 0;
    for await (const { hits } of selectMails(folder, Math.max(1, newest - LOOK_BACK), { senders, search: null })) {
        last = hits.at(-1) ?? last;
    }
    if (last === 0) {
        throw new MailError({
            code: MailErrorCode.MailGone,
            kind: 'permanent',
            step: 'search',
            problem: `no mail of the profile's senders is among the newest ${LOOK_BACK} in "${folder.path}"`,
            remedy: 'Choose another folder, or paste the source of a mail.'
        });
    }
    return last;
}

export function tooLarge(): MailError {
    return new MailError({
        code: MailErrorCode.TooLarge,
        kind: 'permanent',
        step: 'fetch',
        problem: `the mail has more than ${MAX_PREVIEW_BYTES / 1024 / 1024} MB`,
        remedy: 'Choose a smaller one.'
    });
}
