import type { Draft } from './draft';
import type { MailParts } from './mail-parts';
import type { Profile } from './profile';

const LISTING_ID = /^[\w-]+/;

/** True when the subject has words that the profile looks for, so that the mail is very likely meant as an inquiry. */
export function subjectTells(profile: Profile, subject: string): boolean {
    const folded = subject.toLowerCase();
    const words = [...Object.keys(profile.subjectFields), ...Object.keys(profile.subjectKinds)];
    return profile.subject.length > 0 || words.some(word => folded.includes(word.toLowerCase()));
}

/** Fills in what stands outside the body, where the profile says that it stands there. Values of the body stay. */
export function fillFromMail(draft: Draft, profile: Profile, parts: MailParts): void {
    for (const [words, field] of Object.entries(profile.subjectFields)) {
        const at = parts.subject.toLowerCase().indexOf(words.toLowerCase());
        if (at >= 0) {
            draft.set(field, parts.subject.slice(at + words.length).replace(/^[\s:]+/, ''), 'Subject');
        }
    }
    for (const [name, field] of Object.entries(profile.headers)) {
        draft.set(field, parts.header(name), name);
    }
    for (const template of profile.senderName) {
        draft.set('contact.name', matchTemplate(template, '*', parts.from?.shownName ?? ''), 'From');
    }
    for (const mailbox of [parts.replyTo, parts.from]) {
        if (mailbox && profile.relayMatcher.matches(mailbox)) {
            draft.set('contact.email', mailbox.address, 'From');
        }
    }
    fillItemLink(draft, profile);
}

function fillItemLink(draft: Draft, profile: Profile): void {
    const candidates = [draft.get('item.url'), ...draft.links].filter(link => link !== undefined);
    for (const template of profile.itemLinks) {
        const mark = template.replace('#', '');
        const link = candidates.find(candidate => candidate.includes(mark));
        if (link !== undefined) {
            draft.set('item.url', link, 'link');
            const behind = link.slice(link.indexOf(mark) + mark.length);
            draft.set('item.id', template.endsWith('#') ? (LISTING_ID.exec(behind)?.[0] ?? '') : '', 'link');
        }
    }
}

/** What stands in place of the mark when the text has the form of the template; "" otherwise. */
function matchTemplate(template: string, mark: '*' | '#', text: string): string {
    const [before = '', after = ''] = template.toLowerCase().split(mark);
    const folded = text.toLowerCase();
    const isLike = folded.length > before.length + after.length && folded.startsWith(before) && folded.endsWith(after);
    return isLike ? text.slice(before.length, text.length - after.length).trim() : '';
}
