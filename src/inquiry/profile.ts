import type { SenderMatcher } from '../sender/pattern';
import type { InquiryFormat, InquiryKind, PhoneKind } from './types';

/** Where a label's value goes. `phones[…]` collect, all others take the first value. */
export const FIELDS = [
    'contact.name',
    'contact.firstName',
    'contact.lastName',
    'contact.salutation',
    'contact.company',
    'contact.email',
    'contact.phones[mobile]',
    'contact.phones[landline]',
    'contact.phones[fax]',
    'contact.phones[unknown]',
    'contact.address.street',
    'contact.address.postalCode',
    'contact.address.city',
    'contact.address.region',
    'contact.address.country',
    'contact.address.raw',
    'item.id',
    'item.ownId',
    'item.title',
    'item.category',
    'item.url',
    'item.price',
    'item.make',
    'item.model',
    'item.year',
    'item.vin',
    'inquiry.text',
    'inquiry.kind',
    'inquiry.preferredContact',
    'inquiry.receivedAt',
    'inquiry.threadKey'
] as const;
export type Field = (typeof FIELDS)[number];

/** `contact.phones[mobile]` gives `mobile`; every other field null. */
export function phoneKindOf(field: Field): PhoneKind | null {
    const [, kind] = /^contact\.phones\[(\w+)\]$/.exec(field) ?? [];
    return (kind as PhoneKind | undefined) ?? null;
}

export const EVIDENCE = ['documented', 'public-parser', 'reconstructed', 'own'] as const;

/** A portal as data: what its mails look like. No code and no regular expressions, see `profile-check`. */
export interface ProfileData {
    id: string;
    version: number;
    portal: string;
    evidence: { kind: (typeof EVIDENCE)[number]; date: string };
    /** Patterns as in filter-sender; empty: every sender. */
    senders: string[];
    /** Beginnings of subjects; empty: every subject. */
    subject: string[];
    format: InquiryFormat;
    /** Which body is looked at first, where both are there. */
    prefer: 'html' | 'text';
    /** Labels at the head of each inquiry of a digest: one of them again begins the next inquiry. */
    start: string[];
    labels: Record<string, Field>;
    /** A line with one of these phrases stands before the message, where the message has no label. */
    messageAfter: string[];
    /** Beginnings of lines that end an inquiry. */
    end: string[];
    /** Patterns of addresses that belong to the portal and expire. */
    relay: string[];
    /** Without one of these there is no inquiry; `a|b` asks for one of two. */
    required: string[];
    /** Listed in `missing` when they are absent. */
    expected: string[];
    /** The element that holds the message of an `html-box`. */
    box: { element: string; attribute: string; value: string } | null;
    /** Text behind such words in the subject. */
    subjectFields: Record<string, Field>;
    /** Words in the subject that tell the kind of the inquiry. */
    subjectKinds: Record<string, InquiryKind>;
    /** How the subject tells the number of inquiries, with # for the number. */
    subjectCount: string[];
    /** Display names of From that hold the buyer's name, with * for the name. */
    senderName: string[];
    /** Header fields, lower case. */
    headers: Record<string, Field>;
    /** Parts of links to the item; with # at the end, the listing's id stands behind. */
    itemLinks: string[];
    /** Element names of an `xml` profile. */
    xml: { records: string[]; fields: Record<string, Field> } | null;
    /** Country of every buyer without another one, ISO 3166-1 alpha-2; empty when the portal serves several. */
    country: string;
    kind: InquiryKind;
    /** False when the portal gives the same buyer different addresses in different mails. */
    relayInKey: boolean;
}

/** A checked profile, ready for use. */
export interface Profile extends ProfileData {
    /** `<id>@<version>`. */
    name: string;
    senderMatcher: SenderMatcher;
    relayMatcher: SenderMatcher;
    /** Normalised labels. */
    labelFields: ReadonlyMap<string, Field>;
    startLabels: ReadonlySet<string>;
}
