import { cleanResponse, MailError, MailErrorCode } from '../message/mail-error';
import { compileSenders } from '../sender/pattern';
import { MAX_LABEL_CHARS, normaliseLabel } from './labels';
import { EVIDENCE, FIELDS, type Field, type Profile, type ProfileData } from './profile';
import { FORMATS, KINDS, type InquiryKind } from './types';

type Values = Record<string, unknown>;
type Check<T> = (value: unknown, path: string) => T;

/** A profile is typed by a person; none has a thousand labels. */
const MAX_ENTRIES = 500;
const MAX_TEXT_CHARS = 200;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DATE = /^\d{4}-\d{2}$/;
const ELEMENT = /^[a-z][a-z0-9]*$/;
const ATTRIBUTE = /^[a-z][a-z-]*$/;
const HEADER = /^[!-9;-~]+$/;
/** Everything that a profile may hold; `required` and `expected` may also ask for any telephone. */
const PROPERTIES = `id version portal evidence senders subject format prefer start labels message messageAfter end relay
    required expected box subjectFields subjectKinds subjectCount senderName headers itemLinks xml country kind
    relayInKey`.split(/\s+/);
const ANY_PHONE = 'contact.phones';

/**
 * Checks a profile and makes it ready for use.
 *
 * @throws MailError INVALID_PROPERTY or INVALID_PATTERN that names the profile, the place in it and what belongs there.
 */
export function checkProfile(value: unknown): Profile {
    const name =
        isObject(value) && typeof value['id'] === 'string' ? `"${cleanResponse(value['id'])}"` : 'without an id';
    if (!isObject(value)) {
        throw invalid(name, 'profile', 'must be an object such as {"id": "my-portal", …}');
    }
    const unknown = Object.keys(value).find(key => !PROPERTIES.includes(key));
    if (unknown !== undefined) {
        throw invalid(name, cleanResponse(unknown), `is not known; there are ${PROPERTIES.join(', ')}`);
    }
    const data = readData(new ProfileReader(name, value));
    checkSense(name, data, value['message']);
    return {
        ...data,
        name: `${data.id}@${data.version}`,
        senderMatcher: compileSenders(data.senders),
        relayMatcher: compileSenders(data.relay),
        labelFields: new Map(Object.entries(data.labels).map(([label, field]) => [normaliseLabel(label), field])),
        startLabels: new Set(data.start.map(normaliseLabel))
    };
}

function readData(reader: ProfileReader): ProfileData {
    const text = reader.text;
    const field = reader.oneOf<Field>(FIELDS);
    const required = reader.list('required', reader.fields);
    return {
        id: reader.matching('id', ID, 'must be a name of small letters, digits and hyphens'),
        version: reader.version(),
        portal: reader.matching('portal', ID, 'must be a name of small letters, digits and hyphens'),
        evidence: reader.evidence(),
        senders: reader.list('senders', text),
        subject: reader.list('subject', text),
        format: reader.required('format', reader.oneOf(FORMATS)),
        prefer: reader.optional('prefer', reader.oneOf<'html' | 'text'>(['html', 'text']), 'html'),
        start: reader.list('start', text),
        labels: reader.map('labels', field, MAX_LABEL_CHARS),
        messageAfter: reader.list('messageAfter', text).map(phrase => phrase.toLowerCase()),
        end: reader.list('end', text).map(mark => mark.toLowerCase()),
        relay: reader.list('relay', text),
        required,
        expected: [...new Set([...required, ...reader.list('expected', reader.fields)])],
        box: reader.box(),
        subjectFields: reader.map('subjectFields', field),
        subjectKinds: reader.map('subjectKinds', reader.oneOf<InquiryKind>(KINDS)),
        subjectCount: reader.list('subjectCount', reader.template('#')),
        senderName: reader.list('senderName', reader.template('*')),
        headers: reader.headers(field),
        itemLinks: reader.list('itemLinks', text),
        xml: reader.xml(field),
        country: reader.optional('country', reader.country, ''),
        kind: reader.optional('kind', reader.oneOf<InquiryKind>(KINDS), 'unknown'),
        relayInKey: reader.optional('relayInKey', reader.flag, true)
    };
}

