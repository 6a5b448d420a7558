import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { MailSource } from '../../../src/message/mail-source';
import { readMail, type ReadOptions } from '../../../src/message/read-mail';
import type { MailMessage } from '../../../src/message/types';
import { cloneMessage } from '../../support/clone-message';
import { buildMail } from '../../support/mail-builder';
import { mailMeta, multipart, rawMail } from '../../support/raw-mail';

const HEAD = ['From: Ben Buyer <ben@example.com>', 'Subject: Hello'];

function read(source: MailSource, options: Partial<ReadOptions> = {}): Promise<MailMessage> {
    return readMail(source, mailMeta(), {
        content: 'text',
        attachments: 'buffer',
        attachmentsDir: '',
        oversize: false,
        ...options
    });
}

describe('reading a mail', () => {
    describe('content', () => {
        const mail = buildMail({
            subject: 'Grüße',
            date: new Date('2026-11-23T09:00:00Z'),
            text: 'plain text',
            html: '<p>html text</p>',
            attachments: [{ content: 'data', filename: 'x.pdf', contentType: 'application/pdf' }]
        });

        it('"text" brings text, HTML and attachments', async () => {
            const message = await read(mail);
            assert.equal(message.payload.trim(), 'plain text');
            assert.match(message.html ?? '', /<p>html text<\/p>/);
            assert.equal(message.topic, 'Grüße');
            assert.equal(message.from, 'ben@example.com');
            assert.equal(message.date.toISOString(), '2026-11-23T09:00:00.000Z');
            assert.equal(message.header['subject'], 'Grüße');
            assert.equal(message.attachments[0]?.filename, 'x.pdf');
            assert.equal(message.attachments[0]?.content?.toString().trim(), 'data');
            assert.equal(message.original, undefined);
            assert.equal(message.mail.problem, undefined);
        });

        it('"full" adds the bytes as they were received', async () => {
            assert.deepEqual((await read(mail, { content: 'full' })).original, mail);
            const streamed = await read(Readable.from([mail.subarray(0, 99), mail.subarray(99)]), { content: 'full' });
            assert.deepEqual(streamed.original, mail);
        });

        it('"headers" brings no body, with or without the empty line', async () => {
            const block = mail.subarray(0, mail.indexOf('\r\n\r\n') + 4);
            for (const source of [block, block.subarray(0, -2), Readable.from([block])]) {
                const message = await read(source, { content: 'headers' });
                assert.equal(message.payload, '');
                assert.equal(message.topic, 'Grüße');
                assert.equal('html' in message, false);
                assert.deepEqual(message.attachments, []);
                assert.equal(message.mail.problem, undefined);
            }
        });

        it('of an oversize mail is its header, and says so', async () => {
            const message = await read(mail.subarray(0, mail.indexOf('\r\n\r\n') + 4), {
                content: 'full',
                oversize: true
            });
            assert.equal(message.mail.oversize, true);
            assert.equal(message.payload, '');
            assert.equal(message.original, undefined);
        });

        it('lists attachments without their content in the mode "none"', async () => {
            const [attachment] = (await read(mail, { attachments: 'none' })).attachments;
            assert.equal(attachment?.filename, 'x.pdf');
            assert.equal('content' in (attachment ?? {}), false);
            assert.equal('path' in (attachment ?? {}), false);
        });

        it('sets no field that would send the mail on', async () => {
            const message = await read(mail);
            for (const field of ['to', 'cc', 'bcc']) {
                assert.equal(field in message, false);
            }
        });

        it('is plain data that survives clone and JSON', async () => {
            const message = await read(mail);
            const { mail: info } = message;
            assert.deepEqual(JSON.parse(JSON.stringify(info)), info);
            const copy = cloneMessage(message);
            assert.deepEqual(copy.mail, info);
            assert.equal(copy.date.getTime(), message.date.getTime());
            assert.deepEqual({ ...copy.header }, { ...message.header });
        });
    });

    describe('text', () => {
        const charsets: Array<[string, Buffer, string]> = [
            ['iso-8859-1', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]), 'Grüße'],
            ['windows-1252', Buffer.from([0x80, 0x20, 0x96]), '€ –'],
            ['koi8-r', Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]), 'Привет'],
            ['iso-2022-jp', Buffer.from('\x1b$BF|K\\\x1b(B', 'latin1'), '日本'],
            ['gb18030', Buffer.from([0xd6, 0xd0, 0xce, 0xc4]), '中文'],
            ['utf-8', Buffer.from('Grüße'), 'Grüße']
        ];
        for (const [charset, bytes, text] of charsets) {
            it(`is decoded from ${charset}`, async () => {
                const head = rawMail(...HEAD, `Content-Type: text/plain; charset=${charset}`, '', '');
                const message = await read(Buffer.concat([head, bytes]));
                assert.equal(message.payload, text);
            });
        }

        it('survives a charset that does not exist', async () => {
            const message = await read(rawMail(...HEAD, 'Content-Type: text/plain; charset=x-none', '', 'abc'));
            assert.equal(message.payload, 'abc');
        });

        it('survives broken base64 and quoted-printable', async () => {
            const base64 = await read(rawMail(...HEAD, 'Content-Transfer-Encoding: base64', '', 'SGVs!!bG8=*=x'));
            assert.match(base64.payload, /^Hello/);
            const quoted = await read(rawMail(...HEAD, 'Content-Transfer-Encoding: quoted-printable', '', 'a=ZZ=b='));
            assert.match(quoted.payload, /^a/);
        });

        it('is made of the HTML of a mail without a text part', async () => {
            const plain = await read(rawMail(...HEAD, 'Content-Type: text/html', '', '<p>one</p><p>two</p>'));
            assert.equal(plain.payload, 'one\n\ntwo');
            const related = await read(
                multipart(
                    'related',
                    ['Content-Type: text/html', '', '<p>one</p>'],
                    ['Content-Type: image/png', 'Content-ID: <i@x>', '', 'x']
                )
            );
            assert.equal(related.payload, 'one');
            assert.deepEqual(
                related.attachments.map(({ inline, contentId, part }) => ({ inline, contentId, part })),
                [{ inline: true, contentId: '<i@x>', part: '2' }]
            );
        });

        it('keeps the links to images in the HTML', async () => {
            const html = '<img src="cid:i@x">';
            const mail = multipart(
                'related',
                ['Content-Type: text/html', '', html],
                ['Content-Type: image/png', 'Content-ID: <i@x>', '', 'x']
            );
            assert.equal((await read(mail)).html, html);
        });

        it('holds the HTML body to which a list added a footer as text', async () => {
            const message = await read(
                multipart(
                    'mixed',
                    ['Content-Type: text/html', '', '<p>body</p>'],
                    ['Content-Type: text/plain', '', 'footer']
                )
            );
            assert.equal(message.payload, 'body\n\nfooter');
        });

        it('does not hold what stands in a forwarded message', async () => {
            const message = await read(
                multipart(
                    'mixed',
                    ['Content-Type: text/plain', '', 'see below'],
                    ['Content-Type: message/rfc822', '', 'From: eve@example.net', 'Subject: Offer', '', 'inner']
                )
            );
            assert.equal(message.payload, 'see below');
            assert.equal(message.attachments.length, 1);
            assert.equal(message.attachments[0]?.filename, 'Offer.eml');
            assert.equal(message.attachments[0]?.contentType, 'message/rfc822');
            assert.match(message.attachments[0]?.content?.toString() ?? '', /^From: eve@example\.net\r\n[^]*inner$/);
        });

        it('does not hold a delivery report, which is an attachment', async () => {
            const message = await read(
                multipart(
                    'report; report-type=delivery-status',
                    ['Content-Type: text/plain', '', 'could not be delivered'],
                    [
                        'Content-Type: message/delivery-status',
                        '',
                        'Reporting-MTA: dns; mx.example.com',
                        '',
                        'Action: failed'
                    ]
                )
            );
            assert.equal(message.payload, 'could not be delivered');
            assert.match(message.attachments[0]?.content?.toString() ?? '', /Action: failed/);
        });
    });

    describe('part numbers', () => {
        it('are those of IMAP', async () => {
            const inner = [
                'Content-Type: multipart/mixed; boundary=in',
                '',
                '--in',
                'Content-Type: image/png',
                '',
                'x'
            ];
            const message = await read(
                multipart(
                    'mixed',
                    ['Content-Type: text/plain', '', 'text'],
                    [...inner, '--in', 'Content-Type: image/gif', '', 'y', '--in--'],
                    ['Content-Type: message/rfc822', '', 'Subject: s', '', 'z'],
                    ['Content-Type: application/pdf', '', 'w']
                )
            );
            assert.deepEqual(
                message.attachments.map(({ part }) => part),
                ['2.1', '2.2', '3', '4']
            );
            const single = await read(rawMail(...HEAD, 'Content-Type: application/pdf', '', 'x'));
            assert.deepEqual(
                single.attachments.map(({ part }) => part),
                ['1']
            );
        });
    });

    describe('broken and hostile mail', () => {
        it('of no bytes gives an empty message with a problem', async () => {
            const message = await read(Buffer.alloc(0));
            assert.equal(message.payload, '');
            assert.equal(message.from, '');
            assert.equal(message.mail.from, null);
            assert.equal(message.mail.date, '2026-11-23T08:30:00.000Z');
            assert.equal(message.mail.problem, 'The mail has no header.');
        });

        it('without a From, or with two, names no sender', async () => {
            for (const lines of [['Subject: x'], ['From: a@example.com', 'From: b@example.com']]) {
                const message = await read(rawMail(...lines, '', 'text'));
                assert.equal(message.from, '');
                assert.equal(message.mail.from, null);
                assert.ok(message.mail.fromProblem);
                assert.equal(message.payload, 'text');
            }
        });

        it('with a missing or a wrong boundary says that no part was found', async () => {
            for (const type of ['multipart/mixed', 'multipart/mixed; boundary=other']) {
                const message = await read(
                    rawMail(...HEAD, `Content-Type: ${type}`, '', '--limit', '', 'text', '--limit--')
                );
                assert.match(message.mail.problem ?? '', /consists of parts/);
            }
        });

        it('that ends too early gives what there is', async () => {
            const mail = multipart(
                'mixed',
                ['Content-Type: text/plain', '', 'text'],
                ['Content-Type: image/png', '', 'abc']
            );
            const message = await read(mail.subarray(0, mail.indexOf('abc') + 2));
            assert.equal(message.payload, 'text');
            assert.equal(message.attachments[0]?.content?.toString(), 'ab');
        });

        it('with names that belong to every object harms nothing', async () => {
            const message = await read(rawMail(...HEAD, '__proto__: a', '__proto__: b', 'constructor: c', '', 'text'));
            const copy = cloneMessage(message);
            assert.equal(copy.header['subject'], 'Hello');
            assert.equal(Array.isArray(Object.getPrototypeOf(copy.header)), false);
            assert.equal(({} as Record<string, unknown>)['0'], undefined);
        });

        it('with 8-bit bytes in the header is readable', async () => {
            const message = await read(
                rawMail('From: J\xfcrgen <j@example.com>', 'Subject: Gr\xfc\xdfe \x80', '', 'text')
            );
            assert.equal(message.topic, 'Grüße €');
            assert.equal(message.from, 'j@example.com');
        });

        it('with a megabyte of header keeps its first fields and trusts no sender', async () => {
            const message = await read(rawMail(...HEAD, `X: ${'x'.repeat(1_200_000)}`, '', 'text'));
            assert.equal(message.topic, 'Hello');
            assert.equal(message.from, '');
            assert.match(message.mail.problem ?? '', /512 KB/);
        });

        it('of random bytes never rejects and never hangs', async () => {
            const structure = [
                'Content-Type: multipart/mixed; boundary=b\r\n',
                'Content-Type: multipart/',
                'Content-Transfer-Encoding: base64\r\n',
                'Content-Transfer-Encoding: quoted-printable\r\n',
                'Content-Type: message/rfc822\r\n',
                'Content-Type: text/html; charset=utf-16\r\n',
                'Content-Type: image/png; name="\r\n',
                '--b\r\n',
                '--b--\r\n',
                '\r\n\r\n',
                '\n\n',
                '\r',
                '=?utf-8?B?',
                '\0'
            ];
            for (let round = 0; round < 300; round++) {
                const random = randomBytes(200);
                const pieces = [...random].map((byte, index) =>
                    byte < 150
                        ? (structure[byte % structure.length] as string)
                        : random.toString('latin1', index, index + (byte % 40))
                );
                const mail = Buffer.from(pieces.join(''), 'latin1');
                const message = await read(mail).catch((error: unknown) => error);
                assert.ok(!(message instanceof Error), `${String(message)}: ${mail.toString('base64')}`);
                JSON.stringify((message as MailMessage).mail);
            }
        });
    });
});
