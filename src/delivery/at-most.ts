/** Waits for work, but no longer than `ms`; what is late goes on unattended. Rejects when the work does in time. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
    try {
        await Promise.race([work, patience]);
    } finally {
        clearTimeout(timer);
    }
}
