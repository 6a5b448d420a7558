import assert from 'node:assert/strict';
import type { AttachmentStream } from 'mailparser';
import { PassThrough, Readable } from 'node:stream';
import { AttachmentList, MAX_ATTACHMENTS } from '../../../src/message/attachment-list';
import { countContent, keepContent } from '../../../src/message/attachment-store';
import type { MailAttachment } from '../../../src/message/types';
import { liveBytes } from '../../support/live-memory';

function item(given: Partial<AttachmentStream>, content = 'content'): AttachmentStream {
    const stream = new PassThrough();
    stream.end(content);
    return {
        type: 'attachment',
        contentType: 'application/pdf',
        partId: '2',
        headers: new Map(),
        release: null,
        content: stream,
        ...given
    };
}

async function listed(given: Partial<AttachmentStream>, content?: string): Promise<MailAttachment> {
    const list = new AttachmentList(countContent, () => undefined);
    await list.add(item(given, content));
    return list.attachments[0] as MailAttachment;
}

describe('attachment list', () => {
    it('lists what the part says', async () => {
        assert.deepEqual(
            await listed({ filename: 'x.pdf', contentId: '<1@example.com>', contentDisposition: 'attachment' }),
            {
                filename: 'x.pdf',
                contentType: 'application/pdf',
                contentId: '<1@example.com>',
                inline: false,
                part: '2',
                size: 7
            }
        );
    });

    it('gives a part without a name one by its type', async () => {
        assert.equal((await listed({})).filename, 'part-2.pdf');
        assert.equal((await listed({ contentType: 'image/png', partId: '2.1' })).filename, 'part-2.1.png');
        assert.equal((await listed({ contentType: 'x/unknown', filename: '../..' })).filename, 'part-2.bin');
    });

    it('names a forwarded message by its subject', async () => {
        const contentType = 'message/rfc822';
        const subject = await listed({ contentType }, 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe/?= x\r\n\r\nbody');
        assert.equal(subject.filename, 'Grüße_ x.eml');
        assert.equal((await listed({ contentType }, 'no header')).filename, 'message.eml');
        assert.equal((await listed({ contentType, filename: 'y.eml' }, 'Subject: x\r\n\r\n')).filename, 'y.eml');
    });

    it('replaces a type that is none', async () => {
        for (const contentType of [false as unknown as string, 'x', 'a/b\r\nc', `a/${'b'.repeat(200)}`]) {
            assert.equal((await listed({ contentType })).contentType, 'application/octet-stream');
        }
    });

    it('knows the part of a mail that consists of one', async () => {
        assert.equal((await listed({ partId: null })).part, '1');
    });

    it('takes images that the HTML shows for inline', async () => {
        assert.equal((await listed({ contentDisposition: 'inline' })).inline, true);
        assert.equal((await listed({ related: true })).inline, true);
        assert.equal((await listed({ related: true, contentDisposition: 'attachment' })).inline, false);
        assert.equal((await listed({})).inline, false);
    });

    it('reads what is beyond the limit without keeping it', async () => {
        const list = new AttachmentList(keepContent, () => undefined);
        for (let count = 0; count < MAX_ATTACHMENTS + 2; count++) {
            await list.add(item({}));
        }
        assert.equal(list.attachments.length, MAX_ATTACHMENTS);
        assert.equal(list.skipped, 2);
    });

    it('holds nothing of the content that has gone by', async () => {
        const chunk = 64 * 1024;
        // without an empty line it could be a header that goes on
        const stream = Readable.from(
            (function* (): Generator<Buffer> {
                for (let count = 0; count < 16; count++) {
                    yield Buffer.alloc(chunk, 'x');
                }
            })()
        );
        const before = liveBytes();
        let held = 0;
        const list = new AttachmentList(
            async content => {
                const stored = await countContent(content);
                held = liveBytes() - before;
                return stored;
            },
            () => undefined
        );
        await list.add(item({ content: stream as AttachmentStream['content'] }));
        assert.equal(list.attachments[0]?.size, 16 * chunk);
        assert.ok(held < 3 * chunk, `${held} bytes`);
    });

    it('reports progress, and fails with the store', async () => {
        let progress = 0;
        const list = new AttachmentList(
            async content => {
                await countContent(content);
                throw new Error('disk full');
            },
            () => progress++
        );
        await assert.rejects(list.add(item({})), /disk full/);
        assert.equal(progress, 1);
        assert.deepEqual(list.attachments, []);
    });
});
