import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AttachmentFolder } from '../../../src/message/attachment-folder';
import { countContent, keepContent, writeContent } from '../../../src/message/attachment-store';
import { createTempFolder } from '../../support/temp-folder';

async function* content(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from('one '));
    yield Buffer.from('two');
}

describe('attachment store', () => {
    it('counts without keeping', async () => {
        assert.deepEqual(await countContent(content()), { size: 7 });
    });

    it('keeps the content', async () => {
        assert.deepEqual(await keepContent(content()), { size: 7, content: Buffer.from('one two') });
    });

    it('writes the content to the folder', async () => {
        const temp = createTempFolder('store');
        try {
            const { size, path = '', ...rest } = await writeContent(new AttachmentFolder(temp.path))(content(), 'x');
            assert.equal(size, 7);
            assert.equal(readFileSync(path, 'utf8'), 'one two');
            assert.deepEqual(rest, {});
        } finally {
            temp.remove();
        }
    });
});
