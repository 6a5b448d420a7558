/** Waits for `work` to settle, but not longer than that. Never rejects. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => {
        timer = setTimeout(resolve, ms);
    });
    await Promise.race([Promise.allSettled([work]), patience]);
    clearTimeout(timer);
}
