/** Longer texts with a colon are sentences. */
export const MAX_LABEL_CHARS = 30;

const COLON = /[:：]/;
const INVISIBLE = /\p{Cf}/gu;
const BLANKS = /[\s\u00a0]+/g;

/** The form in which labels are compared: NFC, case folded, without white space, invisible characters and colon. */
export function normaliseLabel(label: string): string {
    return label
        .normalize('NFC')
        .replace(INVISIBLE, '')
        .replace(BLANKS, '')
        .replace(/[:：*]+$/, '')
        .toLowerCase();
}

/** A label as it is shown, without its colon. */
export function cleanLabel(label: string): string {
    return label
        .normalize('NFC')
        .replace(INVISIBLE, '')
        .replace(BLANKS, ' ')
        .replace(/ ?[:：]+ ?$/, '')
        .trim();
}

/** Parts a line at its first colon; null when what stands before it is no label. */
export function splitAtColon(line: string): { label: string; value: string } | null {
    // an invisible character in front would make the label longer, not another one
    const colon = line.slice(0, MAX_LABEL_CHARS * 2).search(COLON);
    const label = colon < 0 ? '' : cleanLabel(line.slice(0, colon));
    const value = line.slice(colon + 1);
    // "https://…" and "10:30" have a colon too, and a label has a letter
    if (label.length > MAX_LABEL_CHARS || !/\p{L}/u.test(label) || value.startsWith('//') || isTime(line, colon)) {
        return null;
    }
    return { label, value: value.trim() };
}

function isTime(line: string, colon: number): boolean {
    return /\d/.test(line.charAt(colon - 1)) && /\d/.test(line.charAt(colon + 1));
}

/** True when the text ends as a label does. */
export function endsWithColon(text: string): boolean {
    return /[:：]\s*$/.test(text);
}

/** True when the text begins with the colon of the label before it. */
export function startsWithColon(text: string): boolean {
    return /^\s*[:：]/.test(text);
}
