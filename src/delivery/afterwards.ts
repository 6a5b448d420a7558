/**
 * Hands items on once `first` has resolved, and has the next ones made meanwhile. What was made before a failure comes
 * before the failure. Rejects, handing on nothing, when `first` rejects.
 */
export async function* afterwards<T>(first: Promise<void>, items: AsyncIterable<T>): AsyncGenerator<T> {
    const made: T[] = [];
    let open = false;
    first.then(
        () => (open = true),
        () => undefined
    );
    try {
        for await (const item of items) {
            made.push(item);
            if (open) {
                yield* made.splice(0);
            }
        }
    } catch (error) {
        await first;
        yield* made;
        throw error;
    }
    await first;
    yield* made;
}
