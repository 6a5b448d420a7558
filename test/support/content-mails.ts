import { randomBytes } from 'node:crypto';
import { multipart, rawMail } from './raw-mail';

/** A multipart part or mail: its header lines and its body. */
export function nested(type: string, boundary: string, ...parts: readonly string[][]): string[] {
    return [
        `Content-Type: multipart/${type}; boundary=${boundary}`,
        '',
        ...parts.flatMap(part => [`--${boundary}`, ...part]),
        `--${boundary}--`
    ];
}

/** A part with a base64 body in lines of 76 characters. */
export function base64Part(content: Buffer, name = 'x.bin', type = 'application/octet-stream'): string[] {
    const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
    return [
        `Content-Type: ${type}; name="${name}"`,
        `Content-Disposition: attachment; filename="${name}"`,
        'Content-Transfer-Encoding: base64',
        '',
        ...lines
    ];
}

export function textPart(body: string, ...fields: string[]): string[] {
    return ['Content-Type: text/plain; charset=utf-8', ...fields, '', body];
}

export const HTML = ['Content-Type: text/html; charset=utf-8', '', '<p>html</p>'];
export const PDF = base64Part(randomBytes(3000), 'offer.pdf', 'application/pdf');
const IMAGE = [
    'Content-Type: image/png',
    'Content-ID: <image1@example.com>',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo='
];
const INNER = [
    'From: cleo@example.com',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    ...nested('mixed', 'fwd', textPart('in'), PDF)
];

/** Each with a file beside it, so that the mail does not go whole anyway. */
const CHARSETS: Record<string, [charset: string, bytes: string]> = {
    'iso-8859-1': ['iso-8859-1', 'Gr\xfc\xdfe'],
    'windows-1252': ['windows-1252', '\x93Gr\xfc\xdfe\x94 \x80'],
    'koi8-r': ['koi8-r', '\xf0\xd2\xc9\xd7\xc5\xd4'],
    'iso-2022-jp': ['iso-2022-jp', '\x1b$B%F%9%H\x1b(B'],
    gb18030: ['gb18030', '\xc4\xe3\xba\xc3'],
    'utf-8': ['utf-8', 'Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac'],
    'an unknown charset': ['x-unknown-7', 'Gr\xc3\xbc\xdfe']
};
const ENCODINGS: Record<string, [encoding: string, body: string]> = {
    '7bit': ['7bit', 'plain'],
    '8bit': ['8bit', 'Gr\xc3\xbc\xc3\x9fe'],
    binary: ['binary', 'bin\x01ary'],
    'quoted-printable': ['Quoted-Printable', 'Gr=C3=BC=C3=9Fe =\r\nsoft'],
    base64: ['base64', 'R3LDvMOfZQ=='],
    'an unknown encoding': ['x-uuencode', 'begin 644 x'],
    'an encoding with a comment': ['base64 (really)', 'R3LDvMOfZQ=='],
    'broken base64': ['base64', 'R3LD!vM=OfZQ\r\n===x'],
    'broken quoted-printable': ['quoted-printable', 'a=ZZ=\r\nb=']
};

function withFile(...part: string[]): Buffer {
    return multipart('mixed', part, PDF);
}

