import { builtInProfiles } from '../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../src/inquiry/parse-inquiries';
import type { ParseResult } from '../../src/inquiry/types';
import type { MailMessage } from '../../src/message/types';
import { inquiryFixtures, messageOf, type Fixture } from '../../test/support/inquiry-fixtures';
import type { PartOptions, Section } from '../part';
import { table } from '../report';

export interface InquiryFigures {
    mails: number;
    inquiries: number;
    /** In a second of CPU time: of `parseInquiries` alone, and with the MIME structure read before it. */
    parsedPerSecond: number;
    readAndParsedPerSecond: number;
}

/** How many mails of marketplaces a second become inquiries. */
export async function inquiriesPart({ short, progress }: PartOptions): Promise<Section> {
    progress('reading inquiries');
    const { mails, inquiries, parsedPerSecond, readAndParsedPerSecond } = await benchInquiries(short ? 100 : 1_000);
    const rate = (perSecond: number): string => Math.round(perSecond).toLocaleString('en-US');
    return {
        text: [
            `**Inquiries** out of ${mails} mails of all kinds that the built-in profiles know (${inquiries} inquiries), ` +
                'mails in a second of processor time:',
            table([
                ['', 'mails per second'],
                ['parse-inquiry alone', rate(parsedPerSecond)],
                ['the mail read before it', rate(readAndParsedPerSecond)]
            ])
        ].join('\n\n'),
        targets: []
    };
}

/**
 * Parses mails of all kinds that the fixtures know, in turn, on one core.
 *
 * @param check sees each result, outside of the measured time.
 */
export async function benchInquiries(
    count: number,
    check: (fixture: Fixture, result: ParseResult) => void = () => undefined
): Promise<InquiryFigures> {
    const fixtures = inquiryFixtures();
    const profiles = builtInProfiles();
    const mails = Array.from({ length: count }, (_, index) => fixtures[index % fixtures.length] as Fixture);
    const parse = (message: MailMessage): ParseResult =>
        parseInquiries(message, message.mail as unknown as Record<string, unknown>, profiles);
    // tables that are built once, and code that is compiled once, are no part of the rate
    for (const { source } of fixtures) {
        parse(await messageOf(source));
    }
    const messages: MailMessage[] = [];
    for (const { source } of mails) {
        messages.push(await messageOf(source));
    }
    const start = cpuMs();
    const results = messages.map(parse);
    const parsed = cpuMs();
    for (const { source } of mails) {
        parse(await messageOf(source));
    }
    const end = cpuMs();
    results.forEach((result, index) => check(mails[index] as Fixture, result));
    return {
        mails: count,
        inquiries: results.reduce((sum, result) => sum + (result.recognised ? result.inquiries.length : 0), 0),
        parsedPerSecond: (count * 1000) / (parsed - start),
        readAndParsedPerSecond: (count * 1000) / (end - parsed)
    };
}

/** Of the whole process: other work on the machine does not count, garbage collection does. */
function cpuMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}
