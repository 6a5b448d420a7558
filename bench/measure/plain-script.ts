import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const SOURCES = dirname(__dirname);

/**
 * Writes files of this folder as JavaScript below another folder, so that a measured process does not carry a compiler.
 * Name the files as they lie here (`floor/import.ts`), and with each the ones that it imports. Returns the path of the
 * first.
 */
export function writePlainScripts(folder: string, first: string, ...others: readonly string[]): string {
    for (const file of [first, ...others]) {
        const { outputText } = transpileModule(readFileSync(join(SOURCES, file), 'utf8'), {
            compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 }
        });
        mkdirSync(dirname(plainName(folder, file)), { recursive: true });
        writeFileSync(plainName(folder, file), outputText);
    }
    return plainName(folder, first);
}

function plainName(folder: string, file: string): string {
    return join(folder, file.replace(/\.ts$/, '.js'));
}
