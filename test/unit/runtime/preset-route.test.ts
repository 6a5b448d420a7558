import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { presets } from '../../../src/account/presets';
import { servePresets } from '../../../src/runtime/preset-route';

interface Route {
    path: string;
    permission: unknown;
    handler: (request: unknown, response: { json(body: unknown): void }) => void;
}

function adminApp(): { RED: NodeAPI; routes: Route[] } {
    const routes: Route[] = [];
    const RED = {
        auth: { needsPermission: (permission: string) => permission },
        httpAdmin: {
            get: (path: string, permission: unknown, handler: Route['handler']) =>
                routes.push({ path, permission, handler })
        }
    };
    return { RED: RED as unknown as NodeAPI, routes };
}

describe('servePresets', () => {
    it('serves the presets to those who may read accounts', () => {
        const { RED, routes } = adminApp();
        servePresets(RED);
        let answer: unknown;
        routes[0]?.handler({}, { json: body => (answer = body) });
        assert.equal(routes[0]?.path, '/mailflow/presets');
        assert.equal(routes[0]?.permission, 'imap-account.read');
        assert.equal(answer, presets);
    });

    it('registers the route once, although both account types ask for it', () => {
        const { RED, routes } = adminApp();
        servePresets(RED);
        servePresets({ ...RED });
        assert.equal(routes.length, 1);
    });

    it('registers the route again for another admin app', () => {
        servePresets(adminApp().RED);
        const { RED, routes } = adminApp();
        servePresets(RED);
        assert.equal(routes.length, 1);
    });
});
