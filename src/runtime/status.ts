import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** Status nodes receive every change, and a burst of 5,000 mails must not become 5,000 of them. */
const MIN_INTERVAL_MS = 250;

export interface StatusView {
    fill: NodeStatusFill;
    shape: NodeStatusShape;
    /** A catalogue key (translated in the editor's language) or text without words, such as "12 · 14:05". */
    text: string;
}

/** The one place that sets a node's status. Owns one timer, which `close` clears. */
export class StatusDisplay {
    readonly #node: Pick<Node, 'status'>;
    #shown = '';
    #shownAt = 0;
    #next: StatusView | null | (() => StatusView) = null;
    #timer: NodeJS.Timeout | undefined;
    #closed = false;

    constructor(node: Pick<Node, 'status'>) {
        this.#node = node;
    }

    /**
     * Shows the latest view, at most four times a second; the last one always gets through.
     *
     * @param view or what makes it, which is called when it is about to be shown.
     */
    show(view: StatusView | null | (() => StatusView)): void {
        this.#next = view;
        if (this.#timer || this.#closed) {
            return;
        }
        // a clock that was set back would otherwise silence the status for that time
        const wait = Math.min(this.#shownAt + MIN_INTERVAL_MS - Date.now(), MIN_INTERVAL_MS);
        if (wait <= 0) {
            this.#flush();
            return;
        }
        this.#timer = setTimeout(() => {
            this.#timer = undefined;
            this.#flush();
        }, wait);
    }

    /** What comes later is not shown: a node deployed in the same place has a status of its own by then. */
    close(): void {
        this.#closed = true;
        clearTimeout(this.#timer);
        this.#timer = undefined;
    }

    #flush(): void {
        const view = typeof this.#next === 'function' ? this.#next() : this.#next;
        const text = JSON.stringify(view);
        if (text !== this.#shown) {
            this.#shown = text;
            this.#shownAt = Date.now();
            this.#node.status(view ?? {});
        }
    }
}
