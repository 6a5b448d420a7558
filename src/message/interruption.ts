import { MailError, MailErrorCode } from './mail-error';

/** Longer than the socket time-outs of the clients (60 to 120 s), which know better why nothing comes. */
const MAX_QUIET_MS = 180_000;

/** Ends a wait that would otherwise never end: the caller's signal, or too long a time without progress. */
export class Interruption {
    /** Rejects with the signal's reason, or with MailError (TimedOut) after a quiet time. */
    readonly raised: Promise<never>;
    readonly #timer: NodeJS.Timeout;
    readonly #signal: AbortSignal | undefined;
    readonly #abort: () => void;
    #isQuiet = false;

    /** Owns a timer and a listener until `close`. */
    constructor(signal: AbortSignal | undefined, maxQuietMs = MAX_QUIET_MS) {
        const { promise, reject } = withReject();
        this.raised = promise;
        this.#signal = signal;
        this.#abort = () => reject(signal?.reason);
        this.#timer = setTimeout(() => {
            this.#isQuiet = true;
            reject(timedOut(maxQuietMs));
        }, maxQuietMs);
        signal?.addEventListener('abort', this.#abort, { once: true });
        if (signal?.aborted) {
            this.#abort();
        }
    }

    /** True when it was silence that ended the wait. */
    get isQuiet(): boolean {
        return this.#isQuiet;
    }

    /** There is progress: the quiet time begins anew. */
    touch(): void {
        this.#timer.refresh();
    }

    close(): void {
        clearTimeout(this.#timer);
        this.#signal?.removeEventListener('abort', this.#abort);
    }
}

function withReject(): { promise: Promise<never>; reject: (reason: unknown) => void } {
    let reject: (reason: unknown) => void = () => undefined;
    const promise = new Promise<never>((_resolve, rejectPromise) => {
        reject = rejectPromise;
    });
    // raised while nobody waits any more, it must not end the process
    promise.catch(() => undefined);
    return { promise, reject };
}

function timedOut(maxQuietMs: number): MailError {
    return new MailError({
        code: MailErrorCode.TimedOut,
        kind: 'temporary',
        step: 'fetch',
        problem: `nothing more of the mail arrived for ${Math.round(maxQuietMs / 1000)} seconds`,
        remedy: 'It is tried again.'
    });
}
