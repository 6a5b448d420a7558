import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes that are still in use after a full collection: unlike the size of the process, it does not depend on what ran
 * before and on when the collector had time. Takes some 40 ms.
 */
export function liveBytes(): number {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    // what a Buffer holds is given back only after the Buffer itself is gone
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
}
