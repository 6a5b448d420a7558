import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempFolder {
    path: string;
    /** Idempotent; also called when the process ends, so that an aborted run leaves nothing behind. */
    remove(): void;
}

/** Creates an empty folder of the test's own under the system's folder for temporary files. */
export function createTempFolder(prefix: string): TempFolder {
    const path = mkdtempSync(join(tmpdir(), `mailflow-${prefix}-`));
    const remove = (): void => {
        process.off('exit', remove);
        // a server's last child may still be writing while it goes away
        rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    };
    process.on('exit', remove);
    return { path, remove };
}
