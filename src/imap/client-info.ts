import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { IdInfoObject } from 'imapflow';

/** What the server is told of its client by ID (RFC 2971): this package, and nothing of the library below it. */
export function clientInfo(): IdInfoObject {
    const { name, version } = JSON.parse(readFileSync(ownPackage(__dirname), 'utf8')) as Record<string, string>;
    return { name: name ?? '', version: version ?? '', vendor: 'Mailflow', 'support-url': false };
}

/** The built file lies a level deeper than its source. */
function ownPackage(folder: string): string {
    const file = join(folder, 'package.json');
    return existsSync(file) || folder === dirname(folder) ? file : ownPackage(dirname(folder));
}
