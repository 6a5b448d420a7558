import type { MailParts } from './mail-parts';
import type { Profile } from './profile';
import type { Choice } from './profile-choice';
import type { Inquiry, NotRecognised, ReasonCode } from './types';
import { unloadedXml } from './xml-candidates';

/** Something that came near and failed. Never holds words of the mail. */
export interface Setback {
    reason: ReasonCode;
    profile?: Profile;
    missing?: readonly string[];
    /** Which limit was passed. */
    detail?: string;
}

/** The worst first: what a person should look at hides what is only a pity. */
const ORDER: readonly ReasonCode[] = ['too-large', 'xml-refused', 'xml-unreadable', 'template-changed', 'incomplete'];

const SENTENCES: Record<ReasonCode, string> = {
    'no-profile': 'No profile is for this sender, and no form was found.',
    'no-content':
        'The message has no text, no HTML and no loaded attachment. Let the input load the text, not only the header.',
    'attachment-not-loaded':
        'An XML attachment may hold the inquiry, and its content is not in the message. Choose attachments "in the message" in the input.',
    'too-large': 'The mail is larger than an inquiry can be',
    'xml-refused': 'The mail holds XML with a document type, entities or too many elements, which is not read.',
    'xml-unreadable': 'The mail holds XML that is broken or was cut off.',
    incomplete: 'The format was found, but not everything that an inquiry needs.',
    'template-changed':
        "The mail looks like an inquiry, but the profile no longer finds what it requires: the portal's form may have changed.",
    'no-format': 'The sender is known, but the mail has no form that is read as an inquiry.'
};

/** Chooses the one reason that says most. */
export function problem(setbacks: readonly Setback[], choice: Choice, parts: MailParts): NotRecognised {
    const worst = ORDER.flatMap(reason => setbacks.find(setback => setback.reason === reason) ?? [])[0];
    const reason = worst?.reason ?? reasonWithout(choice, parts);
    const profile = worst?.profile ?? (choice.specific.length === 1 ? choice.specific[0] : undefined);
    const sentence = worst?.detail === undefined ? SENTENCES[reason] : `${SENTENCES[reason]}: ${worst.detail}.`;
    return {
        reason,
        message: parts.oversize ? `${sentence} Only its header was loaded because of its size.` : sentence,
        ...(profile ? { profile: profile.name } : {}),
        missing: [...(worst?.missing ?? [])]
    };
}

/** One inquiry of a mail that holds complete ones too. */
export function incompleteInquiry(partial: Inquiry, missing: readonly string[]): NotRecognised {
    const { profile, index, count } = partial.source;
    return {
        reason: 'incomplete',
        message: `Inquiry ${index + 1} of ${count} in this mail lacks something that an inquiry needs.`,
        profile,
        missing: [...missing],
        partial
    };
}

function reasonWithout(choice: Choice, parts: MailParts): ReasonCode {
    if (unloadedXml(parts)) {
        return 'attachment-not-loaded';
    }
    const isEmpty = parts.text.trim() === '' && parts.html.trim() === '';
    if (isEmpty && !parts.attachments.some(({ content }) => Buffer.isBuffer(content))) {
        return 'no-content';
    }
    return choice.isKnownSender ? 'no-format' : 'no-profile';
}
