import assert from 'node:assert/strict';
import type { ImapAccountSettings } from '../../../src/account/imap-account';
import { probeImap } from '../../../src/account/probe-imap';
import { RIGHTS, type Right } from '../../../src/account/rights';
import type { ConnectionTimeouts } from '../../../src/imap/connection';
import { startImapPeer, type ImapPeer, type PeerOptions } from '../../support/imap-peer';
import { collectSteps } from '../../support/probe-steps';

const PATIENT = { connectMs: 10_000, greetingMs: 10_000, openMs: 15_000, commandMs: 10_000, logoutMs: 100 };

function settings(port: number, rights: readonly Right[] = RIGHTS): ImapAccountSettings {
    const login = { user: 'anna', password: 'top secret' };
    const server = { label: 'Shop', host: '127.0.0.1', port, security: 'none', tls: {}, login, folders: {} } as const;
    return { server, rights: new Set(rights), connections: 5 };
}

describe('probeImap', () => {
    let peer: ImapPeer | undefined;
    afterEach(() => peer?.stop());

    async function probe(options: PeerOptions, rights?: readonly Right[], timeouts: ConnectionTimeouts = {}) {
        peer = await startImapPeer(options);
        const collected = collectSteps();
        const never = new AbortController().signal;
        const result = await probeImap(settings(peer.port, rights), collected.report, never, {
            ...PATIENT,
            ...timeouts
        });
        return { ...collected, ...result };
    }

    it('goes through every step and says what is there', async () => {
        const { steps, outcomes, ok, folders } = await probe({});
        assert.deepEqual(outcomes(), [
            'look-up skipped',
            'connect passed',
            'tls warning',
            'login passed',
            'capabilities passed',
            'folders passed',
            'inbox passed',
            'acl skipped'
        ]);
        assert.equal(ok, true);
        assert.deepEqual(
            folders.map(({ path, use }) => [path, use]),
            [
                ['INBOX', 'inbox'],
                ['Sent', 'sent'],
                ['Trash', 'trash']
            ]
        );
        assert.equal(steps[2]?.note, 'clear-text');
        assert.deepEqual(steps[4]?.values, { found: 'IDLE, MOVE, UIDPLUS', missing: 'CONDSTORE, SPECIAL-USE' });
    });

    it('changes nothing on the server', async () => {
        await probe({});
        const names = new Set(peer?.commands.map(({ name }) => name));
        for (const name of ['UID STORE', 'STORE', 'APPEND', 'EXPUNGE', 'UID EXPUNGE', 'CREATE', 'DELETE', 'CLOSE']) {
            assert.ok(!names.has(name), name);
        }
    });

    it('stops at a rejected login with a remedy and without the password', async () => {
        const { steps, outcomes, ok } = await probe({
            handlers: {
                LOGIN: (command, session) => session.no(command, '[AUTHENTICATIONFAILED] "top secret" is wrong')
            }
        });
        assert.equal(ok, false);
        assert.deepEqual(outcomes(), ['look-up skipped', 'connect passed', 'tls passed', 'login failed']);
        assert.equal(steps.at(-1)?.error?.code, 'CREDENTIALS_REJECTED');
        assert.match(steps.at(-1)?.error?.remedy ?? '', /app password/);
        assert.ok(!JSON.stringify(steps).includes('top secret'));
    });

    it('ends by itself at a server that says nothing', async () => {
        const { steps, outcomes } = await probe({ greeting: null }, RIGHTS, { greetingMs: 500 });
        assert.deepEqual(outcomes(), ['look-up skipped', 'connect failed']);
        assert.equal(steps.at(-1)?.error?.code, 'TIMED_OUT');
    });

    it('ends by itself at a server that falls silent later', async () => {
        const { outcomes, ok } = await probe({ handlers: { LIST: () => undefined } }, RIGHTS, { commandMs: 1_000 });
        assert.equal(ok, false);
        assert.equal(outcomes().at(-1), 'folders failed');
    });

    it('says where nobody listens', async () => {
        peer = await startImapPeer({});
        const { port } = peer;
        await peer.stop();
        peer = undefined;
        const { steps, report, outcomes } = collectSteps();
        await probeImap(settings(port), report, new AbortController().signal, PATIENT);
        assert.deepEqual(outcomes(), ['look-up skipped', 'connect failed']);
        assert.equal(steps.at(-1)?.error?.code, 'CONNECTION_REFUSED');
    });

    it('says when a host name leads nowhere', async () => {
        const { steps, report } = collectSteps();
        const wrong = settings(993);
        const server = { ...wrong.server, host: 'no..host' };
        await probeImap({ ...wrong, server }, report, new AbortController().signal, PATIENT);
        assert.deepEqual(
            steps.map(({ step, error }) => [step, error?.code]),
            [['look-up', 'HOST_UNKNOWN']]
        );
    });

    it('warns of a server that allows reading only, unless flows may do no more', async () => {
        const readOnly = { mailbox: { readOnly: true } };
        assert.ok((await probe(readOnly)).outcomes().includes('inbox warning'));
        await peer?.stop();
        const { outcomes } = await probe(readOnly, ['read']);
        assert.ok(outcomes().includes('inbox passed'));
        assert.equal(
            peer?.commands.some(({ name }) => name === 'SELECT'),
            false
        );
    });

    it('warns of a server on which nothing can be moved or deleted safely', async () => {
        const { steps } = await probe({ capabilities: ['IMAP4rev1', 'IDLE'] });
        assert.equal(steps.find(({ step }) => step === 'capabilities')?.note, 'no-move');
    });

    it('tells the rights that the server grants, and passes when it does not say', async () => {
        const capabilities = ['IMAP4rev1', 'ACL', 'UIDPLUS', 'MOVE'];
        const told = await probe({
            capabilities,
            handlers: {
                MYRIGHTS(command, session) {
                    session.untagged('MYRIGHTS INBOX lrs');
                    session.ok(command);
                }
            }
        });
        assert.deepEqual(told.steps.at(-1)?.values, { rights: 'lrs' });
        await peer?.stop();
        const refused = await probe({
            capabilities,
            handlers: { MYRIGHTS: (command, session) => session.no(command, 'not for you') }
        });
        assert.equal(refused.ok, true);
        assert.equal(refused.outcomes().at(-1), 'acl skipped');
    });

    it('leaves no connection behind when nobody waits any more', async () => {
        const stop = new AbortController();
        peer = await startImapPeer({ handlers: { LIST: () => stop.abort() } });
        const { report } = collectSteps();
        const { ok } = await probeImap(settings(peer.port), report, stop.signal, PATIENT);
        assert.equal(ok, false);
        await peer.waitForOpenSessions(0);
    });
});
