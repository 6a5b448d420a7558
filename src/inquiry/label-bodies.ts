import { fillFromMail } from './from-mail';
import { readLabels, type Reading } from './label-value';
import { BeyondLimit, MAX_TEXT_CHARS } from './limits';
import { type Line, textLines } from './line';
import type { LabelMode } from './line-labels';
import type { MailParts } from './mail-parts';
import type { Profile } from './profile';

export interface LabelReading extends Reading {
    confidence: number;
    /** The portal's own markup shows the labels, so that nothing a buyer has typed passes for one. */
    isMarked: boolean;
}

/** A way to read a mail by labels, and how sure it is. */
interface Way {
    body: 'html' | 'text';
    mode: LabelMode;
    confidence: number;
}

const MARKUP: Way = { body: 'html', mode: 'markup', confidence: 0.95 };
const TEXT: Way = { body: 'text', mode: 'plain', confidence: 0.9 };
const PLAIN_HTML: Way = { body: 'html', mode: 'plain', confidence: 0.85 };

/**
 * Reads a mail by the labels of a profile in the best way there is: the first that finds everything required, else the
 * one that finds most labels. Where the portal's own markup is found, nothing else is tried: what has the form of labels
 * then without being marked was typed by the buyer.
 *
 * @param htmlLines the lines of the HTML; called only when they are needed.
 * @throws BeyondLimit
 */
export function readBestLabels(profile: Profile, parts: MailParts, htmlLines: () => readonly Line[]): LabelReading {
    let best: LabelReading = { drafts: [], known: 0, confidence: 0, isMarked: false };
    for (const { body, mode, confidence } of waysFor(profile)) {
        if (parts[body].trim() === '') {
            continue;
        }
        const source = body === 'html' ? { lines: htmlLines(), html: parts.html } : { lines: linesOf(parts), html: '' };
        const isMarked = mode === 'markup';
        const reading = { ...readLabels(source, mode, profile), confidence, isMarked };
        reading.drafts.forEach(draft => fillFromMail(draft, profile, parts));
        if (isSatisfied(reading, profile)) {
            return reading;
        }
        best = reading.known > best.known ? reading : best;
        if (isMarked && reading.known > 0 && profile.format !== 'generic') {
            return reading;
        }
    }
    return best;
}

/** A form of unknown making may mark only some of its labels, so for it every way is open. */
function waysFor({ prefer }: Profile): readonly Way[] {
    return prefer === 'html' ? [MARKUP, TEXT, PLAIN_HTML] : [TEXT, MARKUP, PLAIN_HTML];
}

function linesOf({ text }: MailParts): Line[] {
    if (text.length > MAX_TEXT_CHARS) {
        throw new BeyondLimit(`text of more than ${MAX_TEXT_CHARS / 1024} KB`);
    }
    return textLines(text);
}

function isSatisfied({ drafts, known }: Reading, { required }: Profile): boolean {
    return known > 0 && drafts.length > 0 && drafts.every(draft => required.every(field => draft.has(field)));
}
