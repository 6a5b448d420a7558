import assert from 'node:assert/strict';
import type { AttachmentStream, MessageText } from 'mailparser';
import { PartParser } from '../../../src/message/part-parser';
import { multipart } from '../../support/raw-mail';

type Item = AttachmentStream | MessageText;

async function items(mail: Buffer): Promise<Item[]> {
    const parser = new PartParser();
    parser.end(mail);
    const all: Item[] = [];
    for await (const item of parser as AsyncIterable<Item>) {
        all.push(item);
        if (item.type === 'attachment') {
            item.content.resume();
            item.release?.();
        }
    }
    return all;
}

// what the code relies on beyond the library's documentation
describe('part parser', () => {
    it('says that HTML stands beside the text, and puts the text into the HTML', async () => {
        const [text] = await items(
            multipart(
                'mixed',
                ['Content-Type: text/html', '', '<p>html</p>'],
                ['Content-Type: text/plain', '', 'a < b']
            )
        );
        assert.ok(text?.type === 'text' && text.textConversionError);
        assert.match(text.html ?? '', /<p>html<\/p>.*<pre[^>]*>a &lt; b<\/pre>/s);
    });

    it('says nothing when the HTML is the alternative of the text', async () => {
        const [text] = await items(
            multipart(
                'alternative',
                ['Content-Type: text/plain', '', 'text'],
                ['Content-Type: text/html', '', '<p>html</p>']
            )
        );
        assert.ok(text?.type === 'text');
        assert.equal(text.textConversionError, undefined);
        assert.equal(text.html, '<p>html</p>');
        assert.equal(text.text, 'text');
    });

    it('takes embedded messages and delivery reports for attachments', async () => {
        const all = await items(
            multipart(
                'mixed',
                ['Content-Type: message/rfc822', 'Content-Disposition: inline', '', 'Subject: x', '', 'inner'],
                ['Content-Type: message/delivery-status', '', 'Action: failed']
            )
        );
        assert.deepEqual(
            all.map(item => (item.type === 'attachment' ? `${item.partId} ${item.contentType}` : item.text)),
            ['1 message/rfc822', '2 message/delivery-status', undefined]
        );
    });
});
