/** What a runtime measures with and without hooks: one number for each round. */
export interface HookFigures {
    /** Microseconds per delivery. */
    without: number[];
    with: number[];
    /** Hooks that are still there when nobody needs them. */
    left: string[];
}
