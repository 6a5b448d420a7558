import type { AttachmentFolder } from './attachment-folder';
import type { MailAttachment } from './types';

/** What is known about a content that was read to its end. */
export type StoredContent = Pick<MailAttachment, 'size' | 'content' | 'path'>;

/** Reads the content of an attachment to its end and puts it where the node wants it. */
export type StoreContent = (content: AsyncIterable<Buffer>, name: string) => Promise<StoredContent>;

/** Mode `none`: only counts, so that memory does not grow with the attachment. */
export async function countContent(content: AsyncIterable<Buffer>): Promise<StoredContent> {
    let size = 0;
    for await (const chunk of content) {
        size += chunk.length;
    }
    return { size };
}

/** Mode `buffer`. */
export async function keepContent(content: AsyncIterable<Buffer>): Promise<StoredContent> {
    const chunks: Buffer[] = [];
    for await (const chunk of content) {
        chunks.push(chunk);
    }
    const buffer = Buffer.concat(chunks);
    return { size: buffer.length, content: buffer };
}

/** Mode `file`. */
export function writeContent(folder: AttachmentFolder): StoreContent {
    return async (content, name) => {
        const { size, path } = await folder.write(content, name);
        return { size, path };
    };
}
