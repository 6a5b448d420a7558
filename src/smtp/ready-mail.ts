import { isAscii } from 'node:buffer';
import { Readable } from 'node:stream';
import { detectMimeType } from 'nodemailer/lib/mime-funcs';
import { sizeOfAttachmentFile, streamAttachmentFile } from './attachment-file';
import type { OutgoingAttachment } from './attachments';
import { buildMime, checkSize, limitOf, mimePart, mimeTree, type BuiltMail } from './mime';
import { mimeBytes } from './mime-bytes';
import type { OutgoingMail } from './outgoing';

/** A mail that can go over the wire, as often as it is tried. */
export interface ReadyMail extends Omit<BuiltMail, 'bytes'> {
    /** Bytes of the MIME form; with files that are streamed, a close estimate, which is all that RFC 1870 §3 asks for. */
    size: number;
    /** The MIME form from its beginning. It fails when a file is not any more what it was. */
    open(): Readable;
}

/** Files up to this sum are read when the mail is made ready; only more is worth reading them twice, for their size first. */
const STREAMED_BYTES = 1024 * 1024;
const SLICE_BYTES = 64 * 1024;
/** Base64 in lines of 76 characters (RFC 2045 §6.8). */
const LINE_CHARS = 76;

/**
 * Makes a mail ready to be sent. Large files stream from the disk while the mail is sent, so that a burst of mails with
 * large attachments costs no memory.
 *
 * @param maxBytes the account's limit, 0 = the pack's own.
 * @throws MailError as buildMime does.
 */
export async function readyMail(mail: OutgoingMail, maxBytes: number): Promise<ReadyMail> {
    const sizes = await fileSizes(mail);
    const fileBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (fileBytes <= STREAMED_BYTES || mail.attachments.some(isMessage)) {
        return inMemory(await buildMime(mail, maxBytes));
    }
    checkSize(fileBytes, limitOf(maxBytes));
    const treeWith = (contentOf: (attachment: OutgoingAttachment, size: number) => Buffer | Readable) =>
        mimeTree(
            mail,
            mail.attachments.map(attachment => {
                const size = sizes.get(attachment);
                return mimePart(
                    attachment,
                    'content' in attachment ? attachment.content : contentOf(attachment, size ?? 0)
                );
            })
        );
    const frame = await mimeBytes(treeWith(() => Buffer.alloc(0)));
    const size = [...sizes.values()].reduce((sum, bytes) => sum + encodedSize(bytes), frame.length);
    checkSize(size, limitOf(maxBytes));
    return {
        messageId: mail.messageId,
        envelope: { from: mail.envelopeFrom, to: mail.recipients },
        isEightBit: !isAscii(frame),
        size,
        open: () =>
            treeWith((attachment, bytes) =>
                Readable.from(fileContent('path' in attachment ? attachment.path : '', mail.attachmentsDir, bytes), {
                    objectMode: false
                })
            ).createReadStream()
    };
}

/** Nodemailer writes a code of its own into the error of a stream, so ours travels inside of another. */
async function* fileContent(path: string, folder: string, size: number): AsyncGenerator<Buffer> {
    try {
        yield* streamAttachmentFile(path, folder, size);
    } catch (error) {
        throw new Error('an attachment could not be read', { cause: error });
    }
}

/** A mail whose bytes are all there. */
export function inMemory({ bytes, ...mail }: BuiltMail): ReadyMail {
    return { ...mail, size: bytes.length, open: () => inSlices(bytes) };
}

/** Such a part is not encoded (RFC 2046 §5.2.1), so nodemailer has to see its bytes before it can say how they are. */
function isMessage(attachment: OutgoingAttachment): boolean {
    const path = 'path' in attachment ? attachment.path : '';
    const type = attachment.contentType || detectMimeType(attachment.filename || path);
    return /^message\//i.test(type);
}

/** Looks at the files that the mail names; none when it is an original that is passed on. */
async function fileSizes(mail: OutgoingMail): Promise<Map<OutgoingAttachment, number>> {
    const sizes = new Map<OutgoingAttachment, number>();
    for (const attachment of mail.original ? [] : mail.attachments) {
        if ('path' in attachment) {
            sizes.set(attachment, await sizeOfAttachmentFile(attachment.path, mail.attachmentsDir));
        }
    }
    return sizes;
}

function encodedSize(bytes: number): number {
    const characters = Math.ceil(bytes / 3) * 4;
    return characters + 2 * Math.ceil(characters / LINE_CHARS);
}

/**
 * In slices the line's own speed decides how far a message has got; in one piece nodemailer would count all of it as
 * handed over with the first byte.
 */
function inSlices(bytes: Buffer): Readable {
    let at = 0;
    return new Readable({
        read() {
            const slice = bytes.subarray(at, at + SLICE_BYTES);
            at += slice.length;
            this.push(slice.length > 0 ? slice : null);
        }
    });
}
