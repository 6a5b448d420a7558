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
                // a loop, because `yield*` makes several promises for each item
                for (const ready of made.splice(0)) {
                    yield ready;
                }
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
