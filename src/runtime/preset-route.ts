import type { NodeAPI } from 'node-red';
import { presets } from '../account/presets';

/** Express has no way to ask for a route, and a flow may load both account types: remember which app has it. */
const served = new WeakSet<object>();

/**
 * Registers `GET mailflow/presets`, from which the account dialogs fill host, port and security. Both account types
 * call this while they are loaded; the route exists once per admin app.
 */
export function servePresets(RED: NodeAPI): void {
    if (served.has(RED.httpAdmin)) {
        return;
    }
    served.add(RED.httpAdmin);
    RED.httpAdmin.get('/mailflow/presets', RED.auth.needsPermission('imap-account.read'), (_request, response) => {
        response.json(presets);
    });
}
