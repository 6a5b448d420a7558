import type { NodeAPI } from 'node-red';
import type { AccountReport } from '../account/health';
import { healthOf } from './health';
import { oncePerApp } from './once-per-app';

/** What a monitoring system reads. */
export interface HealthAnswer {
    /** ISO 8601. */
    at: string;
    accounts: AccountReport[];
}

/**
 * Registers `GET mailflow/health` for the sidebar and for monitoring, and `POST mailflow/health/:id/look`, which lets
 * every folder of an account be looked at now.
 */
export function serveHealth(RED: NodeAPI): void {
    oncePerApp(RED, 'health', () => {
        const { needsPermission } = RED.auth;
        RED.httpAdmin.get('/mailflow/health', needsPermission('mailflow.read'), (_request, response) => {
            const answer: HealthAnswer = { at: new Date().toISOString(), accounts: healthOf(RED).report() };
            response.set('cache-control', 'no-store').json(answer);
        });
        RED.httpAdmin.post('/mailflow/health/:id/look', needsPermission('imap-account.write'), (request, response) => {
            response.json({ folders: healthOf(RED).lookNow(String(request.params['id'])) });
        });
    });
}
