import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ImapAccount, type ImapAccountSettings } from '../../../src/account/imap-account';
import { RIGHTS, type Right } from '../../../src/account/rights';
import type { ImapConnection } from '../../../src/imap/connection';
import { MailError } from '../../../src/message/mail-error';
import { startImapPeer, type ImapPeer, type PeerHandler, type PeerOptions } from '../../support/imap-peer';
import { serverAt } from '../../support/peer-server';

const HOUR_MS = 60 * 60_000;

describe('ImapAccount', () => {
    let peer: ImapPeer;
    let account: ImapAccount;
    let watches: ImapConnection[];

    beforeEach(() => (watches = []));

    afterEach(async () => {
        mock.timers.reset();
        await account.close();
        await Promise.all(watches.map(connection => connection.close()));
        await peer.stop();
    });

    async function start(options: PeerOptions = {}, settings: Partial<ImapAccountSettings> = {}): Promise<void> {
        peer = await startImapPeer(options);
        account = new ImapAccount(
            'account1',
            {
                server: serverAt(peer),
                rights: new Set(RIGHTS),
                connections: 3,
                ...settings
            },
            { connectMs: 5000, greetingMs: 5000, socketMs: 5000 }
        );
    }

    async function watch(): Promise<ImapConnection | null> {
        const connection = await account.openWatch();
        if (connection) {
            watches.push(connection);
        }
        return connection;
    }

    function logins(): number {
        return peer.commands.filter(command => command.name === 'LOGIN').length;
    }

    function act(right: Right = 'flag', folder = 'INBOX'): Promise<string> {
        return account.act(right, folder, async opened => `${opened.path} ${opened.readOnly}`);
    }

    const reject: PeerHandler = (command, session) => session.no(command, '[AUTHENTICATIONFAILED] wrong password');

    describe('with rejected credentials', () => {
        it('does not try again, whoever asks', async () => {
            await start({ handlers: { LOGIN: reject } });
            await assert.rejects(act(), { code: 'CREDENTIALS_REJECTED', account: 'Shop mail' });
            await assert.rejects(act(), { code: 'CREDENTIALS_REJECTED' });
            await assert.rejects(watch(), { code: 'CREDENTIALS_REJECTED' });
            await assert.rejects(account.specialFolder('trash'), { code: 'CREDENTIALS_REJECTED' });
            assert.equal(peer.sessions.length, 1);
        });

        it('tries again after an hour', async () => {
            await start({ handlers: { LOGIN: reject } });
            mock.timers.enable({ apis: ['Date'], now: Date.now() });
            await assert.rejects(act(), { code: 'CREDENTIALS_REJECTED' });
            delete peer.handlers['LOGIN'];
            mock.timers.tick(HOUR_MS - 1);
            await assert.rejects(act(), { code: 'CREDENTIALS_REJECTED' });
            mock.timers.tick(1);
            assert.equal(await act(), 'INBOX false');
            assert.equal(logins(), 2);
        });

        // Five watched folders began with five logins at once, and five rejections can lock an account
        it('is rejected once when many connections are wanted at the same time', async () => {
            await start({ handlers: { LOGIN: reject } }, { connections: 10 });
            const attempts = [watch(), watch(), watch(), act(), watch()];
            const outcomes = await Promise.allSettled(attempts);
            assert.deepEqual(
                outcomes.map(outcome => (outcome as PromiseRejectedResult).reason.code),
                outcomes.map(() => 'CREDENTIALS_REJECTED')
            );
            assert.equal(logins(), 1);
        });

        it('does not keep others waiting when the first connection is refused for another reason', async () => {
            let refusals = 0;
            await start({
                handlers: {
                    LOGIN: (command, session, fallback) =>
                        refusals++ === 0 ? session.no(command, '[UNAVAILABLE] in a minute') : fallback()
                }
            });
            const [first, second] = await Promise.allSettled([watch(), watch()]);
            assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled']);
        });

        it('does not take trouble of the server for a wrong password', async () => {
            await start({ handlers: { LOGIN: (command, session) => session.no(command, '[UNAVAILABLE] later') } });
            await assert.rejects(act(), { code: 'SERVER_REFUSED', kind: 'temporary' });
            delete peer.handlers['LOGIN'];
            assert.equal(await act(), 'INBOX false');
        });
    });

    describe('with a limit of connections', () => {
        it('leaves one for the shared line', async () => {
            await start({}, { connections: 3 });
            assert.ok(await watch());
            assert.ok(await watch());
            assert.equal(await watch(), null);
            assert.equal(await act(), 'INBOX false');
            assert.equal(peer.openSessions.length, 3);
        });

        it('counts connections that are being made', async () => {
            await start({}, { connections: 2 });
            const opened = await Promise.all([watch(), watch()]);
            assert.equal(opened.filter(Boolean).length, 1);
        });

        it('gives no watch of its own when there is one connection', async () => {
            await start({}, { connections: 1 });
            assert.equal(await watch(), null);
            assert.equal(peer.sessions.length, 0);
        });

        it('gives a place back when a watch ends, by itself or by the server', async () => {
            await start({}, { connections: 2 });
            for (const end of [() => watches.at(-1)?.close(), () => peer.sessions.at(-1)?.reset()]) {
                const connection = await watch();
                assert.ok(connection);
                await end();
                await connection.closed;
            }
            assert.ok(await watch());
        });

        it('gives a place back when a connection cannot be made', async () => {
            await start(
                { handlers: { LOGIN: (command, session) => session.no(command, '[UNAVAILABLE] x') } },
                { connections: 2 }
            );
            await assert.rejects(watch());
            delete peer.handlers['LOGIN'];
            assert.ok(await watch());
        });

        it('lets a folder be polled when the server itself allows no more', async () => {
            await start({
                handlers: {
                    LOGIN: (command, session) => session.no(command, '[ALERT] Too many simultaneous connections.')
                }
            });
            assert.equal(await watch(), null);
        });
    });

    describe('with rights', () => {
        it('refuses what is not allowed before a byte is sent', async () => {
            await start({}, { rights: new Set<Right>(['read', 'flag']) });
            await assert.rejects(act('delete'), { code: 'RIGHT_MISSING', account: 'Shop mail' });
            assert.throws(() => account.require('move'), { code: 'RIGHT_MISSING' });
            assert.equal(peer.sessions.length, 0);
        });

        it('opens a folder for writing only when something is to be changed', async () => {
            await start();
            assert.equal(await act('read'), 'INBOX true');
            assert.equal(await act('move'), 'INBOX false');
        });
    });

    describe('after a lost connection', () => {
        for (const [right, repeats] of [
            ['read', true],
            ['flag', true],
            ['move', false],
            ['delete', false],
            ['append', false]
        ] as const) {
            it(`${repeats ? 'repeats' : 'does not repeat'} an action with the right "${right}"`, async () => {
                await start();
                let runs = 0;
                const action = account.act(right, 'INBOX', async folder => {
                    runs++;
                    if (runs === 1) {
                        peer.sessions[0]?.reset();
                    }
                    return folder.connection.command('list', client => client.list());
                });
                await (repeats ? action : assert.rejects(action, { code: 'CONNECTION_LOST' }));
                assert.equal(runs, repeats ? 2 : 1);
            });
        }
    });

    it('looks again for a mail that the selected folder does not show yet, once', async () => {
        await start();
        await act('read');
        const selections = (): number => peer.commands.filter(({ name }) => name === 'EXAMINE').length;
        const before = selections();
        const gone = new MailError({ code: 'MAIL_GONE', kind: 'permanent', step: 'fetch', problem: 'x' });
        let runs = 0;
        const found = await account.act('read', 'INBOX', async () => {
            if (++runs === 1) {
                throw gone;
            }
            return 'found';
        });
        assert.deepEqual([found, runs, selections() - before], ['found', 2, 1]);
        await assert.rejects(
            account.act('read', 'INBOX', () => Promise.reject(gone)),
            { code: 'MAIL_GONE' }
        );
    });

    describe('with users', () => {
        it('closes the shared line behind the last one', async () => {
            await start();
            account.register('node1');
            account.register('node2');
            await act();
            await account.deregister('node1');
            assert.equal(peer.openSessions.length, 1);
            await account.deregister('node2');
            await peer.waitForOpenSessions(0);
            assert.ok(peer.commands.some(command => command.name === 'LOGOUT'));
        });

        it('counts a user once, however often it registers', async () => {
            await start();
            account.register('node1');
            account.register('node1');
            await act();
            await account.deregister('node1');
            await peer.waitForOpenSessions(0);
        });

        it('can be used again after it was closed', async () => {
            await start();
            await act();
            await account.close();
            assert.equal(await act(), 'INBOX false');
        });
    });

    it('finds special folders, those that the account names first', async () => {
        await start();
        assert.equal(await account.specialFolder('trash'), 'Trash');
        await assert.rejects(account.specialFolder('archive'), { code: 'FOLDER_MISSING' });
    });

    it('is known by its name', async () => {
        await start();
        assert.deepEqual([account.id, account.label], ['account1', 'Shop mail']);
    });
});
