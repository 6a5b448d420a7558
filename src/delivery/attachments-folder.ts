import { access, constants } from 'node:fs/promises';
import { MailError, MailErrorCode } from '../message/mail-error';
import { makeFolder } from '../state/make-folder';

/**
 * Makes the folder for attachment files and checks that it can be written, before any mail is taken.
 *
 * @throws MailError ATTACHMENT_FOLDER, of kind configuration, naming the folder.
 */
export async function prepareAttachmentsFolder(path: string): Promise<void> {
    try {
        await makeFolder(path);
        await access(path, constants.W_OK | constants.X_OK);
    } catch (error) {
        throw new MailError({
            code: MailErrorCode.AttachmentFolder,
            kind: 'configuration',
            step: 'attachment',
            problem: `the attachments folder "${path}" cannot be written: ${(error as Error).message}`,
            remedy: 'Give the runtime the right to write there, or name another folder.',
            cause: error
        });
    }
}
