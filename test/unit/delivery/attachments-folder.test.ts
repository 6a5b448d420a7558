import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAttachmentsFolder } from '../../../src/delivery/attachments-folder';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('prepareAttachmentsFolder', () => {
    let temp: TempFolder;
    beforeEach(() => (temp = createTempFolder('attachments')));
    afterEach(() => temp.remove());

    it('makes the folder and those above it, for its owner alone', async () => {
        const folder = join(temp.path, 'a', 'b');
        await prepareAttachmentsFolder(folder);
        assert.equal(statSync(folder).mode & 0o777, 0o700);
    });

    it('is content with a folder that exists', async () => prepareAttachmentsFolder(temp.path));

    const file = (): string => join(temp.path, 'file');
    for (const [what, folder] of [
        ['is a regular file', () => file()],
        ['lies below a regular file', () => join(file(), 'deeper', 'still')],
        ['has a name that no file system takes', () => join(temp.path, 'x'.repeat(5000))]
    ] as const) {
        it(`says so when the folder ${what}`, async () => {
            writeFileSync(file(), '');
            await assert.rejects(prepareAttachmentsFolder(folder()), {
                code: 'ATTACHMENT_FOLDER',
                kind: 'configuration',
                step: 'attachment',
                message: new RegExp(`the attachments folder "${folder()}" cannot be written: E`)
            });
        });
    }

    it('says so when the folder may not be written', async function () {
        if (process.getuid?.() === 0) {
            // nothing is forbidden to root, except what no file system can do
            await assert.rejects(prepareAttachmentsFolder('/proc/mailflow'), { code: 'ATTACHMENT_FOLDER' });
            return;
        }
        await assert.rejects(prepareAttachmentsFolder('/usr/mailflow'), { code: 'ATTACHMENT_FOLDER' });
    });
});
