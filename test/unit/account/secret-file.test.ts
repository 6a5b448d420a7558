import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretFiles } from '../../../src/account/secret-file';
import { MailError } from '../../../src/message/mail-error';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('readSecretFiles', () => {
    let folder: TempFolder;
    before(() => (folder = createTempFolder('secrets')));
    after(() => folder.remove());

    function file(name: string, content: string): string {
        const path = join(folder.path, name);
        writeFileSync(path, content);
        return path;
    }

    it('reads the file that a variable names, without one line break at its end', () => {
        for (const [content, secret] of [
            ['plain', 'plain'],
            ['with line end\n', 'with line end'],
            ['with windows line end\r\n', 'with windows line end'],
            ['two\n\n', 'two\n'],
            [' blanks \n', ' blanks ']
        ]) {
            const environment = { MAIL_PASSWORD_FILE: file('password', content ?? '') };
            assert.deepEqual(readSecretFiles({ user: 'anna', password: '${MAIL_PASSWORD}' }, environment), {
                user: 'anna',
                password: secret
            });
        }
    });

    it('leaves alone what is no variable, and a variable without a file', () => {
        const environment = { OTHER_FILE: file('other', 'x') };
        const credentials = { user: '${USER_NAME}', password: 'has ${OTHER} in it' };
        assert.deepEqual(readSecretFiles(credentials, environment), credentials);
    });

    it('names variable and file when it cannot be used, and never the content', () => {
        const large = file('large', 'secret words '.repeat(10_000));
        for (const path of [join(folder.path, 'missing'), folder.path, large, file('empty', '\n')]) {
            assert.throws(
                () => readSecretFiles({ password: '${P}' }, { P_FILE: path }),
                (error: MailError) =>
                    error.code === 'ENV_MISSING' &&
                    error.message.includes('P_FILE') &&
                    error.message.includes(path) &&
                    !error.message.includes('secret words')
            );
        }
    });
});
