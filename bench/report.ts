import type { ImportContender, ImportFigures, ImportResult } from './import';
import type { LatencyResult, Listener } from './latency';
import { median, percentile } from './measure/statistics';

const IMPORT_NAMES: Record<ImportContender, string> = {
    mailflow: 'imap-in',
    emailNode: 'node-red-node-email',
    floor: 'bare imapflow script'
};
const LISTENER_NAMES: Record<Listener, string> = { mailflow: 'imap-in', floor: 'bare imapflow listener' };

/** What the project promises about its own figures; `atLeast` and `atMost` exclude each other. */
export interface Target {
    text: string;
    value: number;
    unit: string;
    atLeast?: number;
    atMost?: number;
}

/** The whole result as Markdown. */
export function report(machine: string, imported: ImportResult, latency: LatencyResult): string {
    const megabytes = Math.round(imported.bytes / 1e6);
    const deliveries = latency.mailflow.milliseconds.length;
    return [
        `Machine: ${machine}.`,
        `**Import** of the ${imported.wanted} mails of one sender out of a folder with ${imported.mails} mails ` +
            `(${megabytes} MB), from the TCP connection to the last mail. Medians, in parentheses the number of runs ` +
            'or the fastest and the slowest run:',
        importTable(imported.figures),
        `**Delivery** of ${deliveries} mails, one after the other, to two listeners in IDLE at the same time, from the ` +
            'return of the delivery to the mail in the flow. The server holds its notices back and sets most of it:',
        latencyTable(latency),
        '**Targets**:',
        targetTable(targets(imported.figures, latency))
    ].join('\n\n');
}

/** Bytes are the same in every run, so that a test can insist on this one. */
export function bytesRatio(figures: ImportResult['figures']): number {
    return middle(figures.mailflow, 'bytesFromServer') / middle(figures.floor, 'bytesFromServer');
}

function targets(figures: ImportResult['figures'], latency: LatencyResult): Target[] {
    const ours = middle(figures.mailflow, 'totalMs');
    return [
        {
            text: 'import faster than node-red-node-email',
            value: middle(figures.emailNode, 'totalMs') / ours,
            unit: '×',
            atLeast: 50
        },
        { text: 'time of the bare script', value: ours / middle(figures.floor, 'totalMs'), unit: '×', atMost: 1.3 },
        { text: 'bytes of the bare script', value: bytesRatio(figures), unit: '×', atMost: 1.2 },
        {
            text: 'peak memory of the whole runtime',
            value: middle(figures.mailflow, 'peakMemoryBytes') / 2 ** 20,
            unit: 'MB',
            atMost: 180
        },
        {
            text: 'delivery p50 of the bare listener',
            value: median(latency.mailflow.milliseconds) / median(latency.floor.milliseconds),
            unit: '×',
            atMost: 1.1
        },
        { text: 'mails delivered twice', value: doubles(figures.mailflow, latency), unit: '', atMost: 0 }
    ];
}

function doubles(figures: readonly ImportFigures[], latency: LatencyResult): number {
    return figures.reduce((sum, run) => sum + run.doubles, latency.mailflow.doubles);
}

function importTable(figures: ImportResult['figures']): string {
    const contenders = Object.keys(IMPORT_NAMES) as ImportContender[];
    const row = (label: string, cell: (runs: ImportFigures[]) => string): string[] => [
        label,
        ...contenders.map(contender => cell(figures[contender]))
    ];
    return table([
        row('', runs => `(${runs.length})`).map((cell, index) =>
            index === 0 ? cell : `${IMPORT_NAMES[contenders[index - 1] as ImportContender]} ${cell}`
        ),
        row('last mail after', runs =>
            spread(
                runs.map(run => run.totalMs / 1000),
                's'
            )
        ),
        row('first mail after', runs =>
            spread(
                runs.map(run => run.firstMs / 1000),
                's'
            )
        ),
        row('bytes from the server', runs => `${(middle(runs, 'bytesFromServer') / 1e6).toFixed(2)} MB`),
        row('processor time', runs =>
            spread(
                runs.map(run => run.cpuSeconds),
                's'
            )
        ),
        row('peak memory of the process', runs => `${(middle(runs, 'peakMemoryBytes') / 2 ** 20).toFixed(0)} MB`),
        row('mails, of these twice', runs => `${middle(runs, 'delivered')}, ${middle(runs, 'doubles')}`)
    ]);
}

function latencyTable(latency: LatencyResult): string {
    const listeners = Object.keys(LISTENER_NAMES) as Listener[];
    const times = (listener: Listener, share: number): string =>
        `${percentile(latency[listener].milliseconds, share).toFixed(0)} ms`;
    return table([
        ['', ...listeners.map(listener => LISTENER_NAMES[listener])],
        ['p50', ...listeners.map(listener => times(listener, 0.5))],
        ['p99', ...listeners.map(listener => times(listener, 0.99))],
        ['mails, of these twice', ...listeners.map(name => `${latency[name].delivered}, ${latency[name].doubles}`)]
    ]);
}

/** What was promised beside what was measured. */
export function targetTable(all: Target[]): string {
    const rows = all.map(({ text, value, unit, atLeast, atMost }) => {
        const met = atLeast !== undefined ? value >= atLeast : value <= (atMost ?? Infinity);
        const digits = unit === '×' ? (value < 10 ? 2 : 1) : 0;
        const wanted = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
        return [text, `${value.toFixed(digits)} ${unit}`.trim(), `${wanted} ${unit}`.trim(), met ? 'yes' : '**no**'];
    });
    return table([['', 'measured', 'target', 'met'], ...rows]);
}

function middle(runs: readonly ImportFigures[], figure: keyof ImportFigures): number {
    return median(runs.map(run => run[figure]));
}

function spread(values: number[], unit: string): string {
    const middleText = `${median(values).toFixed(2)} ${unit}`;
    return values.length < 2
        ? middleText
        : `${middleText} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
}

/** The first row is the head. Columns are padded, so that the text reads well unrendered too. */
export function table(rows: readonly (readonly string[])[]): string {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map(row => (row[column] ?? '').length)));
    const line = (cells: readonly string[]): string =>
        `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
    const [head = [], ...body] = rows;
    return [line(head), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}
