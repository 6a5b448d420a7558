import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MailErrorCode } from '../../../src/message/mail-error';
import { readAttachmentFile } from '../../../src/smtp/attachment-file';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('a file that a message names', () => {
    let temp: TempFolder;
    let folder: string;

    before(() => {
        temp = createTempFolder('attachment');
        folder = join(temp.path, 'allowed');
        mkdirSync(join(folder, 'sub'), { recursive: true });
        mkdirSync(join(temp.path, 'allowed-not'));
        writeFileSync(join(folder, 'a.txt'), 'inside');
        writeFileSync(join(folder, 'sub', '..b.txt'), 'below');
        writeFileSync(join(temp.path, 'secret.txt'), 'secret');
        writeFileSync(join(temp.path, 'allowed-not', 'x.txt'), 'secret');
        symlinkSync(join(temp.path, 'secret.txt'), join(folder, 'link.txt'));
        symlinkSync(temp.path, join(folder, 'up'));
        symlinkSync(join(folder, 'a.txt'), join(folder, 'inner-link.txt'));
        symlinkSync(folder, join(temp.path, 'alias'));
    });
    after(() => temp.remove());

    async function read(path: string, from = folder, maxBytes = 1_000): Promise<string> {
        return (await readAttachmentFile(path, from, maxBytes)).toString();
    }

    it('is read below the folder, by a relative or an absolute path', async () => {
        assert.equal(await read('a.txt'), 'inside');
        assert.equal(await read(join('sub', '..b.txt')), 'below');
        assert.equal(await read(join(folder, 'a.txt')), 'inside');
        assert.equal(await read('sub/../a.txt'), 'inside');
    });

    it('is read through a link that stays inside, and when the folder itself is a link', async () => {
        assert.equal(await read('inner-link.txt'), 'inside');
        const alias = join(temp.path, 'alias');
        assert.equal(await read(join(alias, 'a.txt'), alias), 'inside');
        assert.equal(await read(join(folder, 'a.txt'), alias), 'inside');
    });

    for (const path of [
        '../secret.txt',
        'sub/../../secret.txt',
        'link.txt',
        'up/secret.txt',
        '../allowed-not/x.txt',
        '/etc/passwd',
        '/nowhere/at-all',
        '..',
        '.',
        ''
    ]) {
        it(`is not read outside the folder: ${JSON.stringify(path)}`, async () => {
            await assert.rejects(read(path), { code: MailErrorCode.AttachmentFolder, kind: 'permanent' });
        });
    }

    it('is not read at all when no folder is set', async () => {
        await assert.rejects(read(join(folder, 'a.txt'), ''), {
            code: MailErrorCode.AttachmentFolder,
            message: /Set "attachmentsDir"/
        });
    });

    it('is not read from a folder that is missing or relative', async () => {
        await assert.rejects(read('a.txt', join(temp.path, 'none')), { code: MailErrorCode.AttachmentFolder });
        await assert.rejects(read('a.txt', 'allowed'), { code: MailErrorCode.AttachmentFolder });
    });

    it('must exist and be a regular file', async () => {
        await assert.rejects(read('none.txt'), { code: MailErrorCode.AttachmentInvalid, message: /ENOENT/ });
        await assert.rejects(read('sub'), { code: MailErrorCode.AttachmentInvalid });
        await assert.rejects(read('a.txt/b'), { code: MailErrorCode.AttachmentInvalid });
    });

    it('is no URL, whatever the path looks like', async () => {
        await assert.rejects(read(`file://${folder}/a.txt`), { code: MailErrorCode.AttachmentInvalid });
        await assert.rejects(read('data:text/plain,x'), { code: MailErrorCode.AttachmentInvalid });
    });

    it('is no named pipe, on which the runtime would wait for ever', async () => {
        execFileSync('mkfifo', [join(folder, 'pipe')]);
        await assert.rejects(read('pipe'), { code: MailErrorCode.AttachmentInvalid, message: /regular file/ });
    });

    it('may have as many bytes as the limit, not one more', async () => {
        assert.equal(await read('a.txt', folder, 6), 'inside');
        await assert.rejects(read('a.txt', folder, 5), { code: MailErrorCode.TooLarge });
    });
});
