import type { UncheckedMail } from '../sender/message-field';
import { ADF_ROOT, readAdf } from './adf';
import { Draft } from './draft';
import { finishInquiries, type Found } from './finish';
import { readBoxes } from './html-box';
import { readPage, type HtmlPage } from './html-page';
import { readJsonLd } from './json-ld';
import { type LabelReading, readBestLabels } from './label-bodies';
import { BeyondLimit, MAX_HTML_CHARS, MAX_INQUIRIES, MAX_RAW_CHARS } from './limits';
import { type MailParts, mailParts, type UncheckedMessage } from './mail-parts';
import { OPENIMMO_ROOT, readOpenImmo } from './openimmo';
import type { Profile } from './profile';
import { choose, ownChoice, type Choice } from './profile-choice';
import { incompleteInquiry, problem, type Setback } from './setback';
import { fillFromMail, subjectTells } from './from-mail';
import { countInSubject } from './subject-count';
import type { Inquiry, InquiryFormat, NotRecognised, ParseResult, ReasonCode } from './types';
import { attachedXml, bodyXml, hasKnownRoot } from './xml-candidates';
import { readXmlFields } from './xml-fields';
import { readXml } from './xml-reader';

/** How sure each way of reading is; labels have their own. */
const CONFIDENCE: Record<Exclude<InquiryFormat, 'label-value' | 'generic'>, number> = {
    adf: 1,
    openimmo: 1,
    xml: 0.95,
    'json-ld': 0.9,
    'html-box': 0.95
};
/** A number in the subject that differs from the number found: one may be a form that a buyer has typed. */
const COUNT_DIFFERS = 0.3;
/** The most a form of unknown making is worth. */
const GENERIC_CONFIDENCE = 0.5;

/**
 * Makes inquiries of a mail, or says why there are none. The order is: XML, JSON-LD, the portal's box, the portal's
 * labels, labels in general, each first by the profiles of the sender; the first that finds everything its profile
 * requires decides. When none does, one that finds it in some inquiries of the mail and not in others gives both,
 * provided that it is certain where each begins. Nothing is executed, loaded or read from disk, the time grows with the
 * size of the mail only, and nothing a sender writes makes it throw.
 *
 * @param mail `msg.mail`; its From selects the profiles.
 */
export function parseInquiries(
    message: UncheckedMessage,
    mail: UncheckedMail,
    profiles: readonly Profile[]
): ParseResult {
    const parts = mailParts(message, mail);
    const choice = choose(profiles, parts);
    const setbacks: Setback[] = [];
    try {
        // the portal's own form first: a buyer may type or attach XML, which must not take its place
        const search = new Search(parts, choice, setbacks);
        const own = new Search(parts, ownChoice(choice), setbacks);
        const found = own.find() ?? own.partly ?? search.find() ?? search.partly;
        if (found) {
            return { recognised: true, ...sortOut(found, finishInquiries(found, parts)) };
        }
        search.suspectChange();
    } catch (error) {
        if (!(error instanceof BeyondLimit)) {
            throw error;
        }
        setbacks.unshift({ reason: 'too-large', detail: error.message });
    }
    return { recognised: false, problem: problem(setbacks, choice, parts) };
}

/** One mail on its way through the formats. */
class Search {
    readonly #parts: MailParts;
    readonly #choice: Choice;
    /** What came near, for the reason. */
    readonly #setbacks: Setback[];
    #page: HtmlPage | null = null;
    /** The first format that gave complete and incomplete inquiries. */
    #partly: Found | null = null;

    constructor(parts: MailParts, choice: Choice, setbacks: Setback[]) {
        this.#parts = parts;
        this.#choice = choice;
        this.#setbacks = setbacks;
    }

    get partly(): Found | null {
        return this.#partly;
    }

