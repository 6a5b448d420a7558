import type { Readable } from 'node:stream';
import { MailError, MailErrorCode } from '../message/mail-error';
import { fetchContent } from './content';
import { goneError, type OpenFolder } from './open-folder';

/** The largest mail that is held in memory to be passed on; providers take 25 to 50 MB. */
const MAX_BYTES = 50 * 1024 * 1024;

/**
 * Fetches a mail byte for byte, with PEEK, so that it stays unread.
 *
 * @throws MailError MAIL_GONE; TOO_LARGE, before anything is fetched and again while it comes in, because a server may
 * name a size that is not true; or what the connection gives.
 */
export async function fetchOriginal(folder: OpenFolder, uid: number, maxBytes = MAX_BYTES): Promise<Buffer> {
    const { account } = folder.connection;
    const rows = await folder.meta([uid]);
    for await (const mail of fetchContent(folder, rows, { content: 'full', attachments: 'none', maxBytes })) {
        if (mail.oversize) {
            throw tooLarge(mail.row.size ?? 0, maxBytes, account);
        }
        if (Buffer.isBuffer(mail.source)) {
            return mail.source;
        }
        const bytes = await collect(mail.source, maxBytes).catch((error: unknown) => {
            throw folder.connection.error(error, 'fetch');
        });
        if (!bytes) {
            throw tooLarge(maxBytes + 1, maxBytes, account);
        }
        return bytes;
    }
    throw goneError(account, folder.path, uid);
}

/** null when there is more than the limit. */
async function collect(source: Readable, maxBytes: number): Promise<Buffer | null> {
    const chunks: Buffer[] = [];
    let size = 0;
    // leaving the loop destroys the stream
    for await (const chunk of source as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) {
            return null;
        }
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

function tooLarge(bytes: number, maxBytes: number, account: string): MailError {
    const megabytes = (value: number): string => (value / 1024 / 1024).toFixed(1);
    return new MailError({
        code: MailErrorCode.TooLarge,
        kind: 'permanent',
        step: 'fetch',
        account,
        problem: `the mail has ${megabytes(bytes)} MB, and at most ${megabytes(maxBytes)} MB are passed on`,
        remedy: 'It stays in its folder.'
    });
}
