/** What imapflow (2.10) tells of a command in its log alone. */
export interface CommandLog {
    /** The server's words for a `false`. */
    error: unknown;
    /** Why a row of an answer was passed over. */
    garbled: unknown;
    /** Hears that the server wants to be left alone; imapflow then waits, up to half its socket time-out, and fails. */
    throttled: ((ms: number, error: unknown) => void) | null;
}

const ROW = /^\* (\d+ FETCH|E?SEARCH)\b/i;

/** Keeps what only the log tells; everything else is dropped. */
export function commandLogger(log: CommandLog): Record<
    'debug' | 'info' | 'warn' | 'error',
    (entry: unknown) => void
> & {
    isLevelEnabled: (level: string) => boolean;
} {
    const keep = (entry: unknown): void => {
        const { err, msg, payloadBytes, throttleDelay } = (entry ?? {}) as Record<string, unknown>;
        if (err !== undefined) {
            log.error = err;
        }
        if (payloadBytes !== undefined && ROW.test(String(msg))) {
            log.garbled = err;
        }
        if (typeof throttleDelay === 'number') {
            log.throttled?.(throttleDelay, err);
        }
    };
    const drop = (): void => undefined;
    return {
        debug: drop,
        info: drop,
        warn: keep,
        error: keep,
        // imapflow would write out every answer for the log, a SEARCH with 100,000 numbers too
        isLevelEnabled: level => level === 'warn' || level === 'error'
    };
}
