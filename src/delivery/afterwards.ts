import { setImmediate as turn } from 'node:timers/promises';

/**
 * Hands items on once `first` has resolved, and has the next ones made meanwhile: several at a time, because each turn of
 * an asynchronous loop costs several promises. What was made before a failure comes before the failure. Rejects, handing
 * on nothing, when `first` rejects.
 *
 * @param meanwhile other work, done a step for each turn of the event loop as long as only `first` is awaited. Its
 * steps never reject.
 */
export async function* afterwards<T>(
    first: Promise<void>,
    items: AsyncIterable<T>,
    meanwhile: Iterator<Promise<void>>
): AsyncGenerator<T[]> {
    const made: T[] = [];
    let open = false;
    let isOver = false;
    first.then(
        () => (open = isOver = true),
        () => (isOver = true)
    );
    try {
        for await (const item of items) {
            made.push(item);
            if (open) {
                yield made.splice(0);
            }
        }
    } catch (error) {
        await first;
        yield made;
        throw error;
    }
    while (!isOver) {
        const step = meanwhile.next();
        if (step.done) {
            break;
        }
        await step.value;
        await turn();
    }
    await first;
    yield made;
}
