import { type Decision, type Facts, note } from './facts';
import { firstOf, valuesOf } from './header-values';

/** Step 10: the words with which a subject begins. */
export function subjectAlone(facts: Facts): Decision | null {
    const { subject, isAnswer } = facts;
    if (!subject) {
        return null;
    }
    note(facts, 'subject', facts.subjectText);
    // behind "Re:" and "Fwd:" the words are those of the mail that is answered or forwarded
    if (subject.prefixed || subject.kind === 'challenge') {
        return null;
    }
    if (subject.everyday && !(subject.kind === 'auto-reply' && isAnswer)) {
        return null;
    }
    return { kind: subject.kind, confidence: isAnswer && !subject.everyday ? 'likely' : 'weak' };
}

/** With these a provider tells its own customers apart; shops and portals send single mails with them too. */
const SENDER_FIELDS = ['feedback-id', 'x-msfbl', 'x-csa-complaints'];
const BULK_PRECEDENCE = ['bulk', 'junk', 'list'];

/** Step 11: lists and mass mail, unless the mail answers something: so does a person through a group address. */
export function bulkFields(facts: Facts): Decision | null {
    const { header } = facts;
    const list = Object.keys(header).find(name => name.startsWith('list-'));
    const isList = list !== undefined && note(facts, list, firstOf(header, list));
    const precedence = valuesOf(header, 'precedence').find(value => BULK_PRECEDENCE.includes(value.toLowerCase()));
    const isBulk = precedence !== undefined && note(facts, 'precedence', precedence);
    const field = SENDER_FIELDS.find(name => firstOf(header, name) !== '');
    const isSender = field !== undefined && note(facts, field, firstOf(header, field));
    if (facts.isAnswer || !(isList || isBulk || isSender)) {
        return null;
    }
    return { kind: 'bulk', confidence: isList ? 'likely' : 'weak' };
}

/** Says nothing about who wrote the mail, only that its sender wants no automatic answer. Noted, because people ask. */
export function suppressField(facts: Facts): null {
    const value = firstOf(facts.header, 'x-auto-response-suppress');
    if (value !== '') {
        note(facts, 'x-auto-response-suppress', value);
    }
    return null;
}
