import { detailsOf } from './details';
import { type AutomaticInput, type Decision, readFacts, type Step } from './facts';
import {
    autoSubmittedField,
    daemonSigns,
    emptyReturnPath,
    exchangeGenerated,
    exchangeRule,
    responderFields
} from './machine-steps';
import { bulkFields, subjectAlone, suppressField } from './soft-steps';
import { calendarReply, reportStructure } from './structure-steps';
import type { AutomaticVerdict } from './verdict';

/** What settles most comes first: a bounce may say `auto-replied`, an Outlook absence note may look like a bounce. */
const STEPS: readonly Step[] = [
    reportStructure,
    calendarReply,
    exchangeRule,
    responderFields,
    daemonSigns,
    autoSubmittedField,
    exchangeGenerated,
    emptyReturnPath,
    subjectAlone,
    bulkFields,
    suppressField
];

/**
 * Decides who wrote a mail: a person, or which sort of machine. The first step that settles the kind wins, later ones
 * only add reasons. Without any sign a mail is `human`: a lost answer costs more than an absence note that is passed on.
 * Never throws, whatever stands in the fields; the time grows with the size of the mail and with nothing else.
 */
export function classify(input: AutomaticInput): AutomaticVerdict {
    const facts = readFacts(input);
    let decision: Decision | null = null;
    for (const step of STEPS) {
        const found = step(facts);
        decision ??= found;
    }
    const { kind, confidence } = decision ?? ({ kind: 'human', confidence: 'likely' } as const);
    return {
        kind,
        confidence,
        automatic: kind !== 'human',
        reasons: facts.reasons,
        ...detailsOf(kind, facts)
    };
}
