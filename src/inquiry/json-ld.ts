import { Draft } from './draft';
import { BeyondLimit, MAX_JSON_CHARS, MAX_JSON_DEPTH } from './limits';
import type { Field } from './profile';

type Values = Record<string, unknown>;

/** Schema.org has no type for inquiries; these say that a person asks for, orders or books something. */
const TYPES = new Set(
    `Message EmailMessage Question Comment AskAction CommunicateAction ContactAction Order Invoice Reservation
    LodgingReservation FoodEstablishmentReservation EventReservation RentalCarReservation ReserveAction OrderAction
    Demand`.split(/\s+/)
);
const PERSON = ['sender', 'author', 'agent', 'customer', 'underName', 'participant'];
const ITEM = ['about', 'object', 'orderedItem', 'acceptedOffer', 'reservationFor', 'itemOffered'];
const TEXT = ['text', 'messageAttachment', 'description', 'reservationNotes'];
const SCHEMA = /^https?:\/\/schema\.org[/#]?/i;

/** Reads one JSON-LD block. Text that is no JSON, and types that are no request of a person, give nothing. */
export function readJsonLd(source: string): Draft[] {
    if (source.length > MAX_JSON_CHARS) {
        throw new BeyondLimit(`JSON-LD of more than ${MAX_JSON_CHARS} characters`);
    }
    let parsed: unknown;
    try {
        parsed = JSON.parse(source.trim());
    } catch {
        return [];
    }
    return requestsOf(parsed, 0).map(readRequest);
}

function requestsOf(value: unknown, depth: number): Values[] {
    if (depth > MAX_JSON_DEPTH) {
        return [];
    }
    if (Array.isArray(value)) {
        return value.flatMap(item => requestsOf(item, depth + 1));
    }
    if (!isObject(value)) {
        return [];
    }
    return isRequest(value) ? [value] : requestsOf(own(value, '@graph'), depth + 1);
}

function isRequest(value: Values): boolean {
    return [own(value, '@type')].flat().some(type => typeof type === 'string' && TYPES.has(type.replace(SCHEMA, '')));
}

function readRequest(request: Values): Draft {
    const draft = new Draft();
    readPerson(firstObject(request, PERSON), draft);
    readItem(firstObject(request, ITEM), draft);
    set(draft, 'inquiry.text', request, TEXT);
    set(draft, 'inquiry.receivedAt', request, ['dateSent', 'dateCreated', 'orderDate', 'bookingTime']);
    set(draft, 'inquiry.threadKey', request, ['identifier', 'orderNumber', 'reservationNumber', 'reservationId']);
    for (const [name, value] of Object.entries(request)) {
        if (!name.startsWith('@') && ![...PERSON, ...ITEM, ...TEXT].includes(name) && isPlain(value)) {
            draft.keep(name, String(value));
        }
    }
    return draft;
}

function readPerson(person: Values, draft: Draft): void {
    const isCompany = own(person, '@type') === 'Organization';
    set(draft, isCompany ? 'contact.company' : 'contact.name', person, ['name']);
    set(draft, 'contact.firstName', person, ['givenName']);
    set(draft, 'contact.lastName', person, ['familyName']);
    set(draft, 'contact.company', person, ['worksFor', 'affiliation']);
    set(draft, 'contact.email', person, ['email']);
    set(draft, 'contact.phones[unknown]', person, ['telephone']);
    const address = own(person, 'address');
    if (isObject(address)) {
        set(draft, 'contact.address.street', address, ['streetAddress']);
        set(draft, 'contact.address.postalCode', address, ['postalCode']);
        set(draft, 'contact.address.city', address, ['addressLocality']);
        set(draft, 'contact.address.region', address, ['addressRegion']);
        set(draft, 'contact.address.country', address, ['addressCountry']);
    } else if (isPlain(address)) {
        draft.set('contact.address.raw', String(address), 'address');
    }
}

function readItem(item: Values, draft: Draft): void {
    const inner = firstObject(item, ['itemOffered', 'orderedItem']);
    for (const source of [item, inner]) {
        set(draft, 'item.title', source, ['name']);
        set(draft, 'item.id', source, ['productID', 'identifier', 'sku']);
        set(draft, 'item.url', source, ['url']);
        set(draft, 'item.category', source, ['category']);
        set(draft, 'item.price', source, ['price']);
        draft.currency ||= textOf(own(source, 'priceCurrency'));
    }
}

function set(draft: Draft, field: Field, source: Values, names: readonly string[]): void {
    for (const name of names) {
        draft.set(field, textOf(own(source, name)), name);
    }
}

/** A value, or the name of the thing that stands in its place. */
function textOf(value: unknown): string {
    if (isPlain(value)) {
        return String(value);
    }
    return isObject(value) && isPlain(own(value, 'name')) ? String(own(value, 'name')) : '';
}

function firstObject(source: Values, names: readonly string[]): Values {
    const values = names.flatMap(name => [own(source, name)].flat());
    return values.find(isObject) ?? {};
}

function own(value: Values, name: string): unknown {
    return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isPlain(value: unknown): value is string | number {
    return typeof value === 'string' || typeof value === 'number';
}

function isObject(value: unknown): value is Values {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
