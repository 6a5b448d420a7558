import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What lies in the files of a folder and those below it, byte for byte as Latin-1, while others may be writing there: a
 * file that is being replaced is gone for a moment, and left out.
 *
 * @param wanted by the path of a file below the folder; all of them unless given.
 */
export function contentsBelow(folder: string, wanted: (name: string) => boolean = () => true): string[] {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(wanted);
    return names.flatMap(name => {
        const path = join(folder, name);
        try {
            return statSync(path).isFile() ? [readFileSync(path, 'latin1')] : [];
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
                return [];
            }
            throw error;
        }
    });
}

/** The line that counts in a file of the state, to which values are appended. */
export function lastLine(text: string): string {
    return text.trimEnd().split('\n').pop() ?? '';
}
