/** Where a mail lies on a server. All that a later node needs; survives cloning, JSON and queues. */
export interface MailRef {
    /** Id of the imap-account config node. */
    account: string;
    folder: string;
    /** Decimal text: UIDVALIDITY is a 32-bit number that imapflow hands out as BigInt, which JSON cannot hold. */
    uidValidity: string;
    uid: number;
}

export interface Address {
    name: string;
    address: string;
}

/** `msg.attachments[]`. `content` and `path` exist only in the modes `buffer` and `file`. */
export interface MailAttachment {
    /** Never empty, and safe as a name in a folder: no separators, control or direction characters, bounded length. */
    filename: string;
    contentType: string;
    /** Bytes after the transfer encoding was removed. */
    size: number;
    /** With angle brackets, as in the header; empty when the part has none. */
    contentId: string;
    inline: boolean;
    /** IMAP part number ("2", "2.1"). */
    part: string;
    content?: Buffer;
    /** Absolute path of the file. */
    path?: string;
}

/** What a delivery report, a receipt, a complaint or a calendar answer says to machines. */
export interface MailReport {
    /** Its machine-readable parts: the type in lower case, and the text, unfolded and cut at some kilobytes. */
    parts: Array<{ contentType: string; text: string }>;
    /** Message-ID of the mail that the report encloses; empty when it encloses none. */
    originalMessageId: string;
}

/**
 * A line that a server on the way put above the mail: who received it, or what was found out about its sender. `msg.header`
 * does not show which of them stands above which.
 */
export type TraceEntry =
    | { /** The host that wrote the Received field, in lower case; empty when it does not say. */ by: string }
    | { /** An Authentication-Results field, unfolded but not decoded; empty when it is too long. */ results: string };

/** `msg.mail`: plain JSON, no Map, Set, BigInt or Date. */
export interface MailInfo {
    ref: MailRef;
    messageId: string;
    inReplyTo: string;
    references: string[];
    /** null when there is not exactly one From field with exactly one plain mailbox. */
    from: Address | null;
    /** Why `from` is null. */
    fromProblem?: string;
    sender: Address | null;
    replyTo: Address[];
    to: Address[];
    cc: Address[];
    returnPath: string;
    subject: string;
    /** ISO 8601: the Date header, else the server's arrival time. */
    date: string;
    /** ISO 8601: INTERNALDATE; empty when the server sent none. */
    receivedAt: string;
    /** RFC822.SIZE in bytes. */
    size: number;
    /** True when only the header was fetched because of `maxSizeMB`. */
    oversize: boolean;
    flags: string[];
    labels: string[];
    threadId: string;
    emailId: string;
    delivery: { id: string; attempt: number };
    authentication: Record<string, unknown>;
    automatic: Record<string, unknown>;
    /** Topmost first; absent without an Authentication-Results field, and when the header is malformed. */
    trace?: TraceEntry[];
    /** Only with content `text` and `full`, and only when the mail has such parts. */
    report?: MailReport;
    /** What could not be read; the mail is passed on with what could. */
    problem?: string;
}

/** The message that imap-in, search-mail and pop3-in emit, one per mail. */
export interface MailMessage {
    payload: string;
    html?: string;
    topic: string;
    from: string;
    date: Date;
    /** Lower-case names, decoded text, an array for a repeated field; has no prototype. */
    header: Record<string, string | string[]>;
    attachments: MailAttachment[];
    /** The message as it lies on the server, byte for byte; only with content `full`. */
    original?: Buffer;
    mail: MailInfo;
}

export type ContentMode = 'headers' | 'text' | 'full';
export type AttachmentMode = 'none' | 'buffer' | 'file';

/** What the server says about a mail beside its bytes; the input of the message builder. */
export interface MailMeta {
    ref: MailRef;
    size: number;
    flags: string[];
    /** null when the server sent no INTERNALDATE. */
    receivedAt: Date | null;
    labels: string[];
    threadId: string;
    emailId: string;
    delivery: { id: string; attempt: number };
}
