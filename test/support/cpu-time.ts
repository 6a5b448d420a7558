/** Milliseconds of processor time that the work takes: those of the clock would count what others do meanwhile. */
export function cpuMs(work: () => void): number {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
}
