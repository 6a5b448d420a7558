import { oneLine } from '../message/header-text';

/** `msg.header` as a flow hands it over: any node before may have written anything into it. */
export type UncheckedHeader = Readonly<Record<string, unknown>>;

/** No sign is longer, and with this the time does not depend on what a field holds. */
const MAX_VALUE_CHARS = 1000;
/** Of a field that is repeated, as many are looked at. */
const MAX_VALUES = 50;
/** What a reason shows of a value. */
const MAX_SHOWN_CHARS = 200;

/** Most fields that are asked for are not there. */
const NONE: readonly string[] = [];

/** All fields of that name (in lower case), trimmed, in their order; what is no text is left out. */
export function valuesOf(header: UncheckedHeader, name: string): readonly string[] {
    const value = header[name];
    if (value === undefined) {
        return NONE;
    }
    const values: unknown[] = Array.isArray(value) ? value.slice(0, MAX_VALUES) : [value];
    return values.filter(text => typeof text === 'string').map(text => text.slice(0, MAX_VALUE_CHARS).trim());
}

/** The topmost field of that name; "" when there is none. */
export function firstOf(header: UncheckedHeader, name: string): string {
    return valuesOf(header, name)[0] ?? '';
}

/** Shortens what came from outside to one line that may be shown. */
export function shown(value: string, maxChars = MAX_SHOWN_CHARS): string {
    return oneLine(value.slice(0, maxChars));
}
