// Node-RED looks for html, icons and locales beside the compiled node file, and tsc copies none of them.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist', 'nodes');

for (const file of readdirSync(join(root, 'nodes'))) {
    if (file.endsWith('.html')) {
        cpSync(join(root, 'nodes', file), join(target, file));
    }
}
cpSync(join(root, 'nodes', 'locales'), join(target, 'locales'), { recursive: true });
if (existsSync(join(root, 'icons'))) {
    cpSync(join(root, 'icons'), join(target, 'icons'), { recursive: true });
}
