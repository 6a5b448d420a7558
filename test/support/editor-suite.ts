import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { EditorPage, launchBrowser, type EditorOptions } from './editor-page';
import { listedTypes, loadEditor, type Values } from './editor-sandbox';
import { findProgram } from './find-program';
import { requireServer } from './require-server';
import { startRuntime, type FlowNode, type Runtime } from './runtime';

/** A node as the editor would save it: the defaults of its dialog, and what the test wants. */
export function savedNode(type: string, own: Values & { id: string }): FlowNode {
    const defaults = loadEditor().definitions.get(type)?.defaults ?? {};
    const values = Object.entries(defaults).map(([name, { value }]) => [name, value] as const);
    return { type, ...(JSON.parse(JSON.stringify(Object.fromEntries(values))) as Values), ...own };
}

/** Labels of all nodes in the palette. */
export function paletteLabels(): string[] {
    return flowTypes().map(type => type.replaceAll('-', ' '));
}

/**
 * A flow with one node of every type, and a config node of each kind for them.
 *
 * @param own by type, what a node has beside the defaults of its dialog.
 */
export function flowOfAllNodes(own: Readonly<Record<string, Values>>): FlowNode[] {
    const configs = ['imap-account', 'smtp-account', 'mail-oauth'].map(type =>
        savedNode(type, { id: type, ...own[type] })
    );
    const nodes = flowTypes().map((type, index) => {
        const account = type === 'smtp-out' ? 'smtp-account' : 'imap-account';
        const place = { x: 200 + 300 * (index % 3), y: 100 + 80 * Math.floor(index / 3) };
        const node = savedNode(type, { id: type, ...own[type] });
        return { ...node, ...('account' in node ? { account } : {}), z: 'tab1', ...place, wires: [] };
    });
    return [{ id: 'tab1', type: 'tab', label: 'Mail' }, ...configs, ...nodes];
}

function flowTypes(): string[] {
    const { definitions } = loadEditor();
    return listedTypes().filter(type => definitions.get(type)?.category !== 'config');
}

/** A Node-RED with the built pack and a browser, for one suite of tests. */
export class EditorSuite {
    #runtime: Runtime | undefined;
    #browser: Browser | undefined;
    #pages: EditorPage[] = [];

    /** Registers the hooks of the suite. Every error in a page fails the test in which it happened. */
    static use(): EditorSuite {
        const suite = new EditorSuite();
        before(async function () {
            this.timeout(120_000);
            requireServer(this, 'chromium');
            suite.#runtime = await startRuntime();
            suite.#browser = await launchBrowser(findProgram('chromium') ?? '');
        });
        afterEach(async () => {
            const pages = suite.#pages.splice(0);
            await Promise.all(pages.map(page => page.close()));
            assert.deepEqual(
                pages.flatMap(page => page.errors),
                []
            );
        });
        after(async () => {
            await suite.#browser?.close();
            await suite.#runtime?.stop();
        });
        return suite;
    }

    /** Opens the editor, with `flow` in place of whatever the runtime had. */
    async open(flow: readonly FlowNode[], options: EditorOptions = {}): Promise<EditorPage> {
        assert.ok(this.#browser, 'the browser is not started');
        await this.runtime.deploy(flow);
        const page = await EditorPage.open(this.#browser, this.runtime.url, options);
        this.#pages.push(page);
        return page;
    }

    get runtime(): Runtime {
        assert.ok(this.#runtime, 'the runtime is not started');
        return this.#runtime;
    }

    /** The flows as the runtime has them now. */
    async flows(): Promise<Values[]> {
        return (await this.runtime.get('/flows')) as Values[];
    }
}
