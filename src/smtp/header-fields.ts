import { MailErrorCode } from '../message/mail-error';
import { refusal } from './refusal';

/** One field as nodemailer takes it; a list, so that no name can meet a property of Object.prototype. */
export interface HeaderField {
    key: string;
    value: string;
}

/** RFC 5322 section 2.2: printable ASCII except the colon. */
const FIELD_NAME = /^[!-9;-~]+$/;
const MAX_NAME_CHARS = 76;
/** Room for a long List-Unsubscribe or References, not for a body in a header. */
const MAX_VALUE_CHARS = 8_000;
const MAX_FIELDS = 100;
/** A tab is legal white space in a field; every other control character, line breaks first, starts something new. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const MESSAGE_ID = /^<[\u0021-\u003b\u003d\u003f-\u007e]+>$/;

/** Fields that say who sends and who receives, or that belong to the transport, and what to use in their place. */
const RESERVED: ReadonlyMap<string, string> = new Map([
    ['from', 'The account is the sender; msg.sendAs names one of its other addresses.'],
    ['sender', 'The account is the sender; msg.sendAs names one of its other addresses.'],
    ['return-path', 'The account is the sender.'],
    ['to', 'Use msg.to.'],
    ['cc', 'Use msg.cc.'],
    ['bcc', 'Use msg.bcc.'],
    ['reply-to', 'Use msg.replyTo.'],
    ['subject', 'Use msg.topic.'],
    ['in-reply-to', 'Use msg.inReplyTo.'],
    ['references', 'Use msg.references.'],
    ['message-id', 'It is made for each mail.'],
    ['date', 'It is made for each mail.'],
    ['mime-version', 'It is made for each mail.'],
    ['received', 'Only servers write it.'],
    ['delivered-to', 'Only servers write it.'],
    ['authentication-results', 'Only servers write it.'],
    ['dkim-signature', 'Only servers write it.']
]);
const RESERVED_FAMILIES: ReadonlyArray<[string, string]> = [
    ['content-', 'Use msg.html and msg.attachments.'],
    ['resent-', 'They belong to mail that is passed on unchanged.'],
    ['arc-', 'Only servers write them.']
];

const PRIORITIES: Readonly<Record<string, readonly HeaderField[]>> = {
    high: [
        { key: 'X-Priority', value: '1 (Highest)' },
        { key: 'X-MSMail-Priority', value: 'High' },
        { key: 'Importance', value: 'High' }
    ],
    normal: [],
    low: [
        { key: 'X-Priority', value: '5 (Lowest)' },
        { key: 'X-MSMail-Priority', value: 'Low' },
        { key: 'Importance', value: 'Low' }
    ]
};

/**
 * Returns text that may stand in a header.
 *
 * @throws MailError HEADER_INVALID for line breaks and control characters: nodemailer would fold them into blanks, and
 * a value that tried to smuggle a second field would go out unnoticed.
 */
export function headerText(field: string, value: unknown): string {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        throw refusal(MailErrorCode.HeaderInvalid, `${field} must be text, not ${kindOf(value)}`);
    }
    const text = String(value);
    if (CONTROL.test(text.replaceAll('\t', ' '))) {
        throw refusal(MailErrorCode.HeaderInvalid, `${field} holds a line break or a control character`);
    }
    if (text.length > MAX_VALUE_CHARS) {
        throw refusal(MailErrorCode.HeaderInvalid, `${field} is longer than ${MAX_VALUE_CHARS} characters`);
    }
    return text;
}

/** Returns the subject, "" when there is none: an invented one would be noise in every mailbox. Throws like headerText. */
export function readSubject(field: string, value: unknown): string {
    return value === undefined || value === null ? '' : headerText(field, value).trim();
}

/**
 * Reads `msg.headers`: a plain object of texts or lists of texts.
 *
 * @throws MailError HEADER_INVALID, also for every field that would get around the account's sender or `msg.to`.
 */
export function readHeaders(value: unknown): HeaderField[] {
    if (value === undefined || value === null) {
        return [];
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.headers must be an object, not ${kindOf(value)}`);
    }
    const fields = Object.entries(value).flatMap(([key, values]: [string, unknown]) => {
        checkName(key);
        return [values].flat().map(item => ({ key, value: headerText(`msg.headers["${key}"]`, item) }));
    });
    if (fields.length > MAX_FIELDS) {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.headers has more than ${MAX_FIELDS} fields`);
    }
    return fields;
}

function checkName(key: string): void {
    if (!FIELD_NAME.test(key) || key.length > MAX_NAME_CHARS) {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.headers has a name that is no field name: ${printable(key)}`);
    }
    const name = key.toLowerCase();
    const hint = RESERVED.get(name) ?? RESERVED_FAMILIES.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (hint !== undefined) {
        throw refusal(MailErrorCode.HeaderInvalid, `msg.headers must not set ${key}`, hint);
    }
}

/** Reads `msg.priority`. Throws MailError HEADER_INVALID for a word other than high, normal and low. */
export function readPriority(value: unknown): readonly HeaderField[] {
    if (value === undefined || value === null || value === '') {
        return [];
    }
    const word = headerText('msg.priority', value).toLowerCase();
    const fields = Object.hasOwn(PRIORITIES, word) ? PRIORITIES[word] : undefined;
    if (!fields) {
        throw refusal(MailErrorCode.HeaderInvalid, 'msg.priority must be "high", "normal" or "low"');
    }
    return fields;
}

/**
 * Reads Message-IDs from a text or a list of texts; brackets may be missing.
 *
 * @throws MailError HEADER_INVALID for anything that is not a Message-ID.
 */
export function readMessageIds(field: string, value: unknown): string[] {
    if (value === undefined || value === null) {
        return [];
    }
    return [value].flat().flatMap(item =>
        headerText(field, item)
            .split(/\s+/)
            .filter(Boolean)
            .map(word => {
                const id = word.startsWith('<') ? word : `<${word}>`;
                if (!MESSAGE_ID.test(id)) {
                    throw refusal(
                        MailErrorCode.HeaderInvalid,
                        `${field} holds "${printable(word)}", which is no Message-ID`
                    );
                }
                return id;
            })
    );
}

/** The kind of a value in words, for errors. */
export function kindOf(value: unknown): string {
    if (value === null || value === undefined) {
        return 'nothing';
    }
    if (Array.isArray(value)) {
        return 'a list';
    }
    return Buffer.isBuffer(value) ? 'a Buffer' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** What came from a message is quoted in an error only without the characters it may try to smuggle, and not at length. */
export function printable(text: string): string {
    return text.slice(0, 80).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}
