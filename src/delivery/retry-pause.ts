const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 10 * 60_000;

/** Pause before the next try of a mail whose try number `attempt` failed: 10 s, 30 s, 90 s … at most 10 min. */
export function retryPauseMs(attempt: number): number {
    return Math.min(FIRST_PAUSE_MS * 3 ** Math.min(attempt - 1, 10), MAX_PAUSE_MS);
}