/** What each part allows on its own may still make no sense together. */
function checkSense(profile: string, data: ProfileData, message: unknown): void {
    const labels = new Map(Object.entries(data.labels).map(([label, field]) => [normaliseLabel(label), field]));
    const unknownStart = data.start.find(label => !labels.has(normaliseLabel(label)));
    if (unknownStart !== undefined) {
        throw invalid(profile, 'start', `names "${cleanResponse(unknownStart)}", which is not among the labels`);
    }
    if (message !== undefined && labels.get(normaliseLabel(String(message))) !== 'inquiry.text') {
        throw invalid(profile, 'message', 'must be a label that stands for inquiry.text');
    }
    const needsLabels = data.format === 'label-value' || data.format === 'generic';
    if (needsLabels && labels.size === 0) {
        throw invalid(profile, 'labels', `must name at least one label, because the format is ${data.format}`);
    }
    if ((data.format === 'html-box') !== (data.box !== null)) {
        throw invalid(profile, 'box', 'belongs to the format html-box, which needs it');
    }
    if ((data.format === 'xml') !== (data.xml !== null)) {
        throw invalid(profile, 'xml', 'belongs to the format xml, which needs it');
    }
    if (data.format !== 'json-ld' && data.required.length === 0) {
        throw invalid(profile, 'required', 'must name at least one field, or every mail would be an inquiry');
    }
}

/** Reads the parts of one profile; every refusal names the part. */
class ProfileReader {
    readonly #name: string;
    readonly #values: Values;

    constructor(name: string, values: Values) {
        this.#name = name;
        this.#values = values;
    }

