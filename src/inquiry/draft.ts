import { BeyondLimit, MAX_EXTRA, MAX_VALUE_CHARS } from './limits';
import { plainAddress } from './plain-address';
import { phoneKindOf, type Field } from './profile';
import type { PhoneKind } from './types';

export interface DraftValue {
    text: string;
    /** What the mail calls it. */
    label: string;
}

/** The values of one inquiry as they were found, before anything is made of them. */
export class Draft {
    readonly values = new Map<Field, DraftValue>();
    readonly phones: Array<DraftValue & { kind: PhoneKind }> = [];
    readonly extra = new Map<string, string[]>();
    /** Targets of links in its part of the mail. */
    readonly links: string[] = [];
    /** What the format itself says of the kind of the price, such as its currency. */
    currency = '';
    raw = { text: '', html: '' };

    /** Takes the first value of a field and ignores empty ones. False when the field has a value already. */
    set(field: Field, value: string, label: string): boolean {
        const text = bounded(value.trim());
        const kind = phoneKindOf(field);
        if (text === '') {
            return true;
        }
        if (kind !== null) {
            if (!this.phones.some(phone => phone.text === text)) {
                this.phones.push({ kind, text, label });
            }
            return true;
        }
        if (this.values.has(field)) {
            return false;
        }
        if (field === 'contact.email' && !plainAddress(text)) {
            // "on request" is no way to reach anybody, so it must not count as one
            this.keep(label, text);
            return true;
        }
        this.values.set(field, { text, label });
        return true;
    }

    get(field: Field): string | undefined {
        return this.values.get(field)?.text;
    }

    /** Keeps a value under the label that no profile knows. */
    keep(label: string, value: string): void {
        const text = bounded(value.trim());
        const values = this.extra.get(label);
        if (text === '') {
            return;
        }
        if (values && values.length < MAX_EXTRA) {
            values.push(text);
        } else if (!values && this.extra.size < MAX_EXTRA) {
            this.extra.set(label, [text]);
        } else {
            throw new BeyondLimit(`more than ${MAX_EXTRA} labels, or values of one`);
        }
    }

    /** Adds what another draft knows and this one does not; for fields that stand above all inquiries of a mail. */
    inherit(other: Draft): void {
        for (const [field, { text, label }] of other.values) {
            this.set(field, text, label);
        }
        this.phones.push(...other.phones);
        for (const [label, values] of other.extra) {
            values.forEach(value => this.keep(label, value));
        }
    }

    /** True when it holds this field, or one of several that are separated by "|". */
    has(wanted: string): boolean {
        return wanted.split('|').some(name => {
            return name === 'contact.phones' ? this.phones.length > 0 : this.values.has(name as Field);
        });
    }
}

function bounded(text: string): string {
    if (text.length > MAX_VALUE_CHARS) {
        throw new BeyondLimit(`a value of more than ${MAX_VALUE_CHARS} characters`);
    }
    return text;
}
