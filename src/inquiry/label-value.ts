import { Draft } from './draft';
import { BeyondLimit, MAX_INQUIRIES } from './limits';
import type { Line } from './line';
import { type FoundLabel, type LabelMode, labelsOf } from './line-labels';
import { normaliseLabel } from './labels';
import type { Field, Profile } from './profile';
import { rawOf, type Source } from './raw-block';

/** What the label rules of a profile found in one body. */
export interface Reading {
    drafts: Draft[];
    /** Different labels of the profile that occurred: tells which profile a mail belongs to. */
    known: number;
}

/**
 * Reads labels and values. The message runs to the next label of the profile or to an end mark, empty lines included; a
 * label whose field has a value already is part of the message, because buyers type such things. With `start` labels in
 * the profile, one of them again begins the next inquiry.
 *
 * @throws BeyondLimit
 */
export function readLabels(source: Source, mode: LabelMode, profile: Profile): Reading {
    const reader = new LabelReader(mode, profile);
    source.lines.forEach((line, index) => reader.read(line, index));
    return reader.finish(source);
}

class LabelReader {
    readonly #mode: LabelMode;
    readonly #profile: Profile;
    readonly #isDigest: boolean;
    /** Fields above the first start label belong to all inquiries. */
    readonly #shared = new Draft();
    readonly #blocks: Array<{ draft: Draft; from: number; to: number }> = [];
    readonly #known = new Set<string>();
    #current: Draft;
    #startsSeen = new Set<string>();
    /** A label of the current inquiry that is not one of its first was seen. */
    #isPastHead = false;
    /** The message while it is read. */
    #message: string[] | null = null;
    #messageLabel = '';
    /** The label whose value has not come yet, or may go on. */
    #open: FoundLabel | null = null;
    #isWaiting = false;
    /** Behind an end mark, only the next inquiry counts. */
    #hasEnded = false;

    constructor(mode: LabelMode, profile: Profile) {
        this.#mode = mode;
        this.#profile = profile;
        // without a known order of its fields, only markup tells a second form from what a buyer has typed
        this.#isDigest = profile.startLabels.size > 0 && (profile.format !== 'generic' || mode === 'markup');
        this.#current = this.#isDigest ? this.#shared : new Draft();
        if (!this.#isDigest) {
            this.#blocks.push({ draft: this.#current, from: 0, to: Infinity });
        }
    }

    read(line: Line, index: number): void {
        if (this.#isEnd(line)) {
            this.#closeMessage();
            this.#open = null;
            this.#hasEnded = true;
        }
        const labels = labelsOf(line, this.#mode, this.#profile).filter(label => this.#isAccepted(label));
        if (this.#hasEnded && !labels.some(label => this.#begins(label))) {
            return;
        }
        this.#hasEnded = false;
        // "… asked you a question:" has the form of a label too
        if (labels.every(({ field }) => field === null) && this.#announcesMessage(line)) {
            this.#message = [];
            this.#messageLabel = line.text.trim();
        } else if (labels.length === 0) {
            this.#readText(line);
        } else {
            labels.forEach(label => this.#readLabel(label, index));
        }
        if (line.cells.length > 0) {
            this.#current.links.push(...line.links);
        }
    }

    finish(source: Source): Reading {
        this.#closeMessage();
        if (this.#blocks.length === 0) {
            this.#blocks.push({ draft: this.#shared, from: 0, to: Infinity });
        }
        for (const { draft, from, to } of this.#blocks) {
            draft.raw = rawOf(source, from, to);
            if (draft !== this.#shared) {
                draft.inherit(this.#shared);
            }
        }
        return { drafts: this.#blocks.map(({ draft }) => draft), known: this.#known.size };
    }

    /** Inside a message only a label of the profile counts, and only one that can still say something. */
    #isAccepted(label: FoundLabel): boolean {
        if (this.#message === null) {
            return true;
        }
        if (label.field === null) {
            return false;
        }
        if (this.#mode === 'markup' || this.#begins(label)) {
            return true;
        }
        // the table for all forms holds words that buyers use too ("Price: 5000?"); their own data they rarely list
        const isLikely = this.#profile.format !== 'generic' || label.field.startsWith('contact.');
        return isLikely && label.field !== 'inquiry.text' && !this.#current.has(label.field);
    }

    #begins({ isStart, label, field }: FoundLabel): boolean {
        if (!isStart || !this.#isDigest) {
            return false;
        }
        const again = this.#startsSeen.has(normaliseLabel(label)) || (field !== null && this.#current.has(field));
        // forms of unknown making have no order, so only a repetition tells
        return this.#blocks.length === 0 || again || (this.#isPastHead && this.#profile.format !== 'generic');
    }

    #readLabel(found: FoundLabel, index: number): void {
        this.#closeMessage();
        if (this.#begins(found)) {
            this.#beginInquiry(index);
        }
        const { field, label, value } = found;
        if (field === null) {
            this.#current.keep(label, value);
        } else {
            this.#known.add(normaliseLabel(label));
            this.#isPastHead ||= !found.isStart;
            if (found.isStart) {
                this.#startsSeen.add(normaliseLabel(label));
            }
            if (field === 'inquiry.text') {
                this.#message = [value];
                this.#messageLabel = label;
                this.#open = null;
                return;
            }
            this.#take(field, value, label);
        }
        this.#open = found;
        this.#isWaiting = value === '';
    }

    #take(field: Field, value: string, label: string): void {
        if (!this.#current.set(field, value, label)) {
            this.#current.keep(label, value);
        }
    }

    #readText(line: Line): void {
        const text = line.text.trim();
        if (this.#message !== null) {
            this.#message.push(line.text);
        } else if (text !== '' && this.#open && (this.#isWaiting || (this.#open.hasCell && line.continued))) {
            this.#extendValue(this.#open, text);
        }
    }

    #extendValue({ field, label }: FoundLabel, text: string): void {
        if (field === null) {
            this.#current.keep(label, text);
        } else if (this.#isWaiting) {
            this.#take(field, text, label);
        } else {
            const earlier = this.#current.values.get(field);
            if (earlier) {
                this.#current.values.delete(field);
                this.#current.set(field, `${earlier.text}\n${text}`, label);
            }
        }
        this.#isWaiting = false;
    }

    #beginInquiry(index: number): void {
        if (this.#blocks.length === MAX_INQUIRIES) {
            throw new BeyondLimit(`more than ${MAX_INQUIRIES} inquiries`);
        }
        const last = this.#blocks.at(-1);
        if (last) {
            last.to = index;
        }
        this.#current = new Draft();
        this.#blocks.push({ draft: this.#current, from: index, to: Infinity });
        this.#startsSeen = new Set();
        this.#isPastHead = false;
    }

    #closeMessage(): void {
        if (this.#message !== null) {
            const text = this.#message.join('\n').replace(/\n{3,}/g, '\n\n');
            this.#message = null;
            this.#take('inquiry.text', text, this.#messageLabel);
        }
    }

    #announcesMessage(line: Line): boolean {
        const text = line.text.toLowerCase();
        const isOpen = this.#message !== null || this.#current.has('inquiry.text');
        return !isOpen && this.#profile.messageAfter.some(phrase => text.includes(phrase));
    }

    #isEnd(line: Line): boolean {
        const text = line.text.trim().toLowerCase();
        return text !== '' && this.#profile.end.some(mark => text.startsWith(mark));
    }
}
