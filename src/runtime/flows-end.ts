import type { NodeAPI } from 'node-red';

/** What Node-RED 4.1 and 5 tell when all flows have stopped (`runtime/lib/flows/index.js`). */
interface RuntimeEvent {
    id?: unknown;
    payload?: { state?: unknown; deploy?: unknown };
}

/**
 * Calls `run` once, when all flows have stopped for another reason than a deploy: the runtime ends, or a person has
 * stopped them.
 */
export function whenFlowsEnd({ events }: NodeAPI, run: () => void): void {
    const listener = ({ id, payload }: RuntimeEvent): void => {
        if (id === 'runtime-state' && payload?.state === 'stop' && payload.deploy !== true) {
            events.off('runtime-event', listener);
            run();
        }
    };
    events.on('runtime-event', listener);
}
