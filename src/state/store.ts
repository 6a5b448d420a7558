/**
 * Result of a load: the value, nothing yet, or a record that could not be read and was kept aside. A value is outdated
 * when it is the one before the newest, which is missing. Earlier values are those that it was appended to, the oldest
 * first; null stands for one that cannot be read.
 */
export type Loaded =
    | { state: 'present'; value: unknown; earlier: readonly unknown[]; isOutdated?: true }
    | { state: 'absent' }
    | { state: 'damaged'; problem: string };

/**
 * Where a ledger is kept. Values are plain JSON, and stored as they are when the method is called: they may change
 * before it is done. Implementations reject when a value is not safely stored.
 */
export interface StateStore {
    load(key: string): Promise<Loaded>;
    /** What the last save has replaced, for when the newest value is unusable; absent where a store keeps only that. */
    loadPrevious(key: string): Promise<Loaded>;
    /** When the newest value was written, readable or not; null when there is none or the store cannot tell. */
    writtenAt(key: string): Promise<Date | null>;
    /** Resolves only when the value would survive a power cut, as far as the medium can promise it. */
    save(key: string, value: unknown): Promise<void>;
    /**
     * Like `save`, for what is written again and again: the value goes on from those before it, which are kept.
     *
     * @param whole is asked for when they are not kept: a value that says the same, or more, without them.
     */
    append(key: string, value: unknown, whole: () => unknown): Promise<void>;
    /** Sets a value aside that is readable but not valid, so that nobody loses evidence. */
    setAside(key: string): Promise<void>;
}
