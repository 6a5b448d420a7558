import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

/** From the ground up: a folder imports from its own floor or a lower one, and no files import each other in a circle. */
const FLOORS: ReadonlyArray<readonly string[]> = [
    ['src/sender', 'src/message', 'src/state'],
    ['src/imap', 'src/smtp', 'src/compose', 'src/automatic', 'src/inquiry'],
    ['src/delivery', 'src/account', 'src/runtime'],
    ['nodes']
];
/** Only these may know Node-RED. */
const WITH_RUNTIME = ['nodes', 'src/runtime'];

interface SourceFile {
    path: string;
    folder: string;
    imports: string[];
    /** Imported files of this project, relative to its root. */
    targets: string[];
}

function readSources(): SourceFile[] {
    return ['nodes', 'src'].flatMap(top =>
        readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
            .filter(name => name.endsWith('.ts'))
            .map(name => readSource(join(ROOT, top, name)))
    );
}

function readSource(file: string): SourceFile {
    const path = relative(ROOT, file).split(sep).join('/');
    const imports = ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map(item => item.fileName);
    return {
        path,
        folder: folderOf(path),
        imports,
        targets: imports.filter(isLocal).map(name => resolveFrom(file, name))
    };
}

function isLocal(name: string): boolean {
    return name.startsWith('.');
}

function resolveFrom(file: string, name: string): string {
    const base = resolve(dirname(file), name);
    const found = [base, `${base}.ts`, join(base, 'index.ts')].find(
        candidate => /\.\w+$/.test(candidate) && existsSync(candidate)
    );
    return relative(ROOT, found ?? base)
        .split(sep)
        .join('/');
}

function folderOf(path: string): string {
    const [top = '', second = ''] = path.split('/');
    return top === 'src' ? `${top}/${second}` : top;
}

function floorOf(folder: string): number {
    return FLOORS.findIndex(folders => folders.includes(folder));
}

/** Each circle of a graph once, as the list of its members. */
function findCircles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
    const circles: string[][] = [];
    const finished = new Set<string>();
    const visit = (name: string, trail: readonly string[]): void => {
        const start = trail.indexOf(name);
        if (start >= 0) {
            circles.push([...trail.slice(start), name]);
        } else if (!finished.has(name)) {
            (edges.get(name) ?? []).forEach(next => visit(next, [...trail, name]));
            finished.add(name);
        }
    };
    [...edges.keys()].forEach(name => visit(name, []));
    return circles;
}

describe('the source tree', () => {
    const sources = readSources();

    it('has only folders that belong to a floor', () => {
        const unknown = sources.filter(source => floorOf(source.folder) < 0);
        assert.deepEqual(
            unknown.map(source => source.path),
            []
        );
    });

    it('imports only files that exist inside src and nodes', () => {
        const known = new Set(sources.map(source => source.path));
        const missing = sources.flatMap(source =>
            source.targets
                .filter(target => !known.has(target) && !existsSync(join(ROOT, target)))
                .map(target => `${source.path} -> ${target}`)
        );
        const outside = sources.flatMap(source =>
            source.targets.filter(target => floorOf(folderOf(target)) < 0).map(target => `${source.path} -> ${target}`)
        );
        assert.deepEqual([...missing, ...outside], []);
    });

    it('imports down the floors only', () => {
        const upward = sources.flatMap(source =>
            source.targets
                .filter(target => floorOf(folderOf(target)) > floorOf(source.folder))
                .map(target => `${source.path} -> ${target}`)
        );
        assert.deepEqual(upward, []);
    });

    it('has no circle of files', () => {
        assert.deepEqual(findCircles(new Map(sources.map(source => [source.path, source.targets]))), []);
    });

    it('knows Node-RED only in the shells and in src/runtime', () => {
        const offenders = sources.filter(
            source =>
                !WITH_RUNTIME.includes(source.folder) &&
                source.imports.some(name => name === 'node-red' || name.startsWith('@node-red/'))
        );
        assert.deepEqual(
            offenders.map(source => source.path),
            []
        );
    });
});

describe('the search for circles', () => {
    it('finds a circle and nothing in a diamond', () => {
        const diamond = new Map([
            ['a', ['b', 'c']],
            ['b', ['d']],
            ['c', ['d']]
        ]);
        assert.deepEqual(findCircles(diamond), []);
        assert.deepEqual(findCircles(new Map([...diamond, ['d', ['a']]])), [['a', 'b', 'd', 'a']]);
    });
});
