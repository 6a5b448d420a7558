import type { HookFigures } from '../measure/hook-figures';
import { median } from '../measure/statistics';
import type { PartOptions, Section } from '../part';
import { spread, table } from '../report';
import { plainFlow } from '../runtime/flows';
import { startNodeRed } from '../runtime/node-red';

const TIMEOUT_MS = 5 * 60_000;

/** What the hooks by which imap-in follows its mails cost the messages of others. */
export async function hooksPart({ short, profileDir, progress }: PartOptions): Promise<Section> {
    progress('sending messages through a plain flow');
    const flow = plainFlow(short ? 1_000 : 20_000);
    const child = await startNodeRed('mailflow', { pack: 'mailflow', flow, profileDir });
    try {
        return hooksSection(await child.waitForFigures<HookFigures>(TIMEOUT_MS));
    } finally {
        await child.stop();
    }
}

/** The rounds alternate, so each pair had the same machine. */
export function hooksSection(figures: HookFigures): Section {
    const overhead = median(figures.with.map((value, index) => value - (figures.without[index] ?? NaN)));
    return {
        text: [
            '**Settlement hooks**: time per delivery of a message that has nothing to do with mail, from one node to ' +
                `the next, in turns in one runtime (medians of ${figures.with.length} rounds):`,
            table([
                ['', 'time per delivery'],
                ['no imap-in needs hooks', spread(figures.without, 'µs')],
                ['hooks in place', spread(figures.with, 'µs')],
                ['difference', `${overhead.toFixed(2)} µs`],
                ['hooks left when nobody needs them', figures.left.join(', ') || 'none']
            ])
        ].join('\n\n'),
        targets: [
            { text: 'hooks: overhead per delivery of another message', value: overhead, unit: 'µs', atMost: 1 },
            { text: 'hooks: left when nobody needs them', value: figures.left.length, unit: '', atMost: 0 }
        ]
    };
}
