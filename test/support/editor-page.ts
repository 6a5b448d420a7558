import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

const CHROMIUM_ARGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
];
/** For people to look at; not part of the repository. */
const SCREENSHOTS = join(__dirname, '..', '..', '.screenshots');
/** Three editors that start at the same time on two cores are slow. */
const ACTION_TIMEOUT_MS = 30_000;

export interface EditorOptions {
    language?: 'en-US' | 'de-DE';
    /** The dark theme of Node-RED 5; version 4 has none. */
    dark?: boolean;
    /** Origins beside the editor's own that pages may be loaded from, also in further tabs. */
    alsoFrom?: readonly string[];
}

/** Starts Debian's Chromium with a profile of its own that vanishes with it. */
export function launchBrowser(executablePath: string): Promise<Browser> {
    return chromium.launch({ executablePath, args: CHROMIUM_ARGS });
}

/**
 * Version 5 refreshes, once in some hundred times, a panel of its own that is not drawn yet; nothing but files of the
 * editor stands in the stack then.
 */
function isEditorsOwn({ message, stack = '' }: Error): boolean {
    const frames = stack.split('\n').filter(line => /^\s+at /.test(line));
    return /reading 'html'/.test(message) && frames.length > 0 && frames.every(line => /\/(?:red|vendor)\//.test(line));
}

/** The Node-RED editor in a browser, driven as a person would: by clicks, keys and what is on the screen. */
export class EditorPage {
    readonly page: Page;
    /** Errors that no code of the page caught, and definitions that the editor complained about. */
    readonly errors: string[] = [];
    readonly #context: BrowserContext;
    readonly #dark: boolean;

    private constructor(context: BrowserContext, page: Page, dark: boolean) {
        this.#context = context;
        this.page = page;
        this.#dark = dark;
        page.setDefaultTimeout(ACTION_TIMEOUT_MS);
        page.on('pageerror', error => {
            if (!isEditorsOwn(error)) {
                // with its stack: most of what runs in the page is the editor's own
                this.errors.push(error.stack ?? error.message);
            }
        });
        page.on('console', message => {
            // the editor catches what a node's definition throws and only writes it down
            if (/^(Definition error|Validation error|oneditprepare|oneditsave)/.test(message.text())) {
                this.errors.push(message.text());
            }
        });
    }

    /** Resolves when the editor shows its flows. */
    static async open(browser: Browser, url: string, options: EditorOptions = {}): Promise<EditorPage> {
        const dark = options.dark ?? false;
        const context = await browser.newContext({
            locale: options.language ?? 'en-US',
            colorScheme: dark ? 'dark' : 'light',
            viewport: { width: 1280, height: 1000 }
        });
        const editor = new EditorPage(context, await context.newPage(), dark);
        // tsx wraps named functions, also those that are sent to the page, in a helper that the page does not have
        await context.addInitScript('globalThis.__name = value => value');
        // fonts, catalogues and news live on the internet, where tests have no business
        await context.route(
            address => ![new URL(url).origin, ...(options.alsoFrom ?? [])].includes(address.origin),
            route => route.abort()
        );
        await editor.load(url);
        return editor;
    }

    /** Loads the editor; also again, as after F5. */
    async load(url: string): Promise<void> {
        await this.page.goto(url);
        await this.page.locator('#red-ui-palette-search:not(.hide)').waitFor();
        await this.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
        if (this.#dark) {
            await this.page.locator('html').evaluate(html => html.classList.add('nr-theme-dark'));
        }
    }

    /** Places a node through the quick-add dialog and opens nothing. */
    async add(label: string): Promise<void> {
        await this.page
            .locator('#red-ui-workspace-chart')
            .click({ modifiers: ['Control'], position: { x: 200, y: 200 } });
        await this.page.locator('.red-ui-type-search input').pressSequentially(label);
        // the list is filtered and sorted a while after the last key, so a click could land on another line of it
        await this.page.locator('.red-ui-type-search li.selected', { hasText: label }).waitFor();
        await this.page.keyboard.press('Enter');
        await this.#node(label).waitFor();
    }

    /** A node that is being added is a ghost first, which lies under the mouse and takes no click. */
    #node(label: string): Locator {
        return this.page.locator('.red-ui-flow-node:not(.red-ui-flow-node-ghost)', { hasText: label });
    }

    /**
     * Opens the dialog of the node with this label. A busy page may be too slow for a double click, and a key may come
     * before the workspace has the focus.
     */
    async openNode(label: string): Promise<void> {
        await this.#node(label).evaluate(({ id }) => {
            const { RED } = window as unknown as {
                RED: { nodes: { node(id: string): object }; editor: { edit(node: object): void } };
            };
            RED.editor.edit(RED.nodes.node(id));
        });
        await this.page.locator('#node-dialog-ok').waitFor();
        await this.settle();
    }

    /** Opens the dialog of the config node that the open dialog refers to, or of a new one. */
    async openAccount(button: 'add' | 'edit'): Promise<void> {
        await this.page.locator(`#node-input-btn-account-${button}`).click();
        await this.page.locator('#node-config-dialog-ok').waitFor();
        await this.settle();
    }

    /** Opens the dialog of the sign-in that the open account refers to, or of a new one. */
    async openSignIn(button: 'add' | 'edit'): Promise<void> {
        await this.page.locator(`#node-config-input-btn-oauth-${button}`).click();
        await this.page.locator('#node-config-input-provider').waitFor();
        await this.settle();
    }

    /** Leaves the dialog of a sign-in by key, because a notification may lie on its buttons; its account is next. */
    async leaveSignIn(button: 'ok' | 'cancel'): Promise<void> {
        await this.page.locator('#node-config-input-name').press(button === 'ok' ? 'Control+Enter' : 'Control+Escape');
        await this.page.locator('#node-config-input-provider').waitFor({ state: 'detached' });
        await this.page.locator('#node-config-input-oauth').waitFor({ state: 'attached' });
        await this.settle();
    }

    async done(): Promise<void> {
        await this.page.locator('#node-dialog-ok').click();
        await this.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
    }

    async accountDone(): Promise<void> {
        await this.page.locator('#node-config-dialog-ok').click();
        await this.page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
        await this.settle();
    }

    async cancel(): Promise<void> {
        await this.page.locator('#node-dialog-cancel').click();
        await this.page.locator('#node-dialog-cancel').waitFor({ state: 'detached' });
        await this.settle();
    }

    async cancelAccount(): Promise<void> {
        await this.page.locator('#node-config-dialog-cancel').click();
        await this.page.locator('#node-config-dialog-cancel').waitFor({ state: 'detached' });
        await this.settle();
    }

    /** Deploys and resolves when the runtime has the flows; `despiteWarning` where the editor asks first. */
    async deploy(despiteWarning = false): Promise<void> {
        const saved = this.page.waitForResponse(
            response => response.request().method() === 'POST' && new URL(response.url()).pathname === '/flows'
        );
        await this.page.locator('#red-ui-header-button-deploy').click();
        if (despiteWarning) {
            await this.page.locator('#red-ui-deploy-dialog-confirm-deploy-deploy').click();
        }
        await saved;
    }

    /**
     * Trays slide in, those of config nodes not before the runtime has answered a request; until then a dialog is not
     * there or moves away from a click. Then the editor gives the focus to its first field, by a timer, which must not
     * happen while a test types.
     */
    async settle(): Promise<void> {
        await this.page.waitForFunction(() => {
            const tray = [...document.querySelectorAll('.red-ui-tray')].at(-1);
            const isIn = tray === undefined || getComputedStyle(tray).right === '0px';
            return isIn && document.getAnimations().every(({ playState }) => playState !== 'running');
        });
        // a timer that is due comes before one that is set now
        await this.page.evaluate(() => new Promise(resolve => setTimeout(resolve)));
    }

    async screenshot(name: string): Promise<void> {
        mkdirSync(SCREENSHOTS, { recursive: true });
        await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    }

    async close(): Promise<void> {
        await this.#context.close();
    }
}
