import {
    FORWARDED_BELOW,
    LABELS,
    ORIGINAL_MESSAGE,
    PRODUCTS,
    SENT_FROM,
    WROTE,
    WROTE_FIRST,
    WROTE_UNSPACED,
    type HeaderLabel
} from './quote-words';

/** A line "On … wrote:", which a mail program may have broken up to twice. */
export interface Attribution {
    /** Index of its first line. */
    from: number;
    /** Certain enough to end the reply even when no `>` stands before the lines below it. */
    isCertain: boolean;
}

/** No mail program writes a longer one; every look at a line ends here, whatever is sent. */
const MAX_LOOK_CHARS = 400;
const MAX_ATTRIBUTION_LINES = 3;
/** Five fields, and addresses that run over a line. */
const MAX_HEADER_LINES = 8;
const MAX_LABEL_CHARS = 24;
const MAX_DEVICE_CHARS = 120;

const TIME = /\d{1,2}[:.h]\d{2}/;
const DAY = /(?:19|20)\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2}/;
const ENDS_WITH_ADDRESS = /<[^<>\s]{1,200}@[^<>\s]{1,200}>\s?[:：]$/;
const LETTER = /\p{L}/u;

export function isBlank(line: string): boolean {
    return line.length <= MAX_LOOK_CHARS && line.trim() === '';
}

/** `>` at the beginning, as every program writes it; programs that indent put up to three blanks before it. */
export function isQuoted(line: string): boolean {
    return /^ {0,3}[>＞]/.test(line.slice(0, 4));
}

/** RFC 3676 section 4.3; some programs lose the blank behind the dashes. */
export function isSignatureMark(line: string): boolean {
    return line === '-- ' || line === '--' || line === '-- \r';
}

