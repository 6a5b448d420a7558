import { MailError, MailErrorCode } from '../message/mail-error';

/** The saved properties of a node, as Node-RED hands them to the constructor. */
export type SavedProperties = Readonly<Record<string, unknown>>;

const UNSET_VARIABLE = /^\$\{([^}]+)\}$/;

function invalid(name: string, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidProperty,
        kind: 'configuration',
        step: 'configure',
        problem: `property "${name}" ${problem}`,
        remedy: 'Open the node and correct it.'
    });
}

/** Node-RED leaves the literal text `${NAME}` behind when the variable is not set: say which one. */
function checkVariable(name: string, value: unknown): unknown {
    const variable = typeof value === 'string' ? UNSET_VARIABLE.exec(value)?.[1] : undefined;
    if (variable !== undefined) {
        throw new MailError({
            code: MailErrorCode.EnvMissing,
            kind: 'configuration',
            step: 'configure',
            problem: `property "${name}" refers to the environment variable ${variable}, which is not set`,
            remedy: `Set ${variable} and restart, or enter the value in the node.`
        });
    }
    return value;
}

/** Returns trimmed text, "" when absent. Throws MailError when it names an environment variable that is not set. */
export function readText(saved: SavedProperties, name: string): string {
    const value = checkVariable(name, saved[name]);
    return value === undefined || value === null ? '' : String(value).trim();
}

/** Secrets keep their blanks: a password may begin or end with one. Throws like readText. */
export function readSecret(saved: SavedProperties, name: string): string {
    const value = checkVariable(name, saved[name]);
    return value === undefined || value === null ? '' : String(value);
}

/** A value from the environment arrives as text; `fallback` stands for an empty field. Throws when outside min…max. */
export function readNumber(
    saved: SavedProperties,
    name: string,
    range: { fallback: number; min: number; max: number }
): number {
    const text = readText(saved, name);
    const value = text === '' ? range.fallback : Number(text);
    if (!Number.isFinite(value) || value < range.min || value > range.max) {
        throw invalid(name, `must be a number from ${range.min} to ${range.max}, not "${text}"`);
    }
    return value;
}

/** Like readNumber, for what can only be counted: half a connection would be opened never or without end. */
export function readWholeNumber(
    saved: SavedProperties,
    name: string,
    range: { fallback: number; min: number; max: number }
): number {
    const value = readNumber(saved, name, range);
    if (!Number.isInteger(value)) {
        throw invalid(name, `must be a whole number, not "${value}"`);
    }
    return value;
}

/** Accepts true, false and their spellings in an environment variable. */
export function readBoolean(saved: SavedProperties, name: string, fallback: boolean): boolean {
    const text = readText(saved, name).toLowerCase();
    if (text === '') {
        return fallback;
    }
    if (['true', '1', 'yes', 'on'].includes(text)) {
        return true;
    }
    if (['false', '0', 'no', 'off'].includes(text)) {
        return false;
    }
    throw invalid(name, `must be true or false, not "${text}"`);
}

/** Returns one of `choices`; the first stands for an empty field. */
export function readChoice<T extends string>(saved: SavedProperties, name: string, choices: readonly [T, ...T[]]): T {
    const text = readText(saved, name);
    if (text === '') {
        return choices[0];
    }
    const choice = choices.find(candidate => candidate === text);
    if (choice === undefined) {
        throw invalid(name, `must be one of ${choices.join(', ')}, not "${text}"`);
    }
    return choice;
}

/** A list may also come from one variable: as a JSON array, or as text separated by commas or line breaks. */
export function readList(saved: SavedProperties, name: string): string[] {
    const value = checkVariable(name, saved[name]);
    if (value === undefined || value === null || value === '') {
        return [];
    }
    const items = Array.isArray(value) ? value : splitList(name, String(value));
    return items.map((item, index) => String(checkVariable(`${name}[${index}]`, item)).trim()).filter(Boolean);
}

function splitList(name: string, text: string): unknown[] {
    // "[Gmail]/All Mail" begins like a JSON array and is none
    if (!/^\s*\[(\s*"|[^]*\]\s*$)/.test(text)) {
        return text.split(/[,\r\n]/);
    }
    try {
        return JSON.parse(text) as unknown[];
    } catch {
        throw invalid(name, 'is neither a JSON array nor a list separated by commas');
    }
}
