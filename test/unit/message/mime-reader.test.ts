import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { countContent, keepContent } from '../../../src/message/attachment-store';
import type { MailSource } from '../../../src/message/mail-source';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { type MimeContent, type MimeOptions, readParts } from '../../../src/message/mime-reader';
import { MAX_PARTS } from '../../../src/message/part-parser';
import { multipart, rawMail } from '../../support/raw-mail';

function parts(source: MailSource, options: Partial<MimeOptions> = {}): Promise<MimeContent> {
    return readParts(source, { store: keepContent, see: () => undefined, ...options });
}

function nested(depth: number, leaf: string): Buffer {
    const open = Array.from({ length: depth }, (_, level) => [
        `Content-Type: multipart/mixed; boundary=b${level}`,
        '',
        `--b${level}`
    ]);
    const close = Array.from({ length: depth }, (_, level) => `--b${depth - 1 - level}--`);
    return rawMail(...open.flat(), 'Content-Type: text/plain', '', leaf, ...close);
}

/** A stream that brings these chunks and then does what the test says. */
function streamOf(chunks: readonly Buffer[], end: (stream: Readable) => void): Readable {
    const queue = [...chunks];
    return new Readable({
        read() {
            const chunk = queue.shift();
            if (chunk) {
                this.push(chunk);
            } else {
                end(this);
            }
        }
    });
}

const WITH_FILE = multipart(
    'mixed',
    ['Content-Type: text/plain', '', 'hello'],
    ['Content-Type: application/pdf; name=x.pdf', 'Content-Transfer-Encoding: base64', '', 'QUJD'.repeat(20_000)]
);

describe('MIME reader', () => {
    it('reads the same from a buffer, a stream and single bytes', async () => {
        const mail = multipart(
            'mixed',
            ['Content-Type: text/plain', '', 'hello'],
            ['Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', 'QUJD']
        );
        const whole = await parts(mail);
        assert.equal(whole.text, 'hello');
        assert.equal(whole.attachments[0]?.content?.toString(), 'ABC');
        assert.equal(whole.attachments[0]?.part, '2');
        assert.deepEqual(await parts(Readable.from([mail])), whole);
        assert.deepEqual(await parts(Readable.from([...mail].map(byte => Buffer.of(byte)))), whole);
    });

    it('shows every byte of the mail once', async () => {
        const seen: Buffer[] = [];
        await parts(WITH_FILE, { see: chunk => seen.push(chunk) });
        assert.deepEqual(Buffer.concat(seen), WITH_FILE);
    });

    it('reads text below 200 levels of nesting', async () => {
        const content = await parts(nested(200, 'deep'));
        assert.equal(content.text, 'deep');
        assert.deepEqual(content.problems, []);
    });

    it('says that there were too many parts, and still reads the mail to its end', async () => {
        const many = Array.from({ length: MAX_PARTS + 5 }, () => ['Content-Type: image/png', '', 'x']);
        const mail = multipart('mixed', ...many);
        let bytes = 0;
        const content = await parts(Readable.from([mail.subarray(0, 50_000), mail.subarray(50_000)]), {
            store: countContent,
            see: chunk => (bytes += chunk.length)
        });
        assert.match(content.problems[0] ?? '', /more than 1000 parts/);
        assert.equal(bytes, mail.length);
    });

    it('says that there were too many attachments', async () => {
        const many = Array.from({ length: 600 }, () => ['Content-Type: image/png', '', 'x']);
        const content = await parts(multipart('mixed', ...many));
        assert.deepEqual(content.problems, ['Only 500 attachments were read; 100 more were left out.']);
    });

    it('gives up on an endless part header without waiting for the attachment before it', async () => {
        const mail = multipart('mixed', ['Content-Type: image/png', '', 'x'], [`X: ${'x'.repeat(600_000)}`, '', 'y']);
        const content = await parts(mail);
        assert.match(content.problems[0] ?? '', /a header of more than 512 KB/);
    });

    it('rejects when the source fails, also in the middle of an attachment', async () => {
        for (const bytes of [10, 300, 70_000]) {
            const stream = streamOf([WITH_FILE.subarray(0, bytes)], self => self.destroy(new Error('connection lost')));
            await assert.rejects(parts(stream), /connection lost/);
        }
    });

    it('rejects with the failure of the store and destroys the source', async () => {
        const stream = streamOf([WITH_FILE], () => undefined);
        const failure = new MailError({
            code: MailErrorCode.AttachmentFolder,
            kind: 'temporary',
            step: 'attachment',
            problem: 'disk full'
        });
        const store = (): Promise<never> => Promise.reject(failure);
        await assert.rejects(parts(stream, { store }), /disk full/);
        assert.equal(stream.destroyed, true);
    });

    it('rejects when the signal says so, and destroys the source', async () => {
        const controller = new AbortController();
        const stream = streamOf([WITH_FILE.subarray(0, 70_000)], () => controller.abort(new Error('closing')));
        await assert.rejects(parts(stream, { signal: controller.signal }), /closing/);
        assert.equal(stream.destroyed, true);
    });

    it('rejects when the source falls silent', async () => {
        const stream = streamOf([WITH_FILE.subarray(0, 70_000)], () => undefined);
        await assert.rejects(
            parts(stream, { maxQuietMs: 20 }),
            (error: unknown) => error instanceof MailError && error.code === MailErrorCode.TimedOut
        );
        assert.equal(stream.destroyed, true);
    });
});
