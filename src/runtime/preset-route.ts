import type { NodeAPI } from 'node-red';
import { presets } from '../account/presets';
import { oncePerApp } from './once-per-app';

/**
 * Registers `GET mailflow/presets`, from which the account dialogs fill host, port and security. Both account types
 * call this while they are loaded; the route exists once per admin app.
 */
export function servePresets(RED: NodeAPI): void {
    oncePerApp(RED, 'presets', () => {
        RED.httpAdmin.get('/mailflow/presets', RED.auth.needsPermission('imap-account.read'), (_request, response) => {
            response.json(presets);
        });
    });
}