/** Mails that the server describes well enough for their attachments to stay there. */
export const REGULAR: Record<string, Buffer> = {
    'a file beside the text': multipart('mixed', textPart('hello'), PDF),
    'several files': multipart(
        'mixed',
        textPart('hello'),
        PDF,
        base64Part(randomBytes(1)),
        base64Part(randomBytes(70_001))
    ),
    'alternatives and a related image': multipart(
        'mixed',
        nested('alternative', 'alt', textPart('hello'), nested('related', 'rel', HTML, IMAGE)),
        PDF
    ),
    'a related image alone': multipart('related', HTML, IMAGE),
    'text between files': multipart('mixed', textPart('one'), PDF, textPart('two'), PDF, HTML),
    'text that is an attachment': multipart(
        'mixed',
        textPart('hello'),
        textPart('file', 'Content-Disposition: attachment')
    ),
    'text of another disposition': multipart(
        'mixed',
        textPart('hello'),
        textPart('file', 'Content-Disposition: form-data')
    ),
    'HTML that is an attachment': multipart('mixed', textPart('hello'), [
        ...HTML.slice(0, 1),
        'Content-Disposition: attachment',
        ...HTML.slice(1)
    ]),
    'a file alone': rawMail('From: ben@example.com', ...PDF),
    'a forwarded message': multipart('mixed', textPart('see below'), PDF, [
        'Content-Type: message/rfc822',
        '',
        ...INNER
    ]),
    'a forwarded message below alternatives': multipart(
        'mixed',
        nested('alternative', 'alt', textPart('see below'), HTML),
        ['Content-Type: message/rfc822; name="fwd.eml"', '', ...INNER]
    ),
    'a forwarded message of plain text': multipart('mixed', textPart('see below'), [
        'Content-Type: message/rfc822',
        '',
        'Subject: inner',
        '',
        'body'
    ]),
    'a delivery report': multipart(
        'report; report-type=delivery-status',
        textPart('could not be delivered'),
        ['Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.com', '', 'Action: failed'],
        ['Content-Type: text/rfc822-headers', '', 'Subject: lost']
    ),
    'a bounce with the lost mail and its file': multipart(
        'report; report-type=delivery-status',
        textPart('could not be delivered'),
        [
            'Content-Type: message/delivery-status',
            '',
            'Reporting-MTA: dns; mx.example.com',
            '',
            'Final-Recipient: rfc822; gone@example.com',
            'Action: failed',
            'Status: 5.1.1'
        ],
        ['Content-Type: message/rfc822', '', 'Message-ID: <lost@example.com>', ...INNER]
    ),
    'a preamble and blank lines behind the end': Buffer.from(
        multipart('mixed', textPart('hello'), PDF)
            .toString('latin1')
            .replace('\r\n\r\n--limit', '\r\n\r\nThis is a multi-part message in MIME format.\r\n--limit')
            .concat('\r\n'),
        'latin1'
    ),
    'no line end behind the last delimiter': Buffer.from(
        multipart('mixed', textPart('hello'), PDF).toString('latin1').trimEnd(),
        'latin1'
    ),
    'an empty file': multipart('mixed', textPart('hello'), ['Content-Type: application/pdf', '', '']),
    'an empty text': multipart('mixed', ['Content-Type: text/plain', '', ''], PDF),
    'a part without a header': multipart('mixed', ['', 'hello'], PDF),
    'names in every way': multipart(
        'mixed',
        textPart('hello'),
        ["Content-Type: application/pdf; name*=utf-8''Gr%C3%BC%C3%9Fe.pdf", '', 'x'],
        ['Content-Type: application/pdf; name="=?utf-8?B?R3LDvMOfZQ==?="', '', 'x'],
        [
            'Content-Type: application/octet-stream',
            'Content-Disposition: attachment; filename=../../etc/passwd',
            '',
            'x'
        ],
        ['Content-Disposition: attachment; filename=table.csv', '', 'a;b']
    ),
    'bare line feeds': Buffer.from(
        multipart('mixed', textPart('hello\nagain'), PDF).toString('latin1').replaceAll('\r', ''),
        'latin1'
    ),
    'an 8-bit header': Buffer.concat([
        Buffer.from('Subject: Gr\xfc\xdfe\r\n', 'latin1'),
        multipart('mixed', textPart('x'), PDF)
    ]),
    'flowed text': multipart(
        'mixed',
        ['Content-Type: text/plain; format=flowed; delsp=yes', '', 'soft \r\nline\r\n-- \r\nsig'],
        PDF
    ),
    'text with lines like delimiters': multipart('mixed', textPart('--\r\n--x\r\n-- limit\r\n--other--'), PDF),
    'a file in quoted-printable': multipart('mixed', textPart('hello'), [
        'Content-Type: text/csv; name=t.csv',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'a=3Bb=\r\n;c'
    ]),
    'a file in odd base64': multipart('mixed', textPart('hello'), [
        'Content-Type: application/pdf',
        'Content-Transfer-Encoding: base64',
        '',
        ...Array.from({ length: 40 }, (_, index) => 'QUJD'.repeat(1 + (index % 7))),
        'QQ==QQ=='
    ]),
    'a file in one endless line of base64': multipart('mixed', textPart('hello'), [
        'Content-Type: application/pdf',
        'Content-Transfer-Encoding: base64',
        '',
        randomBytes(5000).toString('base64')
    ]),
    'files in lines of other lengths': multipart(
        'mixed',
        textPart('hello'),
        ...[60, 64, 72].map(length => [
            'Content-Type: application/pdf',
            'Content-Transfer-Encoding: base64',
            '',
            ...(randomBytes(4000 + length)
                .toString('base64')
                .match(new RegExp(`.{1,${length}}`, 'g')) ?? [])
        ])
    ),
    'a calendar entry among the alternatives': multipart(
        'mixed',
        nested('alternative', 'alt', textPart('hello'), HTML, [
            'Content-Type: text/calendar; method=REQUEST',
            '',
            'BEGIN:VCALENDAR'
        ])
    ),
    ...Object.fromEntries(
        Object.entries(CHARSETS).map(([name, [charset, body]]) => [
            `text in ${name}`,
            withFile(`Content-Type: text/plain; charset="${charset}"`, 'Content-Transfer-Encoding: 8bit', '', body)
        ])
    ),
    ...Object.fromEntries(
        Object.entries(ENCODINGS).map(([name, [encoding, body]]) => [
            `text in ${name}`,
            withFile('Content-Type: text/plain; charset=utf-8', `Content-Transfer-Encoding: ${encoding}`, '', body)
        ])
    ),
    ...Object.fromEntries(
        Object.entries(ENCODINGS).map(([name, [encoding, body]]) => [
            `a file in ${name}`,
            multipart('mixed', textPart('hello'), [
                'Content-Type: application/pdf',
                `Content-Transfer-Encoding: ${encoding}`,
                '',
                body
            ])
        ])
    )
};