/** "Sent from my iPhone" and its kind: words of such a line and the name of a product. */
export function isDeviceLine(line: string): boolean {
    if (line.length > MAX_DEVICE_CHARS) {
        return false;
    }
    const text = line.toLowerCase().replace(/^[\s*_[(–—-]+/, '');
    return SENT_FROM.some(words => text.startsWith(words)) && PRODUCTS.some(product => text.includes(product));
}

/** A line that says what follows is another mail: "-----Original Message-----", "Begin forwarded message:", `____`. */
export function isSeparator(line: string): boolean {
    if (line.length > MAX_LOOK_CHARS) {
        return false;
    }
    const text = line.trim();
    if (text.length >= 20 && /^_+$/.test(text)) {
        return true;
    }
    if (text.startsWith('--') || text.startsWith('==') || text.startsWith('—')) {
        const inner = text.replace(/^[-=—* ]+/, '').toLowerCase();
        return ORIGINAL_MESSAGE.some(words => inner.startsWith(words) && /^[-=—* ]*$/.test(inner.slice(words.length)));
    }
    return FORWARDED_BELOW.includes(text.replace(/\s?:$/, '').toLowerCase());
}

/** What a line such as "Subject: …" or "*Von:* …" is about; null when it begins with no known label. */
export function labelOf(line: string): HeaderLabel | null {
    const head = line.slice(0, MAX_LABEL_CHARS + 4).replace(/[*_|]/g, '');
    const colon = head.search(/[:：]/);
    return colon < 0 ? null : (LABELS.get(head.slice(0, colon).trim().toLowerCase()) ?? null);
}

/**
 * True when a block of header lines begins here. A form in the person's own words may say "From:" and "To:" too; a mail's
 * has an author beside a subject or an address.
 */
export function isHeaderBlock(lines: readonly string[], at: number): boolean {
    const first = labelOf(lines[at] ?? '');
    if (first === null || first === 'copy') {
        return false;
    }
    const seen = new Set<HeaderLabel>();
    let hasAddress = false;
    for (let index = at; index < Math.min(at + MAX_HEADER_LINES, lines.length); index++) {
        const line = lines[index] as string;
        if (isBlank(line)) {
            break;
        }
        const label = labelOf(line);
        if (label !== null) {
            seen.add(label);
        }
        hasAddress ||= line.slice(0, MAX_LOOK_CHARS).includes('@');
    }
    return seen.has('from') && seen.size >= 2 && (seen.has('subject') || hasAddress);
}

/**
 * The attribution that ends with the line `end`, or null. Looks at what the joined line begins and ends with and what it
 * holds, with string operations: patterns with gaps between two ends take quadratic time on hostile text.
 *
 * @param isQuoteBelow the next line that is not blank is quoted.
 */
export function attributionAt(lines: readonly string[], end: number, isQuoteBelow: boolean): Attribution | null {
    const last = lines[end] as string;
    if (last.length > MAX_LOOK_CHARS || !/[:：]\s{0,3}$/.test(last.slice(-4))) {
        return holdsAttribution(last.slice(0, MAX_LOOK_CHARS)) ? { from: end, isCertain: true } : null;
    }
    let joined = '';
    let shortest: Attribution | null = null;
    for (let from = end; from >= 0 && end - from < MAX_ATTRIBUTION_LINES; from--) {
        const line = lines[from] as string;
        if (line.length + joined.length > MAX_LOOK_CHARS || isBlank(line) || isQuoted(line)) {
            break;
        }
        joined = joined === '' ? line.trim() : `${line.trim()} ${joined}`;
        const certain = isCertain(joined);
        if (certain || (isQuoteBelow && isLikely(joined))) {
            const found = { from, isCertain: certain };
            if (from < end ? beginsAttribution(lines, from) : hasFirstWord(line) || isFree(lines, from)) {
                return found;
            }
            shortest ??= found;
        }
    }
    return shortest;
}

/** Yahoo on phones goes on with the quoted text on the same line. */
function holdsAttribution(line: string): boolean {
    const colon = line.indexOf(':', line.indexOf('>'));
    const head = line.slice(0, colon + 1);
    return head.includes('@') && TIME.test(head) && hasFirstWord(head) && hasVerb(head);
}

/** A broken line begins with one of the first words, or with the date or the author, and is no sentence. */
function beginsAttribution(lines: readonly string[], at: number): boolean {
    const line = (lines[at] as string).trim();
    if (hasFirstWord(line)) {
        return true;
    }
    const tells = line.includes('@') || TIME.test(line) || DAY.test(line);
    return tells && isFree(lines, at) && !/[.!?]$/.test(line);
}

function isFree(lines: readonly string[], at: number): boolean {
    const above = lines[at - 1];
    return above === undefined || isBlank(above) || isQuoted(above);
}

function hasFirstWord(line: string): boolean {
    const [first = ''] = line
        .trim()
        .slice(0, 40)
        .toLowerCase()
        .split(/[\s,\d]/, 1);
    return WROTE_FIRST.has(first) || /^\d/.test(line.trim());
}

/** The verb with an address or a time, or an address at the end with a time: no sentence of a person looks like that. */
function isCertain(line: string): boolean {
    const hasTime = TIME.test(line);
    if (hasVerb(line)) {
        return line.includes('@') || (hasTime && DAY.test(line)) || (hasTime && hasFirstWord(line));
    }
    return hasTime && ENDS_WITH_ADDRESS.test(line);
}

/** Enough when quoted lines follow. */
function isLikely(line: string): boolean {
    return hasVerb(line) || (TIME.test(line) && (DAY.test(line) || line.includes('@')));
}

function hasVerb(line: string): boolean {
    const text = line.toLowerCase();
    return WROTE_UNSPACED.some(word => text.includes(word)) || WROTE.some(word => hasWord(text, word));
}

/** JavaScript's \b knows no letters beyond ASCII. */
function hasWord(text: string, word: string): boolean {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
        if (!LETTER.test(text.charAt(at - 1)) && !LETTER.test(text.charAt(at + word.length))) {
            return true;
        }
    }
    return false;
}
