import { readOriginal, type Original } from '../../src/compose/original';
import { readMail } from '../../src/message/read-mail';
import type { MailMessage, MailMeta } from '../../src/message/types';
import { buildMail, type MailParts } from './mail-builder';
import { mailMeta } from './raw-mail';

/** The message that imap-in emits for a mail. */
export function receivedMail(parts: MailParts = {}, meta: Partial<MailMeta> = {}): Promise<MailMessage> {
    return readMail(buildMail(parts), mailMeta(meta), {
        content: 'full',
        attachments: 'none',
        attachmentsDir: '',
        oversize: false
    });
}

/** The same as what compose-mail makes of it; `kind` is what filter-automatic would have found. */
export async function original(
    parts: MailParts = {},
    meta: Partial<MailMeta> & { kind?: string } = {}
): Promise<Original> {
    const { kind, ...rest } = meta;
    const message = await receivedMail(parts, rest);
    const read = readOriginal({ ...message, mail: { ...message.mail, automatic: kind ? { kind } : {} } });
    if (!read) {
        throw new Error('the message has no mail');
    }
    return read;
}
