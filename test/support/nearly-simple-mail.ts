import { SeededRandom } from './seeded-random';

const LINES = [
    'hello',
    '',
    'Gr=FC=DFe',
    'Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac',
    '--',
    '--b',
    '--b1',
    ' ',
    'a =',
    '=20',
    'R3LDvMOfZQ==',
    '<p>x</p>',
    '.'
];
const TYPES = ['text/plain', 'text/html', 'Text/Plain', 'text/plain ', 'text/calendar', 'image/png'];
const PARAMETERS = [
    '',
    '',
    '; charset=utf-8',
    '; charset="UTF-8"',
    '; charset=iso-8859-1',
    '; charset=koi8-r',
    '; charset=us-ascii',
    '; format=flowed',
    '; name=x',
    ';',
    '; charset=utf-8 (comment)'
];
const ENCODINGS = ['', '', '7bit', '8bit', 'quoted-printable', 'Quoted-Printable', 'base64', 'x-unknown', 'base64 '];
const EXTRA = [
    '',
    '',
    '',
    'Content-Disposition: inline',
    'Content-Disposition: attachment',
    'Content-ID: <a@b>',
    'no field',
    'X-A: b',
    'Content-Type: text/plain',
    ' folded'
];
const SUBTYPES = ['alternative', 'alternative', 'mixed', 'related', 'Alternative', 'signed'];
const FAULTS: ReadonlyArray<(text: string) => string> = [
    text => text.replace('\r\n\r\n', '\n\n'),
    text => text.replace(/--\r\n(?=[^-]*$)/, '\r\n'),
    text => text.replace('boundary=', 'BOUNDARY = '),
    text => `${text}--b\r\n\r\nafter the end\r\n`,
    text => `${text}epilogue\r\n`,
    text => text.replace(/\r\n/g, '\n'),
    text => text.replace('Content-Type', 'content-type '),
    text => text.slice(0, Math.floor(text.length * 0.8)),
    text => text.replace('--b\r\n', '--b \t\r\n'),
    text => text.replace('--b\r\n', '--bx\r\n'),
    text => `\r\n${text}`
];

/** A mail of text and HTML as people send it, often with one small fault; the same one for the same number. */
export function nearlySimpleMail(seed: number): Buffer {
    const random = new SeededRandom(seed + 1);
    const body = (encoding: string): string => {
        const text = Array.from({ length: random.below(6) }, () => random.pick(LINES)).join('\r\n');
        if (/^base64/i.test(encoding) && random.below(5) > 0) {
            return (
                Buffer.from(text, 'latin1')
                    .toString('base64')
                    .match(/.{1,20}/g) ?? []
            ).join('\r\n');
        }
        return text;
    };
    const leaf = (): string => {
        const encoding = random.pick(ENCODINGS);
        const fields = [
            random.below(8) === 0 ? '' : `Content-Type: ${random.pick(TYPES)}${random.pick(PARAMETERS)}`,
            encoding === '' ? '' : `Content-Transfer-Encoding: ${encoding}`,
            random.below(3) === 0 ? random.pick(EXTRA) : ''
        ];
        return [...fields.filter(Boolean), '', body(encoding)].join('\r\n');
    };
    const multi = (boundary: string, depth: number): string => {
        const children = Array.from({ length: 1 + random.below(2) + random.below(2) }, () =>
            depth < 3 && random.below(4) === 0 ? multi(random.pick(['b1', 'b-2', 'b', 'other']), depth + 1) : leaf()
        );
        return [
            `Content-Type: multipart/${random.pick(SUBTYPES)}; boundary=${random.pick(['', '"'])}${boundary}`.replace(
                /"(.*)$/,
                '"$1"'
            ),
            '',
            ...(random.below(4) === 0 ? ['This is a multi-part message.'] : []),
            ...children.flatMap(child => [`--${boundary}`, child]),
            `--${boundary}--`,
            ''
        ].join('\r\n');
    };
    const mail = `From: ben@example.com\r\n${random.below(3) > 0 ? multi('b', 0) : leaf()}`;
    return Buffer.from(random.below(2) === 0 ? random.pick(FAULTS)(mail) : mail, 'latin1');
}