    readonly text: Check<string> = (value, path) => {
        if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_TEXT_CHARS) {
            throw this.#invalid(path, `must be a text of at most ${MAX_TEXT_CHARS} characters`);
        }
        return value.trim();
    };

    readonly flag: Check<boolean> = (value, path) => {
        if (typeof value !== 'boolean') {
            throw this.#invalid(path, 'must be true or false');
        }
        return value;
    };

    readonly country: Check<string> = (value, path) => {
        if (typeof value !== 'string' || !/^[A-Z]{2}$/.test(value)) {
            throw this.#invalid(path, 'must be a country code such as "DE"');
        }
        return value;
    };

    /** One field, or several of which one is enough, separated by "|". */
    readonly fields: Check<string> = (value, path) => {
        const names = this.text(value, path).split('|');
        const known: readonly string[] = [...FIELDS, ANY_PHONE];
        if (!names.every(name => known.includes(name))) {
            throw this.#invalid(path, `must be one of ${known.join(', ')}`);
        }
        return names.join('|');
    };

    oneOf<T extends string>(choices: readonly T[]): Check<T> {
        return (value, path) => {
            const choice = choices.find(candidate => candidate === value);
            if (choice === undefined) {
                throw this.#invalid(path, `must be one of ${choices.join(', ')}`);
            }
            return choice;
        };
    }

    template(mark: string): Check<string> {
        return (value, path) => {
            const template = this.text(value, path);
            if (template.split(mark).length !== 2 || template === mark) {
                throw this.#invalid(path, `must be a text with one ${mark} in it`);
            }
            return template;
        };
    }

    required<T>(property: string, check: Check<T>): T {
        return check(this.#values[property], property);
    }

    optional<T>(property: string, check: Check<T>, fallback: T): T {
        return this.#values[property] === undefined ? fallback : check(this.#values[property], property);
    }

    matching(property: string, pattern: RegExp, problem: string): string {
        const value = this.#values[property];
        if (typeof value !== 'string' || value.length > MAX_TEXT_CHARS || !pattern.test(value)) {
            throw this.#invalid(property, problem);
        }
        return value;
    }

    list<T>(property: string, check: Check<T>): T[] {
        const value = this.#values[property] ?? [];
        if (!Array.isArray(value) || value.length > MAX_ENTRIES) {
            throw this.#invalid(property, `must be a list of at most ${MAX_ENTRIES} entries`);
        }
        return value.map((entry, index) => check(entry, `${property}[${index}]`));
    }

    map<T>(property: string, check: Check<T>, maxKeyChars = MAX_TEXT_CHARS): Record<string, T> {
        return this.#mapOf(this.#values[property] ?? {}, property, check, maxKeyChars);
    }

    headers(check: Check<Field>): Record<string, Field> {
        const headers = this.map('headers', check);
        const wrong = Object.keys(headers).find(name => !HEADER.test(name) || name !== name.toLowerCase());
        if (wrong !== undefined) {
            throw this.#invalid('headers', `"${cleanResponse(wrong)}" is no header name in small letters`);
        }
        return headers;
    }

    version(): number {
        const value = this.#values['version'] ?? 1;
        if (!Number.isSafeInteger(value) || (value as number) < 1) {
            throw this.#invalid('version', 'must be a whole number from 1');
        }
        return value as number;
    }

    evidence(): ProfileData['evidence'] {
        const value = this.#values['evidence'] ?? { kind: 'own', date: '2000-01' };
        if (!isObject(value) || typeof value['date'] !== 'string' || !DATE.test(value['date'])) {
            throw this.#invalid('evidence', 'must be an object such as {"kind": "own", "date": "2026-11"}');
        }
        return { kind: this.oneOf(EVIDENCE)(value['kind'], 'evidence.kind'), date: value['date'] };
    }

    box(): ProfileData['box'] {
        const value = this.#values['box'] ?? null;
        if (value === null) {
            return null;
        }
        const { element, attribute, value: wanted } = isObject(value) ? value : {};
        const isSound =
            typeof element === 'string' &&
            ELEMENT.test(element) &&
            typeof attribute === 'string' &&
            ATTRIBUTE.test(attribute);
        if (!isSound) {
            throw this.#invalid(
                'box',
                'must be an object such as {"element": "td", "attribute": "class", "value": "message"}'
            );
        }
        return { element, attribute, value: this.text(wanted, 'box.value').toLowerCase() };
    }

    xml(check: Check<Field>): ProfileData['xml'] {
        const value = this.#values['xml'] ?? null;
        if (value === null) {
            return null;
        }
        if (!isObject(value) || (value['records'] !== undefined && !Array.isArray(value['records']))) {
            throw this.#invalid(
                'xml',
                'must be an object such as {"records": ["lead"], "fields": {"phone": "contact.phones[unknown]"}}'
            );
        }
        const records = ((value['records'] ?? []) as unknown[]).map((name, index) =>
            this.text(name, `xml.records[${index}]`)
        );
        return { records, fields: this.#mapOf(value['fields'], 'xml.fields', check, MAX_TEXT_CHARS) };
    }

    #mapOf<T>(value: unknown, path: string, check: Check<T>, maxKeyChars: number): Record<string, T> {
        if (!isObject(value) || Object.keys(value).length > MAX_ENTRIES) {
            throw this.#invalid(path, `must be an object of at most ${MAX_ENTRIES} entries`);
        }
        const entries = Object.entries(value).map(([key, entry]): [string, T] => {
            if (key.trim() === '' || key.length > maxKeyChars) {
                throw this.#invalid(path, `"${cleanResponse(key)}" must have 1 to ${maxKeyChars} characters`);
            }
            return [key, check(entry, `${path}["${cleanResponse(key)}"]`)];
        });
        return Object.fromEntries(entries);
    }

    #invalid(path: string, problem: string): MailError {
        return invalid(this.#name, path, problem);
    }
}

function isObject(value: unknown): value is Values {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(profile: string, path: string, problem: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidProperty,
        kind: 'configuration',
        step: 'configure',
        problem: `the inquiry profile ${profile} is not valid: ${path} ${problem}`,
        remedy: 'Correct the profile in the node.'
    });
}
