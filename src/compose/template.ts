import { MailErrorCode } from '../message/mail-error';
import { refusal } from '../smtp/refusal';

/** Where the filled text goes, and so what its values may hold. */
export type TemplateUse = 'text' | 'html' | 'line' | 'address';

/** A name, dots, and numbers in brackets: `mail.from.name`, `payload.items[0]`. Bounded, so that it cannot run away. */
const PLACEHOLDER = /\{\{\s{0,9}([A-Za-z_$][\w$-]{0,99}(?:\.[\w$-]{1,100}|\[\d{1,6}\]){0,20})\s{0,9}\}\}/g;
/** One address without a name: nothing that ends an address or begins another one. */
const PLAIN_ADDRESS = /^[^\s,;:<>()[\]\\"\p{Cc}\p{Cf}]+$/u;
const LINE_BREAK = /[\p{Cc}\u2028\u2029]/u;
/** A template with many placeholders must not multiply a large value into more than a mail can hold. */
const MAX_CHARS = 10_000_000;

/**
 * Puts values of the message in place of `{{path}}`. Only own properties are read, nothing is called, and what a value
 * holds is not looked at for placeholders again. What does not exist is left empty; objects become JSON.
 *
 * @param field what the user calls the field, for errors.
 * @throws MailError HEADER_INVALID for a line break in a value of a `line`; ADDRESS_INVALID when a value in an
 * `address` could end it and begin another one; TOO_LARGE.
 */
export function fillTemplate(template: string, message: object, use: TemplateUse, field: string): string {
    let size = template.length;
    return template.replace(PLACEHOLDER, (_match, path: string) => {
        const value = guard(textOf(lookUp(message, path)), use, `${field}, {{${path}}}`);
        size += value.length;
        if (size > MAX_CHARS) {
            throw refusal(MailErrorCode.TooLarge, `${field} becomes longer than ${MAX_CHARS} characters`);
        }
        return value;
    });
}

/** For text that becomes part of HTML, attribute values included. */
export function escapeHtml(text: string): string {
    return text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;');
}

function guard(value: string, use: TemplateUse, field: string): string {
    if (use === 'html') {
        return escapeHtml(value);
    }
    if (use === 'line' && LINE_BREAK.test(value)) {
        throw refusal(MailErrorCode.HeaderInvalid, `${field} holds a line break or a control character`);
    }
    if (use === 'address' && value !== '' && !PLAIN_ADDRESS.test(value)) {
        throw refusal(
            MailErrorCode.AddressInvalid,
            `${field} is not one plain address`,
            'Use the type "msg" for names and lists.'
        );
    }
    return value;
}

function lookUp(message: object, path: string): unknown {
    let value: unknown = message;
    for (const key of path.split(/[.[\]]+/).filter(Boolean)) {
        // inherited properties are functions and prototypes, which are nobody's data
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
            return undefined;
        }
        value = (value as Record<string, unknown>)[key];
    }
    return value;
}

function textOf(value: unknown): string {
    if (typeof value === 'object' && value !== null) {
        return ArrayBuffer.isView(value) ? '' : jsonOf(value);
    }
    const isPlain = ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
    return isPlain ? String(value as string | number | boolean | bigint) : '';
}

function jsonOf(value: object): string {
    if (value instanceof Date) {
        return Number.isNaN(value.getTime()) ? '' : value.toISOString();
    }
    try {
        return JSON.stringify(value) ?? '';
    } catch {
        // a circle, or a toJSON that throws: nothing that could be written
        return '';
    }
}
