import type { MailAttachment } from '../message/types';

/** How a telephone number was called in the mail. */
export type PhoneKind = 'mobile' | 'landline' | 'fax' | 'unknown';

export interface Phone {
    kind: PhoneKind;
    /** As it was written. */
    raw: string;
    /** Only when the country is certain and the number valid. */
    e164?: string;
}

export interface InquiryAddress {
    street?: string;
    postalCode?: string;
    city?: string;
    region?: string;
    /** As it was written. */
    country?: string;
    /** ISO 3166-1 alpha-2. */
    countryCode?: string;
    /** The whole place, where the mail names it in one piece. */
    raw?: string;
}

export interface InquiryContact {
    name?: string;
    firstName?: string;
    lastName?: string;
    salutation?: string;
    company?: string;
    email?: string;
    /** Present beside `email`: true when the address belongs to the portal and may expire. */
    emailIsRelay?: boolean;
    replyTo?: string;
    phones?: Phone[];
    /** ISO 639-1; of the buyer's words, only when they leave no doubt. */
    language?: string;
    address?: InquiryAddress;
}

export interface Price {
    /** Absent when the text names no single number. */
    amount?: number;
    /** ISO 4217; absent when the sign is that of several currencies. */
    currency?: string;
    raw: string;
}

export interface InquiryItem {
    /** The portal's id of the listing. */
    id?: string;
    /** The seller's own id. */
    ownId?: string;
    title?: string;
    category?: string;
    url?: string;
    price?: Price;
    make?: string;
    model?: string;
    year?: number;
    vin?: string;
}

export const KINDS = ['question', 'offer', 'viewing', 'callback', 'financing', 'unknown'] as const;
export type InquiryKind = (typeof KINDS)[number];

export const FORMATS = ['adf', 'openimmo', 'xml', 'json-ld', 'html-box', 'label-value', 'generic'] as const;
export type InquiryFormat = (typeof FORMATS)[number];

/** One inquiry as plain JSON, schema `inquiry/1`. What the mail does not say is absent, never empty and never guessed. */
export interface Inquiry {
    schema: 'inquiry/1';
    /** Equal for the same words of the same buyer about the same item, in whatever mail they come. */
    key: string;
    source: { portal: string; profile: string; format: InquiryFormat; index: number; count: number };
    mail: {
        messageId: string;
        account: string;
        folder: string;
        uidValidity: string;
        uid: number;
        date: string;
        from: string;
        subject: string;
        authentication: Record<string, unknown>;
    };
    contact: InquiryContact;
    item: InquiryItem;
    inquiry: {
        text?: string;
        kind: InquiryKind;
        preferredContact?: string;
        /** ISO 8601, as exact as the mail says it: a day stays a day. */
        receivedAt?: string;
        /** The same for all mails of one conversation. */
        threadKey?: string;
    };
    /** Labels that the profile does not know, as they were written; a list when one is repeated. */
    extra: Record<string, string | string[]>;
    attachments: Array<Omit<MailAttachment, 'content'>>;
    /** 0 to 1. */
    confidence: number;
    /** Fields that the profile expects and the mail does not have. */
    missing: string[];
    /** Sentences about what casts doubt on this inquiry; empty as a rule. */
    warnings: string[];
    /** The part of the mail that this inquiry was read from. */
    raw: { text: string; html?: string };
}

/** Why a mail gave no inquiry. Code decides by these; they never change their meaning. */
export const REASONS = [
    'no-profile',
    'no-content',
    'attachment-not-loaded',
    'too-large',
    'xml-refused',
    'xml-unreadable',
    'incomplete',
    'template-changed',
    'no-format'
] as const;
export type ReasonCode = (typeof REASONS)[number];

/** `msg.inquiry` of what was not recognised: names profile and fields, and nothing that stands in the mail but `partial`. */
export interface NotRecognised {
    reason: ReasonCode;
    /** A sentence for people. */
    message: string;
    /** `<id>@<version>` of the profile that came nearest; absent when none applies to the sender. */
    profile?: string;
    /** Fields that the profile requires and the mail does not have. */
    missing: string[];
    /** What was read of an incomplete inquiry that stands among complete ones; absent when a whole mail is meant. */
    partial?: Inquiry;
}

/** Every inquiry of a mail is in one of the lists; `incomplete` holds the others of a mail that has complete ones. */
export type ParseResult =
    | { recognised: true; inquiries: Inquiry[]; incomplete: NotRecognised[] }
    | { recognised: false; problem: NotRecognised };
