import { median } from './measure/statistics';
import type { Section, Target } from './part';

/** The whole result as Markdown. */
export function report(machine: string, sections: readonly Section[], warning = ''): string {
    return [
        `Machine: ${machine}.`,
        ...(warning ? [`**Doubtful**: ${warning}.`] : []),
        ...sections.map(section => section.text),
        '**Targets**:',
        targetTable(sections.flatMap(section => section.targets))
    ].join('\n\n');
}

/** The median, and in parentheses the smallest and the largest of several. */
export function spread(values: readonly number[], unit: string, digits = 2): string {
    const middle = `${median(values).toFixed(digits)} ${unit}`;
    return values.length < 2
        ? middle
        : `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

export function megabytes(bytes: number, digits = 0): string {
    return `${(bytes / 2 ** 20).toFixed(digits)} MB`;
}

/** The first row is the head. Columns are padded, so that the text reads well unrendered too. */
export function table(rows: readonly (readonly string[])[]): string {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map(row => (row[column] ?? '').length)));
    const line = (cells: readonly string[]): string =>
        `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
    const [head = [], ...body] = rows;
    return [line(head), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}

export function isMet({ value, atLeast, atMost }: Target): boolean {
    return atLeast !== undefined ? value >= atLeast : value <= (atMost ?? Infinity);
}

function targetTable(all: readonly Target[]): string {
    const rows = all.map(target => {
        const { text, value, unit, atLeast, atMost } = target;
        const digits = Number.isInteger(value) || value >= 1_000 ? 0 : value < 10 ? 2 : 1;
        const wanted = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
        const met = isMet(target) ? 'yes' : '**no**';
        return [text, `${value.toFixed(digits)} ${unit}`.trim(), `${wanted} ${unit}`.trim(), met];
    });
    return table([['', 'measured', 'target', 'met'], ...rows]);
}
