/** Milliseconds of the machine's monotonic clock, which all its processes share: it does not jump as the date may. */
export function now(): number {
    return Number(process.hrtime.bigint()) / 1e6;
}