/** Mails that parts cannot be fetched of, or need not. */
export const IRREGULAR: Record<string, Buffer> = {
    'text alone': rawMail('From: ben@example.com', 'Subject: x', ...textPart('hello')),
    'alternatives alone': multipart('alternative', textPart('hello'), HTML),
    'nothing but a header': rawMail('From: ben@example.com', 'Subject: x', ''),
    'nothing at all': Buffer.from('\r\n'),
    'a forwarded message before a file': multipart(
        'mixed',
        textPart('see below'),
        ['Content-Type: message/rfc822', '', ...INNER],
        PDF
    ),
    'no end': Buffer.from(
        multipart('mixed', textPart('hello'), PDF).toString('latin1').replace('--limit--', ''),
        'latin1'
    ),
    'no boundary': rawMail(
        'Content-Type: multipart/mixed',
        '',
        '--limit',
        ...textPart('x'),
        '--limit',
        ...PDF,
        '--limit--'
    ),
    'another boundary than the header names': rawMail(
        'Content-Type: multipart/mixed; boundary=other',
        '',
        '--limit',
        ...textPart('x'),
        '--limit',
        ...PDF,
        '--limit--'
    ),
    'an inner multipart that never ends': multipart(
        'mixed',
        ['Content-Type: multipart/alternative; boundary=inner', '', '--inner', ...textPart('x'), '--inner', ...HTML],
        PDF
    ),
    'delimiters that begin alike': multipart('mixed', nested('alternative', 'limit2', textPart('x'), HTML), PDF),
    'the same delimiter inside and outside': multipart(
        'mixed',
        nested('alternative', 'limit', textPart('x'), HTML),
        PDF
    ),
    'a forwarded message with the delimiter of the mail around it': multipart(
        'mixed',
        textPart('x'),
        ['Content-Type: message/rfc822', '', 'Subject: in', ...nested('mixed', 'limit', textPart('in'), PDF)],
        PDF
    ),
    'a type that two readers read in two ways': multipart('mixed', textPart('hello'), [
        'Content-Type: application/pdf',
        'Content-Type: text/plain',
        '',
        'x'
    ]),
    'a type that is none': multipart(
        'mixed',
        textPart('hello'),
        ['Content-Type: pdf', '', 'x'],
        ['Content-Type:', '', 'y']
    ),
    'a comment in the type': multipart(
        'mixed',
        textPart('hello'),
        ['Content-Type: (plain) application/pdf (x)', '', 'x'],
        PDF
    ),
    'text behind the end': Buffer.concat([
        multipart('mixed', textPart('hello'), PDF),
        Buffer.from('a footer of a list\r\n'.repeat(5))
    ]),
    'a part behind the end': Buffer.concat([
        multipart('mixed', textPart('hello'), PDF),
        rawMail('--limit', ...PDF, '--limit--', '')
    ]),
    'an end before the first part': rawMail(
        'Content-Type: multipart/mixed; boundary=limit',
        '',
        '--limit--',
        '--limit',
        ...textPart('hello'),
        '--limit',
        ...PDF,
        '--limit--'
    ),
    'a multipart without parts': multipart(
        'mixed',
        textPart('x'),
        ['Content-Type: multipart/mixed; boundary=in', '', '--in--'],
        PDF
    ),
    'two hundred nested multiparts': rawMail(
        ...Array.from({ length: 200 }, (_, depth) => [
            ...(depth > 0 ? [`--b${depth - 1}x`] : ['From: ben@example.com']),
            `Content-Type: multipart/mixed; boundary=b${depth}x`,
            ''
        ]).flat(),
        '--b199x',
        ...PDF
    ),
    'a hundred parts': multipart('mixed', ...Array.from({ length: 100 }, () => PDF)),
    'a header that runs into the delimiter': multipart('mixed', ['Content-Type: text/plain'], PDF),
    'a quoted encoding': multipart('mixed', textPart('x'), [
        'Content-Type: application/pdf',
        'Content-Transfer-Encoding: "base64"',
        '',
        'QUJD'
    ]),
    'a forwarded message in base64': multipart('mixed', textPart('x'), [
        'Content-Type: message/rfc822',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('Subject: inner\r\n\r\nbody').toString('base64')
    ])
};
