import type { MailParts } from './mail-parts';
import type { Profile } from './profile';
import type { InquiryFormat } from './types';

/** The profiles that apply to one mail. */
export interface Choice {
    /** Those of its sender. */
    specific: readonly Profile[];
    /** Those of every sender, for forms of unknown making. */
    generic: readonly Profile[];
    /** No profile applies at all. */
    isEmpty: boolean;
    /** A profile names this sender, even if for other subjects. */
    isKnownSender: boolean;
    /** Those of a format: that of the sender before those for all. */
    ofFormat(format: InquiryFormat): readonly Profile[];
}

/** Selects by the strict sender of the mail and then by the beginning of its subject. */
export function choose(profiles: readonly Profile[], { from, subject }: MailParts): Choice {
    const folded = subject.trim().toLowerCase();
    const fits = (profile: Profile): boolean =>
        profile.subject.length === 0 || profile.subject.some(start => folded.startsWith(start.toLowerCase()));
    const ofSender = from ? profiles.filter(({ senderMatcher }) => senderMatcher.matches(from)) : [];
    const general = profiles.filter(profile => profile.senderMatcher.isEmpty && fits(profile));
    const specific = ofSender.filter(fits);
    return {
        specific,
        generic: general.filter(({ format }) => format === 'generic'),
        isEmpty: specific.length + general.length === 0,
        isKnownSender: ofSender.length > 0,
        ofFormat: format => [...specific, ...general].filter(profile => profile.format === format)
    };
}

/** The profiles of the sender without those for everybody. */
export function ownChoice(choice: Choice): Choice {
    const { specific } = choice;
    return {
        ...choice,
        generic: [],
        isEmpty: specific.length === 0,
        ofFormat: format => specific.filter(profile => profile.format === format)
    };
}
