import type { Draft } from './draft';
import type { Profile } from './profile';
import { KINDS, type InquiryKind } from './types';

/** What forms offer as the purpose of an inquiry; DETAIL, BESICHTIGUNG and so on are those of OpenImmo. */
const WORDS: Readonly<Record<string, InquiryKind>> = {
    detail: 'question',
    frage: 'question',
    besichtigung: 'viewing',
    probefahrt: 'viewing',
    'test drive': 'viewing',
    visit: 'viewing',
    anruf: 'callback',
    rueckruf: 'callback',
    rückruf: 'callback',
    'call back': 'callback',
    angebot: 'offer',
    finanzierung: 'financing',
    finance: 'financing'
};

/** The kind of an inquiry, as far as form, subject or profile name it; the message is not interpreted. */
export function kindOf(draft: Draft, profile: Profile, subject: string): InquiryKind {
    const wish = draft.get('inquiry.kind')?.trim().toLowerCase() ?? '';
    const known = KINDS.find(kind => kind === wish) ?? (Object.hasOwn(WORDS, wish) ? WORDS[wish] : undefined);
    const folded = subject.toLowerCase();
    const bySubject = Object.entries(profile.subjectKinds).find(([words]) => folded.includes(words.toLowerCase()));
    return known ?? bySubject?.[1] ?? profile.kind;
}
