import { countryCode } from './countries';
import { readDate } from './dates';
import type { Draft } from './draft';
import { keyOf } from './inquiry-key';
import { kindOf } from './kinds';
import { languageOf } from './language';
import type { MailParts } from './mail-parts';
import { plainAddress } from './plain-address';
import { readPhone } from './phones';
import { readPlace } from './place';
import { readPrice } from './prices';
import type { Profile } from './profile';
import type { Inquiry, InquiryAddress, InquiryContact, InquiryFormat, InquiryItem } from './types';

/** What a whole mail says about each of its inquiries. */
export interface Found {
    drafts: readonly Draft[];
    profile: Profile;
    format: InquiryFormat;
    /** How sure the way of reading is, 0 to 1. */
    confidence: number;
    warnings: string[];
}

const YEAR = /^(?:19|20)\d{2}$/;

/** Makes the records of a mail from what was found in it. */
export function finishInquiries(found: Found, parts: MailParts): Inquiry[] {
    return found.drafts.map((draft, index) => finish(draft, index, found, parts));
}

function finish(draft: Draft, index: number, found: Found, parts: MailParts): Inquiry {
    const { profile, format, drafts, warnings } = found;
    const missing = profile.expected.filter(field => !draft.has(field));
    const contact = contactOf(draft, profile, parts);
    const item = itemOf(draft);
    const text = draft.get('inquiry.text');
    const conversation = draft.get('inquiry.threadKey');
    const buyer = contact.email ?? contact.phones?.[0]?.e164 ?? contact.phones?.[0]?.raw ?? contact.name ?? '';
    const relay = contact.emailIsRelay ? contact.email : undefined;
    const listing = item.id ?? item.ownId ?? item.title ?? '';
    const way = profile.relayInKey ? (relay ?? conversation ?? buyer) : (conversation ?? contact.name ?? '');
    const threadKey = conversation ?? relay ?? (listing !== '' && buyer !== '' ? `${listing} ${buyer}` : undefined);
    const receivedAt = dateOf(draft) || parts.mail.date;
    return {
        schema: 'inquiry/1',
        key: keyOf([profile.portal, way.toLowerCase(), listing, text ?? '']),
        source: { portal: profile.portal, profile: profile.name, format, index, count: drafts.length },
        mail: parts.mail,
        contact,
        item,
        inquiry: {
            ...given('text', text),
            kind: kindOf(draft, profile, parts.subject),
            ...given('preferredContact', draft.get('inquiry.preferredContact')),
            ...given('receivedAt', receivedAt),
            ...given('threadKey', threadKey)
        },
        extra: extraOf(draft),
        attachments: parts.attachments.map(({ content: _content, ...attachment }) => attachment),
        confidence: confidenceOf(found.confidence, missing.length),
        missing,
        warnings,
        raw: { text: draft.raw.text, ...given('html', draft.raw.html) }
    };
}

function contactOf(draft: Draft, profile: Profile, parts: MailParts): InquiryContact {
    const address = addressOf(draft);
    const country = address.countryCode ?? profile.country;
    const email = plainAddress(draft.get('contact.email') ?? '');
    const language = languageOf(draft.get('inquiry.text') ?? '');
    const phones = draft.phones.map(({ kind, text }) => readPhone(text, kind, country));
    return {
        ...given('name', draft.get('contact.name')),
        ...given('firstName', draft.get('contact.firstName')),
        ...given('lastName', draft.get('contact.lastName')),
        ...given('salutation', draft.get('contact.salutation')),
        ...given('company', draft.get('contact.company')),
        ...(email ? { email: email.address, emailIsRelay: profile.relayMatcher.matches(email) } : {}),
        ...given('replyTo', parts.replyTo?.address),
        ...(phones.length > 0 ? { phones } : {}),
        ...given('language', language),
        ...(Object.keys(address).length > 0 ? { address } : {})
    };
}

function addressOf(draft: Draft): InquiryAddress {
    const raw = draft.get('contact.address.raw');
    const country = draft.get('contact.address.country');
    return {
        ...(raw === undefined ? {} : readPlace(raw)),
        ...given('street', draft.get('contact.address.street')),
        ...given('postalCode', draft.get('contact.address.postalCode')),
        ...given('city', draft.get('contact.address.city')),
        ...given('region', draft.get('contact.address.region')),
        ...given('country', country),
        ...given('countryCode', country === undefined ? undefined : countryCode(country))
    };
}

function itemOf(draft: Draft): InquiryItem {
    const price = draft.get('item.price');
    const year = draft.values.get('item.year');
    if (year && !YEAR.test(year.text)) {
        draft.keep(year.label, year.text);
    }
    return {
        ...given('id', draft.get('item.id')),
        ...given('ownId', draft.get('item.ownId')),
        ...given('title', draft.get('item.title')),
        ...given('category', draft.get('item.category')),
        ...given('url', draft.get('item.url')),
        ...(price === undefined ? {} : { price: readPrice(price, draft.currency) }),
        ...given('make', draft.get('item.make')),
        ...given('model', draft.get('item.model')),
        ...(year && YEAR.test(year.text) ? { year: Number(year.text) } : {}),
        ...given('vin', draft.get('item.vin'))
    };
}

function dateOf(draft: Draft): string {
    const value = draft.values.get('inquiry.receivedAt');
    const date = value ? readDate(value.text) : '';
    if (value && date === '') {
        draft.keep(value.label, value.text);
    }
    return date;
}

/** `fromEntries` makes own properties of every label, `constructor` among them. */
function extraOf(draft: Draft): Record<string, string | string[]> {
    return Object.fromEntries([...draft.extra].map(([label, values]) => [safeKey(label), single(values)]));
}

/**
 * `RED.util.cloneMessage` copies by assignment, where a list under this one name would become the prototype of the copy.
 * With its colon, as the mail has it, it is a name like any other.
 */
function safeKey(label: string): string {
    return label === '__proto__' ? '__proto__:' : label;
}

function single(values: string[]): string | string[] {
    return values.length === 1 ? (values[0] as string) : values;
}

function confidenceOf(base: number, missing: number): number {
    return Math.round(Math.max(0.1, base - 0.05 * missing) * 100) / 100;
}

/** Absent stays absent: an empty text is none. */
function given<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
    return value === undefined || value === '' ? {} : ({ [name]: value } as Record<K, string>);
}
