import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const SOURCES = ['nodes', 'src', 'editor', 'icons', 'scripts/copy-assets.mjs', 'tsconfig.build.json'];
/** The build writes this file last. */
const RESULT = 'dist/editor/mailflow-editor.html';

/** True when the pack was never built, or a source is newer than the build. */
export function isBuildNeeded(root: string): boolean {
    const built = newest(join(root, RESULT));
    return built === 0 || SOURCES.some(source => newest(join(root, source)) > built);
}

/** Builds the pack. Rejects with what the compiler said, or when the signal ends the build. */
export async function build(root: string, signal: AbortSignal): Promise<void> {
    // the script itself and not `npm run`, which leaves a folder behind in the home folder
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { build: string } };
    const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
    // the compiler keeps its own code compiled in the folder for temporary files
    const env = { ...process.env, PATH: path, NODE_DISABLE_COMPILE_CACHE: '1' };
    const child = spawn(scripts.build, { cwd: root, shell: true, signal, env });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) {
        throw new Error(`the build failed:\n${output.trim()}`);
    }
}

/** Time of the last change of a file, or of anything below a folder; 0 when there is none. */
function newest(path: string): number {
    const entry = statSync(path, { throwIfNoEntry: false });
    if (!entry?.isDirectory()) {
        return entry?.mtimeMs ?? 0;
    }
    return Math.max(entry.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))));
}