    /** Null when no format gives all that its profile requires; what came near is then among the setbacks. */
    find(): Found | null {
        return this.#choice.isEmpty
            ? null
            : (this.#findXml(attachedXml(this.#parts)) ??
                  this.#findXml(bodyXml(this.#parts)) ??
                  this.#findXml(this.#hiddenXml()) ??
                  this.#findJsonLd() ??
                  this.#findBoxes() ??
                  this.#findLabels() ??
                  this.#findGeneric());
    }

    /** A subject or a label of the portal without the rest: its form is probably another one than it was. */
    suspectChange(): void {
        for (const profile of this.#choice.specific) {
            const isNamed = this.#setbacks.some(setback => setback.profile === profile);
            if (!isNamed && (subjectTells(profile, this.#parts.subject) || this.#readLabels(profile).known > 0)) {
                const outside = new Draft();
                fillFromMail(outside, profile, this.#parts);
                this.#setbacks.push({ reason: 'template-changed', profile, missing: missingIn(outside, profile) });
            }
        }
    }

    #pageOfMail(): HtmlPage {
        return (this.#page ??= readPage(this.#html()));
    }

    #html(): string {
        const { html } = this.#parts;
        if (html.length > MAX_HTML_CHARS) {
            throw new BeyondLimit(`HTML of more than ${MAX_HTML_CHARS / 1024} KB`);
        }
        return html;
    }

    /** In comments, and as markup of its own when a mail program has sent XML as HTML. */
    #hiddenXml(): string[] {
        const { html } = this.#parts;
        const wantsXml = this.#choice.ofFormat('xml').length > 0;
        const comments = html.includes('<!--') ? this.#pageOfMail().comments.map(comment => comment.trim()) : [];
        const hidden = comments.filter(comment => hasKnownRoot(comment) || (wantsXml && /^<[a-z?]/i.test(comment)));
        return [...hidden, ...(comments.length === 0 ? bodyXml({ ...this.#parts, text: html }) : [])];
    }

    #findXml(sources: readonly string[]): Found | null {
        // the same document may be attached and stand in the text
        const readings = [...new Set(sources)].flatMap(source => this.#readXml(source) ?? []);
        const [first] = readings;
        if (!first) {
            return null;
        }
        const drafts = readings.filter(({ profile }) => profile === first.profile).flatMap(reading => reading.drafts);
        return this.#complete({ ...first, drafts: bounded(drafts) });
    }

    #readXml(source: string): Found | null {
        const reading = readXml(source);
        if (!reading.ok) {
            this.#setbacks.push({ reason: reading.problem === 'refused' ? 'xml-refused' : 'xml-unreadable' });
            return null;
        }
        const { root } = reading;
        const format = root.name === ADF_ROOT ? 'adf' : root.name === OPENIMMO_ROOT ? 'openimmo' : 'xml';
        const [profile] = this.#choice.ofFormat(format);
        if (!profile) {
            return null;
        }
        const read = { adf: readAdf, openimmo: readOpenImmo, xml: xmlReader(profile) };
        const drafts = bounded(read[format](root));
        // a document with several people in it is nobody's own part of the mail
        const raw = drafts.length === 1 ? source.slice(0, MAX_RAW_CHARS) : '';
        drafts.forEach(draft => (draft.raw.text = raw));
        return { drafts, profile, format, confidence: CONFIDENCE[format], warnings: [] };
    }

    #findJsonLd(): Found | null {
        const [profile] = this.#choice.ofFormat('json-ld');
        if (!profile || !/ld\+json/i.test(this.#parts.html)) {
            return null;
        }
        const drafts = bounded(this.#pageOfMail().jsonLd.flatMap(readJsonLd)).filter(
            // the confirmation of an own order has the own address as customer's
            draft =>
                isComplete(draft, profile) &&
                !this.#parts.recipients.has(draft.get('contact.email')?.toLowerCase() ?? '')
        );
        return drafts.length === 0
            ? null
            : { drafts, profile, format: 'json-ld', confidence: CONFIDENCE['json-ld'], warnings: [] };
    }

    #findBoxes(): Found | null {
        for (const profile of this.#choice.ofFormat('html-box')) {
            const html = this.#html();
            const drafts = bounded(readBoxes({ lines: readPage(html, profile.box).lines, html }, profile));
            const confidence = CONFIDENCE['html-box'];
            const found: Found = { drafts, profile, format: 'html-box', confidence, warnings: [] };
            const complete = drafts.length > 0 ? this.#complete(found, { reason: 'template-changed' }) : null;
            if (complete) {
                return complete;
            }
        }
        return null;
    }

    #findLabels(): Found | null {
        const readings = this.#choice
            .ofFormat('label-value')
            .map(profile => ({ profile, reading: this.#readLabels(profile) }));
        // several profiles may share a sender: the one whose labels occur most is meant
        readings.sort((a, b) => b.reading.known - a.reading.known);
        for (const { profile, reading } of readings) {
            const { drafts, known, confidence, isMarked } = reading;
            const found = this.#compareCount({ drafts, profile, format: 'label-value', confidence, warnings: [] });
            const announced = this.#announced(profile);
            const isDivided = announced === 0 ? isMarked : announced === drafts.length;
            const complete = known > 0 ? this.#complete(found, { reason: 'template-changed', isDivided }) : null;
            if (complete) {
                return complete;
            }
        }
        return null;
    }

    /** A known sender's mail is never read by general rules: that would hide that its form has changed. */
    #findGeneric(): Found | null {
        for (const profile of this.#choice.generic) {
            const { drafts, known, confidence } = this.#readLabels(profile);
            const isFound = known > 0 && drafts.length > 0 && drafts.every(draft => isComplete(draft, profile));
            if (isFound && !this.#choice.isKnownSender) {
                const sure = Math.min(confidence, GENERIC_CONFIDENCE);
                return { drafts, profile, format: 'generic', confidence: sure, warnings: [] };
            }
            if (isFound) {
                const [expected] = this.#choice.specific;
                this.#setbacks.push({
                    reason: 'template-changed',
                    ...(expected ? { profile: expected, missing: expected.required } : {})
                });
            }
        }
        return null;
    }

    #readLabels(profile: Profile): LabelReading {
        return readBestLabels(profile, this.#parts, () => this.#pageOfMail().lines);
    }

    /**
     * @param isDivided it is certain where each inquiry begins. Otherwise an incomplete one may be the rest of the one
     *     before it, cut off by a label that a buyer has typed.
     */
    #complete(
        found: Found,
        { reason = 'incomplete', isDivided = true }: { reason?: ReasonCode; isDivided?: boolean } = {}
    ): Found | null {
        const { drafts, profile } = found;
        drafts.forEach(draft => fillFromMail(draft, profile, this.#parts));
        const lacking = drafts.filter(draft => !isComplete(draft, profile));
        if (drafts.length > 0 && lacking.length === 0) {
            return found;
        }
        if (isDivided && lacking.length < drafts.length) {
            this.#partly ??= found;
        }
        // a profile for every sender does not make every mail with one of its words a failure
        if (reason !== 'template-changed' || this.#choice.specific.includes(profile)) {
            this.#setbacks.push({ reason, profile, missing: missingIn(lacking[0] ?? new Draft(), profile) });
        }
        return null;
    }

    /** How many inquiries the subject speaks of; 0 when it does not. */
    #announced({ subjectCount }: Profile): number {
        return countInSubject(subjectCount, this.#parts.subject);
    }

    #compareCount(found: Found): Found {
        const count = this.#announced(found.profile);
        if (count === 0 || count === found.drafts.length) {
            return found;
        }
        const warning = `The subject announces ${count}, and ${found.drafts.length} were found.`;
        return { ...found, confidence: found.confidence - COUNT_DIFFERS, warnings: [...found.warnings, warning] };
    }
}

function xmlReader(profile: Profile): (root: Parameters<typeof readAdf>[0]) => Draft[] {
    return root => (profile.xml ? readXmlFields(root, profile.xml) : []);
}

/** Tells the complete inquiries from the others, each of which says what it lacks. */
function sortOut(
    { drafts, profile }: Found,
    all: readonly Inquiry[]
): { inquiries: Inquiry[]; incomplete: NotRecognised[] } {
    const missing = drafts.map(draft => missingIn(draft, profile));
    return {
        inquiries: all.filter((_inquiry, index) => missing[index]?.length === 0),
        incomplete: all.flatMap((partial, index) => {
            const lacks = missing[index] ?? [];
            return lacks.length === 0 ? [] : [incompleteInquiry(partial, lacks)];
        })
    };
}

function isComplete(draft: Draft, profile: Profile): boolean {
    return missingIn(draft, profile).length === 0;
}

function missingIn(draft: Draft, profile: Profile): string[] {
    return profile.required.filter(field => !draft.has(field));
}

function bounded(drafts: Draft[]): Draft[] {
    if (drafts.length > MAX_INQUIRIES) {
        throw new BeyondLimit(`more than ${MAX_INQUIRIES} inquiries`);
    }
    return drafts;
}
