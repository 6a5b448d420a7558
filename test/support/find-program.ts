import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Servers live where the PATH of a normal user does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Returns the absolute path of an executable, or undefined when the machine has none of that name. */
export function findProgram(name: string): string | undefined {
    const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
    return folders.map(folder => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        // not here; the next folder may have it
        return false;
    }
}
