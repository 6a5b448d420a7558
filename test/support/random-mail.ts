import { randomFrom } from './random-numbers';

const TYPES = ['text/plain', 'text/html', 'image/png', 'application/pdf', 'message/rfc822', 'text/csv', '', 'x'];
const CHARSETS = ['', '; charset=utf-8', '; charset="iso-8859-1"', '; charset=nonsense', '; format=flowed'];
const DISPOSITIONS = ['', 'inline', 'attachment', 'attachment; filename="a b.pdf"', 'INLINE; filename=x', 'other'];
const ENCODINGS = ['', '7bit', '8bit', 'base64', 'BASE64', 'quoted-printable', 'binary', 'x-unknown'];
const LINES = [
    '',
    'hello',
    'Gr\xfc\xdfe',
    '--',
    '--x',
    '=3D=',
    ' soft ',
    '<p>a &amp; b</p>',
    '.',
    'From: x',
    '> quote'
];
const MULTIPARTS = ['mixed', 'alternative', 'related', 'report', 'signed'];
/** Above what is fetched whole in one go. */
const LARGE_BYTES = 300_000;

/** A mail of random parts, some broken in small ways; the same one for the same number. */
export function randomMail(seed: number): Buffer {
    const random = randomFrom(seed + 1);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const large = random() < 0.25;
    const part = (depth: number, root = false): string[] =>
        depth < 4 && random() < (root ? 0.95 : 0.35) ? multi(depth) : leaf();

    function multi(depth: number): string[] {
        const boundary = `b${depth}-${Math.floor(random() * 1e6)}-limit`;
        const children = Array.from({ length: 1 + Math.floor(random() * 3) }, () => part(depth + 1));
        return [
            `Content-Type: multipart/${pick(MULTIPARTS)}; boundary="${boundary}"`,
            '',
            ...(random() < 0.3 ? ['This is a multi-part message in MIME format.'] : []),
            ...children.flatMap(child => [`--${boundary}`, ...child]),
            ...(random() < 0.05 ? [] : [`--${boundary}--`]),
            ...(random() < 0.2 ? [''] : [])
        ];
    }

    function leaf(): string[] {
        const type = pick(TYPES);
        const encoding = pick(ENCODINGS);
        const disposition = pick(DISPOSITIONS);
        return [
            ...(type === '' ? [] : [`Content-Type: ${type}${pick(CHARSETS)}`]),
            ...(encoding === '' ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
            ...(disposition === '' ? [] : [`Content-Disposition: ${disposition}`]),
            ...(random() < 0.2 ? ['Content-ID: <id@example.com>'] : []),
            '',
            ...body(encoding)
        ];
    }

    function body(encoding: string): string[] {
        const bytes = large ? Math.floor(random() * LARGE_BYTES * 2) : Math.floor(random() * 2000);
        if (/base64/i.test(encoding) && random() < 0.9) {
            const content = Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
            return content.toString('base64').match(/.{1,76}/g) ?? [''];
        }
        if (random() < 0.1) {
            return [
                'Subject: inner',
                'Content-Type: multipart/mixed; boundary=inner',
                '',
                '--inner',
                '',
                'x',
                '--inner--'
            ];
        }
        return Array.from({ length: Math.floor(bytes / 20) }, () => pick(LINES));
    }

    const lines = ['From: Ben <ben@example.com>', 'Subject: =?utf-8?Q?=E2=82=AC?= x'].concat(part(0, true), '');
    return Buffer.from(lines.join('\r\n'), 'latin1');
}
