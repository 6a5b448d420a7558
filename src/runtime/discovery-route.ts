import type { NodeAPI } from 'node-red';
import { discover } from '../account/discovery';
import { errorReport } from '../account/probe-report';
import { oncePerApp } from './once-per-app';

/**
 * Registers `POST mailflow/discovery` with an `address`: proposals for its servers, each with its source. The runtime
 * asks the domain on the internet, so it takes the right to change accounts.
 */
export function serveDiscovery(RED: NodeAPI): void {
    oncePerApp(RED, 'discovery', () => {
        RED.httpAdmin.post(
            '/mailflow/discovery',
            RED.auth.needsPermission('imap-account.write'),
            (request, response) => {
                const { address } = (request.body ?? {}) as { address?: unknown };
                discover(typeof address === 'string' ? address : '')
                    .then(
                        found => response.json({ ...found, error: null }),
                        (error: unknown) => response.json({ proposals: [], steps: [], error: errorReport(error) })
                    )
                    // a browser that has gone cannot be answered
                    .catch(() => undefined);
            }
        );
    });
}
