import type { SearchObject } from 'imapflow';
import { MailError, MailErrorCode } from '../message/mail-error';
import { isKeyword } from './keyword';

type Check = (value: unknown, path: string) => unknown;

/** A chain of NOT and OR deeper than this is a mistake or an attack on the parser of the server. */
const MAX_DEPTH = 10;
/** ISO 8601, with or without a time; Date alone accepts a comment behind it. */
const DATE = /^(\d{4}-\d{2}-\d{2})(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/;

const text: Check = (value, path) => {
    if (typeof value !== 'string' || value.trim() === '' || value.includes('\0')) {
        // imapflow drops an empty term, and what is left, or everything, would match; no IMAP string can hold NUL
        throw invalid(path, 'must be text that is not empty');
    }
    return value;
};
const keyword: Check = (value, path) => {
    if (typeof value !== 'string' || !isKeyword(value)) {
        throw invalid(path, 'must be a keyword: letters, digits and signs such as $ - _ and no blanks');
    }
    return value;
};
const flag: Check = (value, path) => {
    if (typeof value !== 'boolean') {
        throw invalid(path, 'must be true or false');
    }
    return value;
};
const bytes: Check = (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
        throw invalid(path, 'must be a number of bytes above 0');
    }
    return value;
};
const date: Check = (value, path) => {
    const day = typeof value === 'string' ? DATE.exec(value)?.[1] : undefined;
    const parsed = new Date(day === undefined ? NaN : (value as string));
    // Date turns 31 February into 3 March, which would silently search other days
    if (Number.isNaN(parsed.getTime()) || new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day) {
        throw invalid(path, 'must be a date such as "2026-11-23"');
    }
    return parsed;
};
const header: Check = (value, path) => {
    if (!isObject(value) || Object.keys(value).length === 0) {
        throw invalid(path, 'must be an object such as {"list-id": true}');
    }
    for (const [name, wanted] of Object.entries(value)) {
        if (!/^[!-9;-~]+$/.test(name)) {
            throw invalid(path, `"${name}" is no header name`);
        }
        if (wanted !== true) {
            text(wanted, `${path}.${name}`);
        }
    }
    return value;
};

/** Conditions of RFC 9051 section 6.4.4 under imapflow's names. UIDs and sequence numbers belong to the node itself. */
const CONDITIONS: Record<string, Check> = {
    seen: flag,
    answered: flag,
    flagged: flag,
    deleted: flag,
    draft: flag,
    keyword,
    unKeyword: keyword,
    from: text,
    to: text,
    cc: text,
    bcc: text,
    subject: text,
    body: text,
    text,
    header,
    larger: bytes,
    smaller: bytes,
    since: date,
    before: date,
    on: date,
    sentSince: date,
    sentBefore: date,
    sentOn: date,
    gmraw: text
};

/**
 * Checks the `search` property: JSON text or an object with conditions that all have to hold.
 *
 * @returns null for an empty property.
 * @throws MailError INVALID_SEARCH that names the condition; a wrong condition is never left out.
 */
export function parseSearch(value: unknown): SearchObject | null {
    if (value === undefined || value === null || value === '') {
        return null;
    }
    let parsed: unknown = value;
    if (typeof value === 'string') {
        try {
            parsed = JSON.parse(value);
        } catch (error) {
            throw invalid('search', `is not JSON: ${(error as Error).message}`);
        }
    }
    const query = parseConditions(parsed, 'search', 0);
    return Object.keys(query).length === 0 ? null : query;
}

function parseConditions(value: unknown, path: string, depth: number): SearchObject {
    if (!isObject(value)) {
        throw invalid(path, 'must be an object such as {"seen": false}');
    }
    if (depth > MAX_DEPTH) {
        throw invalid(path, `is nested deeper than ${MAX_DEPTH}`);
    }
    const query: Record<string, unknown> = {};
    for (const [name, wanted] of Object.entries(value)) {
        const at = `${path}.${name}`;
        if (name === 'not') {
            query[name] = parseOperand(wanted, at, depth);
        } else if (name === 'or') {
            if (!Array.isArray(wanted) || wanted.length < 2) {
                throw invalid(at, 'must be a list of at least two conditions');
            }
            query[name] = wanted.map((operand, index) => parseOperand(operand, `${at}[${index}]`, depth));
        } else {
            const check = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
            if (!check) {
                throw invalid(at, `is not known; there are ${Object.keys(CONDITIONS).join(', ')}, not, or`);
            }
            query[name] = check(wanted, at);
        }
    }
    return query as SearchObject;
}

function parseOperand(value: unknown, path: string, depth: number): SearchObject {
    const operand = parseConditions(value, path, depth + 1);
    if (Object.keys(operand).length === 0) {
        throw invalid(path, 'must not be empty');
    }
    return operand;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidSearch,
        kind: 'configuration',
        step: 'configure',
        problem: `${path} ${problem}`,
        remedy: 'Correct the search in the node and deploy.'
    });
}
