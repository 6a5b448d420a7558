import { readFileSync, statSync } from 'node:fs';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { SavedProperties } from '../runtime/settings';

/** A secret is a line; more is a file that was named by mistake. */
const MAX_SECRET_BYTES = 64 * 1024;
const UNSET_VARIABLE = /^\$\{([^}]+)\}$/;

/**
 * Fills in credentials that name a variable which is not set, from the file that `<NAME>_FILE` names, as container
 * runtimes hand over their secrets. A variable that is set wins, because Node-RED has filled it in before. One line
 * break at the end of the file belongs to the file and not to the secret.
 *
 * @throws MailError ENV_MISSING when the file cannot be read; it names variable and file, never the content.
 */
export function readSecretFiles(
    credentials: SavedProperties,
    environment: Readonly<Record<string, string | undefined>> = process.env
): SavedProperties {
    return Object.fromEntries(
        Object.entries(credentials).map(([name, value]) => {
            const variable = typeof value === 'string' ? UNSET_VARIABLE.exec(value)?.[1] : undefined;
            const file = variable === undefined ? undefined : environment[`${variable}_FILE`];
            return [name, file ? readSecretFile(`${variable}_FILE`, file) : value];
        })
    );
}

function readSecretFile(variable: string, file: string): string {
    try {
        const stats = statSync(file);
        // a pipe or a device could keep the whole runtime waiting
        if (!stats.isFile()) {
            throw new Error('it is no file');
        }
        if (stats.size > MAX_SECRET_BYTES) {
            throw new Error('it is too large for a secret');
        }
        const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
        if (secret === '') {
            throw new Error('it is empty');
        }
        return secret;
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw new MailError({
            code: MailErrorCode.EnvMissing,
            kind: 'configuration',
            step: 'configure',
            problem: `the secret file "${file}", named by ${variable}, cannot be used: ${code ?? message}`,
            remedy: `Check ${variable}, and that Node-RED may read the file; then restart.`
        });
    }
}
