import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

const ROOT = join(__dirname, '..', '..');
const PACKAGE = '@mailflow/node-red-mail';

export type Language = 'en-US' | 'de';
export type Values = Record<string, unknown>;

/** One entry of `defaults`; a validator answers true or the reason. */
export interface PropertyDefinition {
    value: unknown;
    type?: string;
    required?: boolean;
    label?: string;
    validate?: (this: Values, value: unknown, opt?: { label?: string }) => unknown;
}

export interface NodeDefinition {
    category: string;
    color?: string;
    icon?: string;
    inputs?: number;
    outputs?: number;
    defaults: Record<string, PropertyDefinition>;
    credentials?: Record<string, { type: string }>;
    label(this: Values): string;
    labelStyle?(this: Values): string;
    outputLabels?(this: { _: (key: string) => string }, index: number): string;
    oneditprepare(this: Values): void;
    oneditsave?(this: Values): void;
}

/** What the dialogs share; typed only as far as tests call it. */
export interface SharedEditorCode {
    entries(value: unknown): string[];
    isEnv(value: unknown): boolean;
    current(node: Values, property: string): unknown;
    senderProblem(pattern: string): string;
    flagProblem(flag: string): string;
    folderProblem(folder: string): string;
    searchProblem(search: unknown): string;
    searchNames: string[];
    check: Record<string, (value: unknown, opt?: { label?: string }, ...more: unknown[]) => unknown>;
}

export interface Editor {
    definitions: Map<string, NodeDefinition>;
    mailflow: SharedEditorCode;
    /** Nodes that the editor has, by id; a test fills them in. */
    nodes: Map<string, Values>;
    /** Looks a text up as the editor does; throws when the catalogue has none. */
    text(key: string, values?: Values): string;
}

/** A text file of the repository. */
export function readSource(...path: string[]): string {
    return readFileSync(join(ROOT, ...path), 'utf8');
}

/** Types as package.json lists them. */
export function listedTypes(): string[] {
    const manifest = JSON.parse(readSource('package.json')) as { 'node-red': { nodes: Record<string, string> } };
    return Object.keys(manifest['node-red'].nodes);
}

/** The catalogue of a node type, or of the shared plugin. */
export function readCatalogue(set: string, language: Language): Values {
    const folder = set === 'mailflow-editor' ? 'editor' : 'nodes';
    return JSON.parse(readSource(folder, 'locales', language, `${set}.json`)) as Values;
}

/** Follows "imap-in.label.name" into a catalogue; undefined when it does not end at a text. */
export function lookUp(catalogue: Values, key: string): string | undefined {
    const found = key.split('.').reduce<unknown>((level, part) => (level as Values | undefined)?.[part], catalogue);
    return typeof found === 'string' ? found : undefined;
}

/** A stand-in for jQuery in an editor with no dialog open: every selection is empty. */
function emptySelection(): Values {
    const selection: Values = { length: 0, data: () => undefined, closest: () => selection };
    return selection;
}

/** Runs the editor's part of every node as the editor does, without a browser. */
export function loadEditor(language: Language = 'en-US'): Editor {
    const definitions = new Map<string, NodeDefinition>();
    const nodes = new Map<string, Values>();
    const text = (key: string, values: Values = {}): string => {
        const [, set = '', path = ''] = new RegExp(`^${PACKAGE}/([^:]+):(.+)$`).exec(key) ?? [];
        const found = lookUp(readCatalogue(set, language), path);
        if (found === undefined) {
            throw new Error(`no text for ${key} in ${language}`);
        }
        return found.replace(/__(\w+?)__/g, (_all, name: string) => String(values[name]));
    };
    const RED = {
        _: text,
        nodes: {
            registerType: (type: string, definition: NodeDefinition) => definitions.set(type, definition),
            node: (id: string) => nodes.get(id)
        },
        plugins: { registerPlugin: () => undefined },
        validators: { typedInput: (_options: object) => (_value: unknown, _opt: unknown) => true }
    };
    const context = vm.createContext({ RED, $: emptySelection, URL });
    (context as Values)['window'] = context;
    for (const file of readdirSync(join(ROOT, 'editor')).filter(name => name.endsWith('.js'))) {
        vm.runInContext(readSource('editor', file), context, { filename: file });
    }
    for (const type of listedTypes()) {
        vm.runInContext(readScript(type), context, { filename: `${type}.html` });
    }
    return { definitions, mailflow: (context as Values)['mailflow'] as SharedEditorCode, nodes, text };
}

/** The inline script of a node's html. */
export function readScript(type: string): string {
    const html = readSource('nodes', `${type}.html`);
    return /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
}

/** The dialog of a node. */
export function readTemplate(type: string): string {
    const html = readSource('nodes', `${type}.html`);
    const pattern = new RegExp(`<script type="text/html" data-template-name="${type}">([\\s\\S]*?)</script>`);
    return pattern.exec(html)?.[1] ?? '';
}
