import type { NodeAPI } from 'node-red';

/** Express has no way to ask for a route: remember which admin app has which. */
const served = new WeakMap<object, Set<string>>();

/** Runs `register` once for each admin app; node types may be loaded again, and several may share a route. */
export function oncePerApp(RED: NodeAPI, name: string, register: () => void): void {
    const names = served.get(RED.httpAdmin) ?? new Set();
    served.set(RED.httpAdmin, names);
    if (!names.has(name)) {
        names.add(name);
        register();
    }
}
