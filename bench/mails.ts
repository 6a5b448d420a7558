import { buildMail } from '../test/support/mail-builder';
import { randomFrom } from '../test/support/random-numbers';
import { END_OF_TEXT } from './measure/report-arrival';

/** The domain whose mail is wanted. */
export const WANTED_DOMAIN = 'channel.machineseeker.com';
/** One mail of so many is wanted. */
export const WANTED_EVERY = 100;

/** Sizes are spread evenly between these, so their mean is the average size. */
const SMALLEST_BYTES = 4_000;
const LARGEST_BYTES = 16_000;
/** Fields, MIME lines and what the last line and table of a text add, on average. */
const FRAME_BYTES = 1_050;
const WORDS = (
    'please offer price machine lathe milling year delivery dear regards spindle travel condition photo visit ' +
    'transport invoice order available warranty hours table weight control manual question customer company'
).split(' ');

export interface BenchMail {
    messageId: string;
    wanted: boolean;
    raw: Buffer;
}

/** Makes mails as they lie in a company's mailbox, the same ones in every run; the last of each hundred is wanted. */
export function* makeMails(count: number): Generator<BenchMail> {
    for (let index = 1; index <= count; index++) {
        const wanted = index % WANTED_EVERY === 0;
        yield makeMail(`fill-${index}`, index, wanted);
    }
}

/** One more mail of the wanted kind, for a delivery. */
export function makeWantedMail(name: string, index: number): BenchMail {
    return makeMail(name, index, true);
}

function makeMail(name: string, index: number, wanted: boolean): BenchMail {
    const random = randomFrom(index);
    const domain = wanted ? WANTED_DOMAIN : `firm-${index % 700}.example`;
    const messageId = `<${name}@${domain}>`;
    const size = SMALLEST_BYTES + random() * (LARGEST_BYTES - SMALLEST_BYTES);
    const headers = transportHeaders(domain, index);
    const room = size - JSON.stringify(headers).length - FRAME_BYTES;
    const text = `${prose(random, room * 0.35)}\n${END_OF_TEXT}\n`;
    const raw = buildMail({
        from: `Person ${index} <contact${index % 50}@${domain}>`,
        to: 'Anna Example <anna@example.org>',
        subject: `${wanted ? 'Inquiry' : 'Message'} ${index}: ${prose(random, 40).replaceAll('\n', ' ')}`,
        date: new Date(Date.UTC(2026, 0, 1) + index * 60_000),
        messageId,
        headers,
        text,
        html: markup(random, room * 0.65)
    });
    return { messageId, wanted, raw };
}

/** What servers on the way add to a mail; of all this a look at the sender must not read a byte. */
function transportHeaders(domain: string, index: number): Record<string, string | string[]> {
    const stamp = `Thu, 1 Jan 2026 00:00:${String(index % 60).padStart(2, '0')} +0000`;
    return {
        'Return-Path': `<bounce-${index}@${domain}>`,
        Received: [1, 2, 3].map(
            hop =>
                `from relay${hop}.${domain} (192.0.2.${hop}) by mx${hop}.example.org\r\n\twith ESMTPS id ${index}; ${stamp}`
        ),
        'DKIM-Signature': `v=1; a=rsa-sha256; d=${domain}; s=key1;\r\n\tb=${'Ab1+'.repeat(86)}`,
        'X-Mailer': 'Example Mailer 1.0'
    };
}

function prose(random: () => number, length: number): string {
    const lines: string[] = [];
    let line = '';
    for (let written = 0; written < length; written = lines.length * 70 + line.length) {
        line += `${WORDS[Math.floor(random() * WORDS.length)]} `;
        if (line.length > 66) {
            lines.push(line.trimEnd());
            line = '';
        }
    }
    return [...lines, line.trimEnd()].join('\n');
}

function markup(random: () => number, length: number): string {
    const paragraphs: string[] = [];
    for (let written = 0; written < length; written += 420) {
        const cell = '<td style="font-family:Arial,sans-serif;font-size:14px;color:#333333">';
        paragraphs.push(`<table role="presentation"><tr>${cell}\n${prose(random, 300)}</td></tr></table>`);
    }
    return `<!doctype html>\n<html><body>\n${paragraphs.join('\n')}\n</body></html>\n`;
}
