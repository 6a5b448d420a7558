import { readFileSync } from 'node:fs';

/** USER_HZ: Linux shows processor time to programs in hundredths of a second on every architecture Node.js runs on. */
const TICKS_PER_SECOND = 100;
/** Position of utime behind the process name, see proc(5); stime follows. */
const UTIME_FIELD = 11;

/** Processor time that a process has used so far, in user mode and for it in the kernel. Linux only. */
export function cpuSeconds(pid: number): number {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name stands in parentheses and may itself contain blanks and parentheses
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[UTIME_FIELD]) + Number(fields[UTIME_FIELD + 1])) / TICKS_PER_SECOND;
}

/**
 * The most memory that a process has had resident at once. Linux only. Not `maxRSS` of getrusage: there a new process
 * begins with the peak of the one that started it.
 */
export function peakMemoryBytes(pid: number): number {
    return statusBytes(pid, 'VmHWM');
}

/** Memory that a process has resident now. Linux only. */
export function memoryBytes(pid: number): number {
    return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number, field: string): number {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kilobytes === undefined) {
        throw new Error(`/proc/${pid}/status has no ${field}`);
    }
    return Number(kilobytes) * 1024;
}
