import { cleanLabel, endsWithColon, MAX_LABEL_CHARS, normaliseLabel, splitAtColon, startsWithColon } from './labels';
import type { Cell, Line } from './line';
import type { Field, Profile } from './profile';

/**
 * Where a label may stand: in the markup of the portal (bold, a cell of its own), which a buyer cannot type into a form;
 * or anywhere before a colon.
 */
export type LabelMode = 'markup' | 'plain';

/** A label on a line, with what follows it on the same line. */
export interface FoundLabel {
    /** As it was written. */
    label: string;
    value: string;
    /** null when the profile does not know the label. */
    field: Field | null;
    isStart: boolean;
    /** The value stands in a cell of its own, so that the lines that follow in this cell belong to it. */
    hasCell: boolean;
}

/** The labels of a line in their order; empty for a line of running text. */
export function labelsOf(line: Line, mode: LabelMode, profile: Profile): FoundLabel[] {
    if (line.cells.length === 0) {
        return [];
    }
    if (mode === 'plain') {
        const parts = splitAtColon(line.text.trim());
        return parts ? [found(parts.label, parts.value, profile)] : [];
    }
    return line.cells.length > 1 ? labelsOfRow(line.cells, profile) : labelOfCell(line.cells[0] as Cell, profile);
}

function found(written: string, value: string, profile: Profile, hasCell = false): FoundLabel {
    const label = cleanLabel(written);
    const normalised = normaliseLabel(written);
    const field = profile.labelFields.get(normalised) ?? null;
    return { label, value, field, isStart: profile.startLabels.has(normalised), hasCell };
}

/** Labels and values take turns in a row. A row of nothing but labels is the head of a table. */
function labelsOfRow(cells: readonly Cell[], profile: Profile): FoundLabel[] {
    const isKnown = ({ text }: Cell): boolean => profile.labelFields.has(normaliseLabel(text));
    if (cells.every(cell => isKnown(cell) && !endsWithColon(cell.text))) {
        return [];
    }
    const labels: FoundLabel[] = [];
    for (let index = 0; index < cells.length; index++) {
        const cell = cells[index] as Cell;
        const isLabel = isKnown(cell) || (endsWithColon(cell.text) && isShort(cell.text));
        const next = cells[index + 1];
        if (isLabel && next) {
            labels.push(found(cell.text, next.text, profile, true));
            index++;
        } else if (cell.text !== '') {
            labels.push(...labelOfCell(cell, profile));
        }
    }
    return labels;
}

function labelOfCell({ text, lead, rest, own }: Cell, profile: Profile): FoundLabel[] {
    // "<b>Name: Anna</b>" has the value inside the bold text
    const inside = splitAtColon(lead);
    if (inside && inside.value !== '') {
        return [found(inside.label, `${inside.value} ${rest}`.trim(), profile)];
    }
    const written = lead !== '' ? lead : own ? text : '';
    const value = lead !== '' ? rest : '';
    const hasColon = endsWithColon(written) || (lead !== '' && startsWithColon(rest));
    if (!isShort(written) || !/\p{L}/u.test(written)) {
        return [];
    }
    const label = found(written, value.replace(/^\s*[:：]\s*/, ''), profile);
    return label.field !== null || (hasColon && lead !== '') ? [label] : [];
}

function isShort(label: string): boolean {
    return label !== '' && cleanLabel(label).length <= MAX_LABEL_CHARS;
}
