import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { MailError } from '../../../src/message/mail-error';
import type { MailSource } from '../../../src/message/mail-source';
import { readMail, type ReadOptions } from '../../../src/message/read-mail';
import type { MailMessage } from '../../../src/message/types';
import { buildMail } from '../../support/mail-builder';
import { mailMeta, multipart, rawMail } from '../../support/raw-mail';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

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

function sha256(data: Buffer): string {
    return createHash('sha256').update(data).digest('hex');
}

/** A mail with one large attachment, made while it is read. */
function largeMail(megabytes: number, after: (stream: Readable) => void): Readable {
    const line = `${'QUJD'.repeat(18)}\r\n`;
    const block = Buffer.from(line.repeat(Math.floor(65536 / line.length)));
    const head = rawMail(
        ...HEAD,
        'Content-Type: multipart/mixed; boundary=limit',
        '',
        '--limit',
        'Content-Type: text/plain',
        '',
        'see attachment',
        '--limit',
        'Content-Type: application/zip; name=large.zip',
        'Content-Transfer-Encoding: base64',
        '',
        ''
    );
    let sent = -1;
    return new Readable({
        read() {
            if (sent < 0) {
                sent = 0;
                this.push(head);
            } else if (sent < megabytes * 1024 * 1024) {
                sent += block.length;
                this.push(block);
            } else {
                after(this);
            }
        }
    });
}

function finish(stream: Readable): void {
    stream.push('--limit--\r\n');
    stream.push(null);
}

/** How far the process grew while the work was done, looked at often. */
async function rssGrowth(work: () => Promise<unknown>): Promise<number> {
    const before = process.memoryUsage.rss();
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    try {
        await work();
    } finally {
        clearInterval(timer);
    }
    return Math.max(peak, process.memoryUsage.rss()) - before;
}

describe('reading a mail with attachments', () => {
    let temp: TempFolder;

    beforeEach(() => {
        temp = createTempFolder('read-mail');
    });

    afterEach(() => {
        temp.remove();
    });

    describe('attachment files', () => {
        const options = (): Partial<ReadOptions> => ({ attachments: 'file', attachmentsDir: temp.path });

        it('hold the bytes that were sent', async () => {
            const content = randomBytes(300_000);
            const mail = buildMail({
                attachments: [
                    { content, filename: 'x.bin' },
                    { content: 'two', filename: 'x.bin' }
                ]
            });
            const { attachments } = await read(mail, options());
            const [first, second] = attachments;
            assert.equal(sha256(readFileSync(first?.path ?? '')), sha256(content));
            assert.equal(first?.size, content.length);
            assert.equal('content' in (first ?? {}), false);
            assert.notEqual(first?.path, second?.path);
        });

        it('lie in the folder, whatever name the sender chose', async () => {
            const names = [
                '../../x',
                '..\\..\\x',
                '/etc/passwd',
                'CON',
                'a\0b',
                'x'.repeat(300),
                '\u202efdp.exe',
                '.profile',
                '..',
                ''
            ];
            for (const name of names) {
                const encoded = `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`;
                const mail = multipart('mixed', [
                    'Content-Type: application/octet-stream',
                    `Content-Disposition: attachment; filename="${encoded}"`,
                    '',
                    name
                ]);
                const [attachment] = (await read(mail, options())).attachments;
                assert.ok(attachment?.path, name);
                assert.equal(dirname(attachment.path), temp.path);
                assert.doesNotMatch(attachment.filename, /[/\\\p{C}]|^\.|^con$|^$/iu, name);
                assert.equal(readFileSync(attachment.path, 'latin1'), name === '\u202efdp.exe' ? '.fdp.exe' : name);
            }
            assert.equal(readdirSync(temp.path).length, names.length);
        });

        it('are all removed when the source fails', async () => {
            const stream = largeMail(1, self => self.destroy(new Error('connection lost')));
            await assert.rejects(read(stream, options()), /connection lost/);
            assert.deepEqual(readdirSync(temp.path), []);
        });

        it('are all removed when the signal says so', async () => {
            const controller = new AbortController();
            const stream = largeMail(1, () => controller.abort(new Error('closing')));
            await assert.rejects(read(stream, { ...options(), signal: controller.signal }), /closing/);
            assert.deepEqual(readdirSync(temp.path), []);
        });

        it('fail with the name of the folder when it cannot be written', async () => {
            // permission bits do not stop root, a file in the way does
            const file = join(temp.path, 'file');
            writeFileSync(file, '');
            const mail = buildMail({ attachments: [{ content: 'x', filename: 'x' }] });
            await assert.rejects(
                read(mail, { ...options(), attachmentsDir: join(file, 'below') }),
                (error: unknown) => error instanceof MailError && error.message.includes(join(file, 'below'))
            );
        });

        it('need no folder when the mail has no attachment', async () => {
            const message = await read(rawMail(...HEAD, '', 'text'), {
                ...options(),
                attachmentsDir: join(temp.path, 'new')
            });
            assert.equal(message.payload, 'text');
            assert.deepEqual(readdirSync(temp.path), []);
        });
    });

    describe('memory', () => {
        // what is read and dropped stays in the process until it is collected: far below the size is all that can be asked
        const megabytes = 150;
        const allowed = 90;
        for (const attachments of ['none', 'file'] as const) {
            it(`does not grow with an attachment of ${megabytes} MB in the mode "${attachments}"`, async function () {
                this.timeout(60_000);
                const options = { attachments, attachmentsDir: temp.path };
                await read(largeMail(5, finish), options);
                let size = 0;
                const growth = await rssGrowth(async () => {
                    const message = await read(largeMail(megabytes, finish), options);
                    assert.equal(message.payload, 'see attachment');
                    size = message.attachments[0]?.size ?? 0;
                });
                assert.ok(size > megabytes * 0.7 * 1024 * 1024);
                assert.ok(growth < allowed * 1024 * 1024, `grew by ${Math.round(growth / 1024 / 1024)} MB`);
            });
        }
    });
});
