import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { ImapAccount, type ImapAccountSettings } from '../../../src/account/imap-account';
import { MailError } from '../../../src/message/mail-error';
import { serveAuthservIds } from '../../../src/runtime/authserv-route';

type Handler = (request: unknown, response: { json(body: unknown): void }) => void;

interface Route {
    path: string;
    permission: unknown;
    handler: Handler;
}

/** An account whose line does what the test says. */
function accountThat(run: () => Promise<unknown>): ImapAccount {
    const account = new ImapAccount('a1', { server: { label: 'Shop mail' } } as ImapAccountSettings);
    account.run = run as ImapAccount['run'];
    return account;
}

function adminApp(account?: ImapAccount | Error): {
    RED: NodeAPI;
    routes: Route[];
    ask: (id?: string) => Promise<unknown>;
} {
    const routes: Route[] = [];
    const RED = {
        auth: { needsPermission: (permission: string) => permission },
        httpAdmin: {
            post: (path: string, permission: unknown, handler: Handler) => routes.push({ path, permission, handler })
        },
        nodes: { getNode: (id: string) => (id === 'a1' && account ? { account } : null) }
    } as unknown as NodeAPI;
    const ask = (id = 'a1'): Promise<unknown> =>
        new Promise(resolve => routes[0]?.handler({ params: { account: id } }, { json: resolve }));
    return { RED, routes, ask };
}

describe('serveAuthservIds', () => {
    it('asks the deployed account on behalf of those who may change the node', async () => {
        const found = { mails: 20, ids: [{ id: 'mx.example', mails: 20, topmost: 20 }] };
        const { RED, routes, ask } = adminApp(accountThat(async () => found));
        serveAuthservIds(RED);
        assert.equal(routes[0]?.path, '/mailflow/authserv-ids/:account');
        assert.equal(routes[0]?.permission, 'filter-sender.write');
        assert.deepEqual(await ask(), found);
    });

    it('opens the INBOX for reading only', async () => {
        const uses: unknown[] = [];
        const account = accountThat(async () => ({ mails: 0, ids: [] }));
        const run = account.run.bind(account);
        account.run = (use, work) => {
            uses.push(use);
            return run(use, work);
        };
        const { RED, ask } = adminApp(account);
        serveAuthservIds(RED);
        await ask();
        assert.deepEqual(uses, [{ folder: 'INBOX', readOnly: true, fresh: true, repeatable: true }]);
    });

    it('answers with the reason when there is no account, or it is of no use', async () => {
        const problem = { code: 'CREDENTIALS_REJECTED', kind: 'credentials', step: 'login', problem: 'no' } as const;
        const cases = [
            [adminApp(), 'a1', /no account is chosen/],
            [adminApp(accountThat(async () => ({}))), 'other', /no account is chosen/],
            [adminApp(new MailError({ ...problem, account: 'Shop mail' })), 'a1', /Shop mail: login failed: no/],
            [adminApp(accountThat(() => Promise.reject(new MailError(problem)))), 'a1', /login failed: no/]
        ] as const;
        for (const [{ RED, ask }, id, reason] of cases) {
            serveAuthservIds(RED);
            assert.match(((await ask(id)) as { error: string }).error, reason);
        }
    });

    it('does not let a person wait for ever', async () => {
        const { RED, ask } = adminApp(accountThat(() => new Promise(() => undefined)));
        serveAuthservIds(RED, 20);
        assert.match(((await ask()) as { error: string }).error, /Shop mail: .*did not answer/);
    });

    it('registers the route once per admin app', () => {
        const { RED, routes } = adminApp();
        serveAuthservIds(RED);
        serveAuthservIds({ ...RED });
        assert.equal(routes.length, 1);
    });
});
