import { rm } from 'node:fs/promises';
import type { ImapAccount } from '../account/imap-account';
import { checkValidity } from '../imap/actions';
import { fetchContent, isOversize, needsStructure, type ContentPlan } from '../imap/content';
import { goneError, type OpenFolder } from '../imap/open-folder';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage, MailRef } from '../message/types';
import { prepareAttachmentsFolder } from './attachments-folder';
import { discard, MailReader, type ReaderOptions } from './mail-reader';

/** True when neither text nor the original is wanted, but the attachments are. */
export function wantsAttachmentsAlone({ content, attachments }: ContentPlan): boolean {
    return content === 'headers' && attachments !== 'none';
}

/**
 * Loads a mail that was emitted with less before.
 *
 * @param only part numbers of the attachments that are wanted; null for all.
 * @throws MailError MAIL_GONE when the mail or the folder as it was is no longer there, TOO_LARGE, UNREADABLE when it
 * has no such attachment, ATTACHMENT_FOLDER, or what the connection gives. No file is left behind then.
 */
export async function fetchLater(
    account: ImapAccount,
    ref: MailRef,
    options: ReaderOptions,
    only: ReadonlySet<string> | null
): Promise<MailMessage> {
    const { attachmentsDir } = options;
    if (attachmentsDir !== '') {
        await prepareAttachmentsFolder(attachmentsDir);
    }
    const plan = planFor(options.plan, only);
    const reader = new MailReader(ref.account, { plan, attachmentsDir }, () => undefined);
    return account.act('read', ref.folder, async folder => {
        checkValidity(folder, ref);
        const message = await readOne(folder, ref.uid, plan, reader);
        return only ? withOnly(message, only, account.label) : message;
    });
}

function planFor(plan: ContentPlan, only: ReadonlySet<string> | null): ContentPlan {
    const chosen = only ? { ...plan, only } : plan;
    return wantsAttachmentsAlone(plan) ? { ...chosen, content: 'text', text: false } : chosen;
}

async function readOne(folder: OpenFolder, uid: number, plan: ContentPlan, reader: MailReader): Promise<MailMessage> {
    const rows = await folder.meta([uid], needsStructure(plan));
    const row = rows.get(uid);
    if (row && plan.content !== 'headers' && isOversize(row, plan)) {
        throw tooLarge(folder.connection.account, row.size ?? 0, plan.maxBytes);
    }
    for await (const mail of fetchContent(folder, rows, plan)) {
        try {
            return await reader.read(folder, mail, 1);
        } catch (error) {
            discard(mail);
            throw folder.connection.error(error, 'fetch');
        }
    }
    throw goneError(folder.connection.account, folder.path, uid);
}

async function withOnly(message: MailMessage, only: ReadonlySet<string>, account: string): Promise<MailMessage> {
    const attachments = message.attachments.filter(({ part }) => only.has(part));
    const missing = [...only].filter(part => !attachments.some(attachment => attachment.part === part));
    if (missing.length > 0) {
        const paths = attachments.flatMap(({ path }) => path ?? []);
        await Promise.all(paths.map(path => rm(path, { force: true })));
        throw new MailError({
            code: MailErrorCode.Unreadable,
            kind: 'permanent',
            step: 'fetch',
            account,
            problem: `the mail has no attachment with the part number ${missing.map(part => `"${part}"`).join(', ')}`,
            remedy: 'Pass on in msg.attachments what an earlier node has listed there, or remove it to load all.'
        });
    }
    return { ...message, attachments };
}

function tooLarge(account: string, size: number, maxBytes: number): MailError {
    const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
    return new MailError({
        code: MailErrorCode.TooLarge,
        kind: 'permanent',
        step: 'fetch',
        account,
        problem: `the mail has ${megabytes(size)} MB, more than the ${megabytes(maxBytes)} MB that the node loads`,
        remedy: 'Raise the limit in the node, or leave the mail on the server.'
    });
}
