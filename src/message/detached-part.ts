import { MailError, MailErrorCode } from './mail-error';

/**
 * An attachment whose content was left on the server while the mail around it is read: either its size is known, in
 * bytes without the transfer encoding, or its content, without the transfer encoding, is fetched when it is wanted.
 */
export type DetachedPart = { size: number } | { open: () => AsyncIterable<Buffer> };

/** By IMAP part number. */
export type DetachedParts = ReadonlyMap<string, DetachedPart>;

/** The server's description of a mail does not fit the mail: it has to be read whole. */
export class PartMismatch extends MailError {
    constructor(problem: string) {
        super({ code: MailErrorCode.Unreadable, kind: 'permanent', step: 'parse', problem });
    }
}
