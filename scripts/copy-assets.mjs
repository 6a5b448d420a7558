// Node-RED looks for html, icons and locales beside the compiled node file, and tsc copies none of them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

// What the dialogs share is a plugin, and a plugin has one html file for everything.
const editor = join(root, 'editor');
const parts = readdirSync(editor).sort();
const read = ending =>
    parts.filter(file => file.endsWith(ending)).map(file => readFileSync(join(editor, file), 'utf8'));
const plugin = [
    ...read('.css').map(style => `<style>\n${style}</style>\n`),
    ...read('.js').map(script => `<script type="text/javascript">\n${script}</script>\n`)
];
mkdirSync(join(root, 'dist', 'editor'), { recursive: true });
writeFileSync(join(root, 'dist', 'editor', 'mailflow-editor.html'), plugin.join(''));
cpSync(join(editor, 'locales'), join(root, 'dist', 'editor', 'locales'), { recursive: true });
