import type { StateStore } from '../state/store';

/** A full page is put away and never written again until its turn comes round. */
const PAGE_PRINTS = 250;
const PAGES = 20;
/** What the record may carry: a page that is being put away, and what comes meanwhile. */
const MOST_PRINTS = 2 * PAGE_PRINTS;

/** What of the prints stands in the ledger's record, or in a line that is appended to it. */
export interface PrintsRecord {
    /** The newest, oldest first: all that are in no page, or those that a line adds to the lines before it. */
    fingerprints: string[];
    /** How many are in no page. */
    recent: number;
    /** How many pages were ever put away; the latest twenty are kept, each in the place of the one it replaces. */
    pages: number;
}

interface Page {
    page: number;
    fingerprints: string[];
}

/**
 * The fingerprints of the latest 5,000 settled mails and some more. The ledger's record is written with every change,
 * so it carries only the newest of them, and a line of it only those that are new: what a settlement costs does not grow
 * with the history.
 */
export class LedgerPrints {
    readonly #store: StateStore;
    readonly #key: (place: number) => string;
    readonly #known = new Set<string>();
    /** By their place. */
    readonly #pages: string[][] = [];
    #newest: string[] = [];
    /** So many of the newest stand in the record or a line of it. */
    #written = 0;
    #put = 0;
    #putting: Promise<void> | null = null;

    /** @param key where the page at a place (0 to 19) is kept. */
    constructor(store: StateStore, key: (place: number) => string) {
        this.#store = store;
        this.#key = key;
    }

    /** For a line that goes on from the last record or line, which must have been written. */
    added(): PrintsRecord {
        return this.#record(this.#written);
    }

    /** For a record of its own. */
    whole(): PrintsRecord {
        return this.#record(0);
    }

    #record(from: number): PrintsRecord {
        this.#written = this.#newest.length;
        return { fingerprints: this.#newest.slice(from), recent: this.#newest.length, pages: this.#put };
    }

    /**
     * Loads what a record refers to. Returns what is wrong with it; rejects when the store fails.
     *
     * @param isOutdated a newer record is lost. The pages that were put away since are not: they are looked for.
     */
    async load(record: PrintsRecord, isOutdated: boolean): Promise<string> {
        this.#put = record.pages;
        // one page may also have become safe after the last record: it begins as that does
        const isNewer = (page: string[] | null): boolean =>
            page !== null && (isOutdated || page[0] === record.fingerprints[0]);
        while (isNewer(await this.#load(this.#put))) {
            this.#put++;
        }
        const numbers = Array.from({ length: Math.min(PAGES, this.#put) }, (_, back) => this.#put - 1 - back);
        const loaded = await Promise.all(numbers.map(number => this.#load(number)));
        numbers.forEach((number, index) => (this.#pages[number % PAGES] = loaded[index] ?? []));
        this.#pages.flat().forEach(print => this.#known.add(print));
        this.#newest = record.fingerprints.filter(print => !this.#known.has(print));
        this.#newest.forEach(print => this.#known.add(print));
        const isLost = loaded.includes(null) || record.fingerprints.length < record.recent;
        return isLost ? 'some fingerprints of done mail are lost; it may come again if it is moved' : '';
    }

    has(print: string): boolean {
        return this.#known.has(print);
    }

    add(print: string): void {
        this.#known.add(print);
        this.#newest.push(print);
    }

    /**
     * Begins to put a full page away; to be called before a record is written. Mails need not wait for that, unless the
     * record would become too long: then it rejects when a page cannot be stored.
     */
    async putAway(): Promise<void> {
        while (this.#newest.length >= PAGE_PRINTS) {
            this.#putting ??= this.#putPage().finally(() => (this.#putting = null));
            this.#putting.catch(() => undefined);
            if (this.#newest.length < MOST_PRINTS) {
                return;
            }
            await this.#putting;
        }
    }

    /** Resolves when no page is being written; never rejects, because a page that failed is tried again. */
    async idle(): Promise<void> {
        await this.#putting?.catch(() => undefined);
    }

    async #putPage(): Promise<void> {
        const place = this.#put % PAGES;
        const page: Page = { page: this.#put, fingerprints: this.#newest.slice(0, PAGE_PRINTS) };
        await this.#store.save(this.#key(place), page);
        // only now: until the page is safe, the record is where these are kept
        this.#newest.splice(0, PAGE_PRINTS);
        this.#written = Math.max(0, this.#written - PAGE_PRINTS);
        this.#pages[place]?.forEach(print => this.#known.delete(print));
        this.#pages[place] = page.fingerprints;
        this.#put++;
    }

    /** Null for a page that is not there, or another one: a crash may have come between a page and its record. */
    async #load(number: number): Promise<string[] | null> {
        const loaded = await this.#store.load(this.#key(number % PAGES));
        const page = loaded.state === 'present' ? (loaded.value as Partial<Page> | null) : null;
        return page?.page === number && isPrints(page.fingerprints) ? page.fingerprints : null;
    }
}

/**
 * The prints of a record and of the lines that were appended to it, those that are in no page; fewer when a line is
 * missing.
 *
 * @param earlier what the last line was appended to, the oldest first.
 */
export function recentPrints(last: readonly string[], earlier: readonly unknown[], recent: number): string[] {
    let prints = [...last];
    for (let index = earlier.length - 1; index >= 0 && prints.length < recent; index--) {
        const { fingerprints } = (earlier[index] ?? {}) as Partial<PrintsRecord>;
        if (!isPrints(fingerprints)) {
            break;
        }
        prints = [...fingerprints, ...prints];
    }
    return prints.slice(Math.max(0, prints.length - recent));
}

export function isPrints(value: unknown): value is string[] {
    return Array.isArray(value) && value.every(print => typeof print === 'string');
}
