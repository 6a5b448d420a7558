import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import MailComposer, { type MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { mimeBytes } from '../../../src/smtp/mime-bytes';

const LARGE = randomBytes(300_000);

function treeOf(mail: MailComposerOptions): MimeNode {
    return new MailComposer({ from: 'shop@example.com', to: 'anna@example.org', subject: 'Grüße', ...mail }).compile();
}

describe('the bytes of a mail', () => {
    for (const [what, mail] of [
        ['text', { text: 'short\n' }],
        ['text without a line end', { text: 'short' }],
        ['text that ends with a carriage return', { text: 'short\r' }],
        ['text that begins with a dot', { text: '.\n..\n' }],
        ['no text', {}],
        ['empty text', { text: '' }],
        ['text with long lines and letters of all kinds', { text: `${'ä'.repeat(500)}\n${'日本'.repeat(500)}` }],
        ['large text', { text: LARGE.toString('base64').replace(/.{70}/g, '$&\n') }],
        ['text and HTML', { text: 'one', html: '<p>öne</p>' }],
        ['an image in the HTML', { html: '<img src="cid:a">', attachments: [{ cid: 'a', content: LARGE }] }],
        ['files', { text: 'x', attachments: [{ content: LARGE }, { content: Buffer.alloc(0), filename: 'ä.txt' }] }],
        ['a mail in it', { attachments: [{ content: 'Subject: a\r\n\r\nb', contentType: 'message/rfc822' }] }],
        ['a stream in it', { attachments: [{ content: Readable.from([LARGE]) }] }]
    ] as ReadonlyArray<[string, MailComposerOptions]>) {
        it(`are those that nodemailer builds: ${what}`, async () => {
            const tree = treeOf(mail);
            const bytes = await mimeBytes(tree);
            if (mail.attachments?.some(({ content }) => content instanceof Readable)) {
                assert.ok(bytes.includes(LARGE.toString('base64', 0, 57)));
                return;
            }
            assert.ok(bytes.equals(await tree.build()));
        });
    }

    it('are not there when a content fails', async () => {
        const broken = new Readable({
            read() {
                this.destroy(new Error('no such file'));
            }
        });
        await assert.rejects(mimeBytes(treeOf({ text: 'x', attachments: [{ content: broken }] })), /no such file/);
    });
});
