import { resolve } from 'node:path';
import type { ContentPlan } from '../imap/content';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { AttachmentMode, ContentMode } from '../message/types';
import { readChoice, readNumber, readText, type SavedProperties } from '../runtime/settings';
import type { ReaderOptions } from './mail-reader';

const MEGABYTE = 1024 * 1024;

/**
 * Reads what a node loads of a mail: the properties `content`, `attachments`, `attachmentsDir` and `maxSizeMB`.
 *
 * @param baseDir what a relative attachments folder is relative to: the user directory.
 * @throws MailError with a code of the group "settings".
 */
export function readContentSettings(saved: SavedProperties, baseDir: string): ReaderOptions {
    const attachments = readChoice<AttachmentMode>(saved, 'attachments', ['none', 'buffer', 'file']);
    const plan: ContentPlan = {
        content: readChoice<ContentMode>(saved, 'content', ['text', 'headers', 'full']),
        maxBytes: readNumber(saved, 'maxSizeMB', { fallback: 25, min: 0.001, max: 1024 }) * MEGABYTE,
        attachments
    };
    return { plan, attachmentsDir: attachments === 'file' ? readAttachmentsDir(saved, baseDir) : '' };
}

function readAttachmentsDir(saved: SavedProperties, baseDir: string): string {
    const folder = readText(saved, 'attachmentsDir');
    if (folder === '') {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: 'attachments are to be written to files but no folder is named',
            remedy: 'Name the folder in the node.'
        });
    }
    return resolve(baseDir, folder);
}
