import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is made here names accounts or holds mail, so only the owner of the runtime may look inside. */
const FOLDER_MODE = 0o700;

/**
 * Makes a folder and those above it. Node's own recursive mkdir never ends where a file system answers ENOENT for a
 * folder whose parent exists, as /proc does (Node 20 and 22).
 */
export async function makeFolder(path: string): Promise<void> {
    try {
        await mkdir(path, { mode: FOLDER_MODE });
        return;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST' && (await stat(path)).isDirectory()) {
            return;
        }
        if (code !== 'ENOENT' || dirname(path) === path) {
            throw error;
        }
    }
    await makeFolder(dirname(path));
    await mkdir(path, { mode: FOLDER_MODE }).catch(async (error: unknown) => {
        // somebody else made it in between
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
            throw error;
        }
    });
}
