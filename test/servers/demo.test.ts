import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Changes } from '../support/changes';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

const ROOT = join(__dirname, '..', '..');
const RUNS = join(ROOT, 'demo', '.run');
const USUAL_PORT = 1880;
/** It promises 5 s, on a machine that is not busy. */
const END_WITHIN_MS = 15_000;

/** The demo as `npm start` runs it, with folders of the test's own for temporary and personal files. */
class Demo {
    readonly lines: string[] = [];
    readonly #child: ChildProcess;
    readonly #ended: Promise<unknown[]>;
    readonly #changes = new Changes();
    #hasEnded = false;

    constructor(folder: string) {
        const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
            scripts: { start: string };
        };
        const [, ...args] = scripts.start.split(' ');
        const env = { ...process.env, TMPDIR: join(folder, 'tmp'), HOME: join(folder, 'home') };
        mkdirSync(env.TMPDIR, { recursive: true });
        mkdirSync(env.HOME, { recursive: true });
        this.#child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
        this.#ended = once(this.#child, 'exit').finally(() => {
            this.#hasEnded = true;
            this.#changes.notify();
        });
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            createInterface({ input: stream as NodeJS.ReadableStream }).on('line', line => {
                this.lines.push(line);
                this.#changes.notify();
            });
        }
    }

    get pid(): string {
        return String(this.#child.pid);
    }

    line(pattern: RegExp): Promise<string> {
        const look = (): string | undefined => {
            const found = this.lines.find(line => pattern.test(line));
            assert.ok(
                found !== undefined || !this.#hasEnded,
                `the demo ended before ${pattern}\n${this.lines.join('\n')}`
            );
            return found;
        };
        return this.#changes.until(look, () => `${pattern} in\n${this.lines.join('\n')}`, 90_000);
    }

    async editor(): Promise<string> {
        return /http:\S+/.exec(await this.line(/Editor/))?.[0] ?? '';
    }

    /** Sends the signal and resolves with the exit code; fails when that takes longer than promised. */
    async end(signal: NodeJS.Signals): Promise<unknown> {
        const start = performance.now();
        this.#child.kill(signal);
        const [code] = await this.#ended;
        assert.ok(performance.now() - start < END_WITHIN_MS, `it took ${performance.now() - start} ms to end`);
        return code;
    }

    /** Resolves when the demo has made its folder, which is long before its editor is there. */
    async runFolder(): Promise<void> {
        mkdirSync(RUNS, { recursive: true });
        const watcher = watch(RUNS, () => this.#changes.notify());
        const look = (): boolean => {
            assert.ok(!this.#hasEnded, `the demo ended before it made its folder\n${this.lines.join('\n')}`);
            return readdirSync(RUNS).includes(this.pid);
        };
        await this.#changes.until(look, 'the folder of the run', 90_000).finally(() => watcher.close());
    }

    kill(): void {
        this.#child.kill('SIGKILL');
    }
}

describe('npm start', function () {
    this.timeout(120_000);
    let folder: TempFolder;
    let demos: Demo[];
    beforeEach(() => {
        folder = createTempFolder('demo');
        demos = [];
    });
    afterEach(() => {
        demos.forEach(demo => demo.kill());
        folder.remove();
    });

    function start(name: string): Demo {
        const demo = new Demo(join(folder.path, name));
        demos.push(demo);
        return demo;
    }

    function assertNothingLeft(name: string, demo: Demo): void {
        assert.deepEqual(readdirSync(join(folder.path, name, 'tmp')), []);
        assert.deepEqual(readdirSync(join(folder.path, name, 'home')), []);
        assert.ok(!readdirSync(RUNS).includes(demo.pid));
    }

    it('shows inquiries on a free port, twice at the same time, and ends without a trace', async () => {
        const occupied = await occupy(USUAL_PORT);
        const before = [readdirSync(ROOT), readdirSync(join(ROOT, 'demo'))];
        try {
            const [first, second] = [start('first'), start('second')];
            const editors = [await first.editor(), await second.editor()];
            assert.notEqual(editors[0], editors[1]);
            assert.ok(!editors.includes(`http://127.0.0.1:${USUAL_PORT}/`));
            assert.deepEqual(await brokenNodes(editors[0] as string), []);

            for (const demo of [first, second]) {
                await demo.line(
                    /^ +1 {2}Katrin Vogelsang +Drehmaschine Nordhaus D 420 +\+493023125014 +Guten Tag, ist die/
                );
                await demo.line(/^ +3 {2}\S/);
                // two from before; another comes soon after the third inquiry
                await demo.line(/[2-9] mails of strangers left alone, none of them loaded; all \d+ mails still unread/);
                assert.deepEqual(
                    demo.lines.filter(line => /^ +! /.test(line)),
                    []
                );
            }
            assert.equal(await first.end('SIGINT'), 0);
            assert.equal(await second.end('SIGTERM'), 0);
            await assert.rejects(fetch(editors[0] as string));
            assertNothingLeft('first', first);
            assertNothingLeft('second', second);
            assert.deepEqual(
                [readdirSync(ROOT), readdirSync(join(ROOT, 'demo'))].map(names => names.filter(isKept)),
                before.map(names => names.filter(isKept))
            );
        } finally {
            occupied?.close();
        }
    });

    it('ends in good order when it is told so before it is up', async () => {
        const demo = start('early');
        await demo.runFolder();
        assert.equal(await demo.end('SIGINT'), 0);
        assert.deepEqual(
            demo.lines.filter(line => line.includes('Editor')),
            []
        );
        assertNothingLeft('early', demo);
    });
});

/** What the demo may have made for the first time, the build and its folder; and the pictures of other tests. */
function isKept(name: string): boolean {
    return !['dist', '.run', '.screenshots'].includes(name);
}

/** Takes the port, unless somebody else on the machine has it already. */
async function occupy(port: number): Promise<Server | null> {
    const server = createServer();
    try {
        await once(server.listen(port, '127.0.0.1'), 'listening');
        return server;
    } catch {
        return null;
    }
}

/** The node sets of this pack that the running editor reports as not loaded. */
async function brokenNodes(editor: string): Promise<unknown[]> {
    const response = await fetch(`${editor}nodes`, { headers: { accept: 'application/json' } });
    const sets = (await response.json()) as Array<{ module: string; err?: string; enabled: boolean }>;
    const own = sets.filter(set => set.module === '@mailflow/node-red-mail');
    assert.ok(own.length > 0);
    return own.filter(set => set.err !== undefined || !set.enabled);
}
