import type { AttachmentResult } from './attachments';
import { median } from './measure/statistics';
import { table, targetTable } from './report';
import type { TextFigures, TextResult } from './text';

const MEGABYTE = 2 ** 20;

/** All mails as text, as Markdown. */
export function textReport({ mails, figures }: TextResult): string {
    const middle = (runs: TextFigures[], figure: keyof TextFigures): number => median(runs.map(run => run[figure]));
    const row = (label: string, cell: (runs: TextFigures[]) => string): string[] => [
        label,
        cell(figures.mailflow),
        cell(figures.floor)
    ];
    return [
        `**All ${mails} mails as text**, from the TCP connection to the last mail, with a flow that finishes with each ` +
            'mail and a record of it. The bare script asks for the structure of all mails and then for header and text:',
        table([
            ['', 'imap-in', 'bare imapflow script'],
            row('last mail after', runs => `${(middle(runs, 'totalMs') / 1000).toFixed(2)} s`),
            row('bytes from the server', runs => `${(middle(runs, 'bytesFromServer') / 1e6).toFixed(2)} MB`),
            row('peak memory of the process', runs => `${(middle(runs, 'peakMemoryBytes') / MEGABYTE).toFixed(0)} MB`),
            row('mails, of these twice', runs => `${middle(runs, 'delivered')}, ${middle(runs, 'doubles')}`)
        ]),
        targetTable([
            {
                text: 'time of the bare script',
                value: middle(figures.mailflow, 'totalMs') / middle(figures.floor, 'totalMs'),
                unit: '×',
                atMost: 2
            }
        ])
    ].join('\n\n');
}

/** Large attachments to files, as Markdown. */
export function attachmentReport(result: AttachmentResult): string {
    const { mails, bytes, mailflowMs, socketMs, rightFiles } = result;
    const speed = (milliseconds: number): string => `${(bytes / 1000 / milliseconds).toFixed(0)} MB/s`;
    const memory = (result.peakMemoryBytes - result.idleMemoryBytes) / MEGABYTE;
    return [
        `**Attachments of ${mails} mails to files** (${(bytes / 1e6).toFixed(0)} MB in all), from the TCP connection to ` +
            'the last mail. The bare socket reads the same mails and throws them away:',
        table([
            ['', 'imap-in', 'bare socket'],
            ['speed', speed(mailflowMs), speed(socketMs)],
            ['mails, of these twice', `${result.delivered}, ${result.doubles}`, ''],
            ['files with the right content', String(rightFiles), '']
        ]),
        targetTable([
            { text: 'speed of the bare socket', value: socketMs / mailflowMs, unit: '×', atLeast: 0.7 },
            { text: 'peak memory above the idle runtime', value: memory, unit: 'MB', atMost: 64 }
        ])
    ].join('\n\n');
}
