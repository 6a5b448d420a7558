import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { MailError, MailErrorCode } from '../message/mail-error';
import { printable } from './header-fields';
import { refusal } from './refusal';

/**
 * No link may take the place of the checked file, and a named pipe must not hold the runtime until somebody writes to
 * it. Windows knows neither flag.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Bytes in memory of a file that is streamed. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads one file below `folder`, the only place a message may name. Relative paths start there. Links are followed
 * before the check, so none leads out.
 *
 * @param folder the node's `attachmentsDir`; empty means that no file may be read.
 * @throws MailError ATTACHMENT_FOLDER when the path is not allowed, ATTACHMENT_INVALID when it is no readable regular
 * file, TOO_LARGE when it has more than `maxBytes`.
 */
export function readAttachmentFile(path: string, folder: string, maxBytes: number): Promise<Buffer> {
    return useFile(path, folder, handle => readRegular(handle, path, maxBytes));
}

/** The size of a file in bytes. Throws as readAttachmentFile does. */
export function sizeOfAttachmentFile(path: string, folder: string): Promise<number> {
    return useFile(path, folder, handle => sizeOf(handle, path));
}

/**
 * The content of a file piece by piece. Throws as readAttachmentFile does, and ATTACHMENT_INVALID when the file has
 * not `size` bytes any more: half an attachment must not arrive as a whole one.
 */
export async function* streamAttachmentFile(path: string, folder: string, size: number): AsyncGenerator<Buffer> {
    const handle = await openFile(path, folder);
    try {
        let left = size;
        if ((await sizeOf(handle, path)) === size) {
            for (;;) {
                const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES));
                left -= bytesRead;
                if (bytesRead === 0 || left < 0) {
                    break;
                }
                yield buffer.subarray(0, bytesRead);
            }
        }
        if (left !== 0) {
            throw changed(path);
        }
    } catch (error) {
        throw unreadable(path, error);
    } finally {
        await handle.close();
    }
}

async function useFile<T>(path: string, folder: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const handle = await openFile(path, folder);
    try {
        return await use(handle);
    } catch (error) {
        throw unreadable(path, error);
    } finally {
        await handle.close();
    }
}

async function openFile(path: string, folder: string): Promise<FileHandle> {
    if (folder === '') {
        throw refusal(
            MailErrorCode.AttachmentFolder,
            `the attachment ${quoted(path)} names a file, and no folder is set from which files may be read`,
            'Set "attachmentsDir" in smtp-out, or give the bytes as "content".',
            'attachment'
        );
    }
    const root = await realFolder(folder);
    const named = resolve(folder, path);
    // before any look at the disk, so that the answer does not tell which files exist elsewhere
    if (!isBelow(named, resolve(folder)) && !isBelow(named, root)) {
        throw outside(path);
    }
    const file = await realFile(named, path);
    if (!isBelow(file, root)) {
        throw outside(path);
    }
    try {
        return await open(file, OPEN_FLAGS);
    } catch (error) {
        throw unreadable(path, error);
    }
}

function outside(path: string): Error {
    return refusal(
        MailErrorCode.AttachmentFolder,
        `the attachment ${quoted(path)} lies outside the folder from which files may be read`,
        'Put the file below "attachmentsDir" of smtp-out.',
        'attachment'
    );
}

async function realFolder(folder: string): Promise<string> {
    if (!isAbsolute(folder)) {
        throw refusal(
            MailErrorCode.AttachmentFolder,
            `the folder ${quoted(folder)} is not an absolute path`,
            'Correct "attachmentsDir" in smtp-out.',
            'attachment'
        );
    }
    try {
        return await realpath(folder);
    } catch (error) {
        throw refusal(
            MailErrorCode.AttachmentFolder,
            `the folder ${quoted(folder)} cannot be read (${codeOf(error)})`,
            'Correct "attachmentsDir" in smtp-out.',
            'attachment'
        );
    }
}

async function realFile(absolute: string, path: string): Promise<string> {
    try {
        return await realpath(absolute);
    } catch (error) {
        throw unreadable(path, error);
    }
}

function isBelow(file: string, root: string): boolean {
    const way = relative(root, file);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function sizeOf(handle: FileHandle, path: string): Promise<number> {
    const status = await handle.stat();
    if (!status.isFile()) {
        throw refusal(
            MailErrorCode.AttachmentInvalid,
            `the attachment ${quoted(path)} is not a regular file`,
            '',
            'attachment'
        );
    }
    return status.size;
}

async function readRegular(handle: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
    // the file may grow while it is read, so the limit holds for what is read, not for what stat said
    const bytes = Buffer.alloc(Math.min(await sizeOf(handle, path), maxBytes) + 1);
    let length = 0;
    while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) {
            return bytes.subarray(0, length);
        }
        length += bytesRead;
    }
    throw refusal(
        MailErrorCode.TooLarge,
        `the attachment ${quoted(path)} has more than ${maxBytes} bytes, or grows while it is read`,
        '',
        'attachment'
    );
}

function changed(path: string): Error {
    return refusal(
        MailErrorCode.AttachmentInvalid,
        `the attachment ${quoted(path)} was changed while the mail was sent`,
        'Write the file under another name first and rename it when it is complete.',
        'attachment'
    );
}

function unreadable(path: string, error: unknown): Error {
    if (error instanceof MailError) {
        return error;
    }
    return refusal(
        MailErrorCode.AttachmentInvalid,
        `the attachment ${quoted(path)} cannot be read (${codeOf(error)})`,
        'Check that the file exists and may be read.',
        'attachment'
    );
}

function codeOf(error: unknown): string {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function quoted(path: string): string {
    return `"${printable(path)}"`;
}
