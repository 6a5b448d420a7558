import type { Node, NodeMessage } from 'node-red';

export type Send = (message: NodeMessage | Array<NodeMessage | NodeMessage[] | null>) => void;

/**
 * Connects an asynchronous handler to a node's input. Completes the message exactly once on every path; a rejection
 * becomes `done(err)`, so that Catch nodes see it. Node-RED awaits no handler, and an unhandled rejection ends the
 * process, so this is the only way an async function may get near `on('input')`.
 */
export function onInput(node: Node, handle: (msg: NodeMessage, send: Send) => Promise<void>): void {
    // Node-RED counts handlers whose length is exactly 3: no default values, no rest parameters here
    node.on('input', (msg, send, done) => {
        Promise.resolve()
            .then(() => handle(msg, send as Send))
            .then(
                () => done(),
                (error: unknown) => done(asError(error))
            )
            // `done` runs the hooks of the runtime: what they throw must not end the process
            .catch((error: unknown) => node.error(asError(error).message));
    });
}

/**
 * Connects an asynchronous close handler. Node-RED waits 15 s at most and logs what then still runs, so `close` must
 * be bounded by itself; a failure to close is logged and never stops the runtime.
 */
export function onClose(node: Node, close: (removed: boolean) => Promise<void>): void {
    node.on('close', (removed: boolean, done: () => void) => {
        Promise.resolve()
            .then(() => close(removed))
            .then(done, (error: unknown) => {
                node.warn(`close: ${asError(error).message}`);
                done();
            });
    });
}

/** Anything can be thrown, also what is falsy, which Node-RED takes for success, and what cannot become text. */
function asError(thrown: unknown): Error {
    if (thrown instanceof Error) {
        return thrown;
    }
    const text = (thrown as { message?: unknown } | null | undefined)?.message ?? thrown ?? '';
    return new Error((typeof text === 'object' ? '' : String(text)) || 'unknown error');
}
