import { judgeSender } from '../../src/sender/verdict';
import { readMessageField } from '../../src/sender/message-field';
import { compileSenders } from '../../src/sender/pattern';
import { benchDecisions } from '../decisions-automatic';
import { now } from '../measure/clock';
import { median } from '../measure/statistics';
import type { PartOptions, Section } from '../part';
import { table } from '../report';

/** The header block of a mail, and what imap-in made of its From. */
export interface DecidedMail {
    header: Buffer;
    mail: Record<string, unknown>;
    wanted: boolean;
}

/** Something that decides about one mail by its header alone. */
interface Decider {
    name: string;
    decide(mail: DecidedMail): boolean;
}

const SENDERS = compileSenders(['*@channel.machineseeker.com', '*@*.marketplace.example', 'info@company.example']);

/** One line for each; all are held to the same target. */
const DECIDERS: readonly Decider[] = [
    { name: 'sender, from the raw header', decide: ({ header }) => judgeSender(header, SENDERS).verdict === 'match' },
    { name: 'sender, from msg.mail', decide: ({ mail }) => matchesMessage(mail) }
];

const REPETITIONS = 5;

function matchesMessage(mail: Record<string, unknown>): boolean {
    const reading = readMessageField(mail, 'from');
    return reading.ok && SENDERS.matches(reading.mailbox);
}

/** How many mails a second the header filters decide about. Throws when one of them decides wrongly. */
export async function decisionsPart({ short, progress }: PartOptions): Promise<Section> {
    const mails = makeHeaders(short ? 1_000 : 100_000);
    const rows: Array<{ name: string; perSecond: number }> = [];
    for (const { name, decide } of DECIDERS) {
        progress(`deciding about ${mails.length} headers: ${name}`);
        const wrong = mails.find(mail => decide(mail) !== mail.wanted);
        if (wrong) {
            throw new Error(`${name} decided wrongly about ${wrong.header.toString('latin1')}`);
        }
        const rates = Array.from({ length: REPETITIONS }, () => {
            const begun = now();
            for (const mail of mails) {
                decide(mail);
            }
            return mails.length / ((now() - begun) / 1_000);
        });
        rows.push({ name, perSecond: median(rates) });
    }
    progress('telling people and machines apart');
    const automatic = benchDecisions({ decisions: short ? 5_000 : 200_000, repetitions: REPETITIONS });
    rows.push({ name: 'person or machine, from msg.header', perSecond: automatic.median });
    return {
        text: [
            `**Decisions** about ${mails.length.toLocaleString('en-US')} mails by their header:`,
            table([
                ['decided by', 'mails per second'],
                ...rows.map(({ name, perSecond }) => [name, Math.round(perSecond).toLocaleString('en-US')])
            ])
        ].join('\n\n'),
        targets: rows.map(({ name, perSecond }) => ({
            text: `decisions: ${name}`,
            value: perSecond,
            unit: 'per s',
            atLeast: 50_000
        }))
    };
}

/** The forms in which mailboxes come: bare, named, quoted, encoded, and those that only pretend. */
function makeHeaders(count: number): DecidedMail[] {
    const forms: Array<(index: number) => { from: string; address: string; wanted: boolean }> = [
        index => plain(`contact${index % 50}@firm-${index % 700}.example`, false, address => address),
        index => plain(`person${index}@firm-${index % 700}.example`, false, address => `Person ${index} <${address}>`),
        index => plain(`noreply@channel.machineseeker.com`, true, address => `"Inquiry ${index}" <${address}>`),
        index => plain(`i${index}@de.marketplace.example`, true, address => `=?utf-8?q?K=C3=A4ufer?= <${address}>`),
        index => plain(`thief${index}@evil.example`, false, address => `"info@company.example" <${address}>`)
    ];
    return Array.from({ length: count }, (_, index) => {
        const { from, address, wanted } = (forms[index % forms.length] as (typeof forms)[number])(index);
        const header = [
            `Received: from mx.example by mail.example; Thu, 1 Jan 2026 00:00:00 +0000`,
            `From: ${from}`,
            'To: Anna Example <anna@example.org>',
            `Subject: Message ${index}`,
            'Date: Thu, 1 Jan 2026 00:00:00 +0000',
            `Message-ID: <${index}@example.org>`
        ];
        return { header: Buffer.from(`${header.join('\r\n')}\r\n\r\n`), mail: { from: { name: '', address } }, wanted };
    });
}

function plain(
    address: string,
    wanted: boolean,
    write: (address: string) => string
): { from: string; address: string; wanted: boolean } {
    return { from: write(address), address, wanted };
}
