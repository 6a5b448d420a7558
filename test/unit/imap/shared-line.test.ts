import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ImapConnection } from '../../../src/imap/connection';
import { SharedLine } from '../../../src/imap/shared-line';
import { MailError, type MailErrorCode } from '../../../src/message/mail-error';

const MINUTE = 60_000;

function mailError(code: MailErrorCode, kind: MailError['kind'] = 'temporary'): MailError {
    return new MailError({ code, kind, step: 'fetch', problem: 'x' });
}

/** A connection that remembers its selections. */
class FakeConnection {
    usable = true;
    closes = 0;
    readonly selected: string[] = [];
    readonly client: { mailbox: object | false; mailboxOpen(path: string, options: object): Promise<object> } = {
        mailbox: false,
        mailboxOpen: async (path, options) => {
            this.selected.push(`${path} ${JSON.stringify(options)}`);
            this.client.mailbox = { path, exists: 0, ...options };
            return this.client.mailbox;
        }
    };

    command(_step: string, run: (client: object) => Promise<unknown>): Promise<unknown> {
        return run(this.client);
    }

    error(error: unknown): unknown {
        return error;
    }

    async close(): Promise<void> {
        this.usable = false;
        this.closes++;
    }
}

function deferred<T = void>(): { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } {
    let resolve: (value: T) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const promise = new Promise<T>((fulfil, refuse) => ([resolve, reject] = [fulfil, refuse]));
    return { promise, resolve, reject };
}

describe('SharedLine', () => {
    let connections: FakeConnection[];
    let line: SharedLine;
    let opening: () => Promise<void>;

    beforeEach(() => {
        connections = [];
        opening = async () => undefined;
        line = new SharedLine('Shop mail', async () => {
            await opening();
            const connection = new FakeConnection();
            connections.push(connection);
            return connection as unknown as ImapConnection;
        });
    });

    afterEach(() => line.close());

    const inbox = { folder: 'INBOX', readOnly: true };

    it('opens a connection only when there is work', async () => {
        assert.equal(connections.length, 0);
        assert.equal(await line.run(inbox, async folder => folder.path), 'INBOX');
        assert.equal(connections.length, 1);
    });

    it('runs one work after the other, in the order of asking', async () => {
        const log: string[] = [];
        const gate = deferred();
        const works = ['a', 'b', 'c'].map(name =>
            line.run(inbox, async () => {
                log.push(`${name} begins`);
                await gate.promise;
                log.push(`${name} ends`);
            })
        );
        gate.resolve();
        await Promise.all(works);
        assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    });

    it('goes on after work that failed', async () => {
        const failed = line.run(inbox, () => Promise.reject(mailError('MAIL_GONE', 'permanent')));
        const next = line.run(inbox, async () => 'next');
        await assert.rejects(failed, { code: 'MAIL_GONE' });
        assert.equal(await next, 'next');
        assert.equal(connections.length, 1);
    });

    describe('selects', () => {
        it('a folder once for works that follow each other', async () => {
            await line.run(inbox, async () => undefined);
            await line.run(inbox, async () => undefined);
            assert.deepEqual(connections[0]?.selected, ['INBOX {"readOnly":true}']);
        });

        it('again for another folder, and for another way of opening it', async () => {
            await line.run(inbox, async () => undefined);
            await line.run({ folder: 'Orders', readOnly: true }, async () => undefined);
            await line.run({ folder: 'Orders', readOnly: false }, async () => undefined);
            assert.equal(connections[0]?.selected.length, 3);
        });

        it('again when a fresh look is wanted', async () => {
            await line.run(inbox, async () => undefined);
            await line.run({ ...inbox, fresh: true }, async () => undefined);
            assert.equal(connections[0]?.selected.length, 2);
        });

        it('again when the server closed the folder', async () => {
            await line.run(inbox, async () => undefined);
            (connections[0] as FakeConnection).client.mailbox = false;
            await line.run(inbox, async () => undefined);
            assert.equal(connections[0]?.selected.length, 2);
        });

        it('again after a selection that failed', async () => {
            await line.run(inbox, async () => undefined);
            const [connection] = connections as [FakeConnection];
            const select = connection.client.mailboxOpen;
            connection.client.mailboxOpen = () => Promise.reject(mailError('FOLDER_MISSING', 'configuration'));
            await assert.rejects(line.run({ folder: 'x', readOnly: true }, async () => undefined));
            connection.client.mailboxOpen = select;
            await line.run(inbox, async () => undefined);
            assert.equal(connection.selected.length, 2);
        });

        it('nothing for work without a folder', async () => {
            await line.enqueue(async () => undefined);
            assert.deepEqual(connections[0]?.selected, []);
        });
    });

    describe('after a lost connection', () => {
        /** Work that loses its connection so many times. */
        function losing(times: number, code: MailErrorCode = 'CONNECTION_LOST'): () => Promise<number> {
            let runs = 0;
            return async () => {
                runs++;
                if (runs <= times) {
                    (connections.at(-1) as FakeConnection).usable = false;
                    throw mailError(code);
                }
                return runs;
            };
        }

        it('repeats work that may be repeated, on a new connection', async () => {
            assert.equal(await line.run({ ...inbox, repeatable: true }, losing(1)), 2);
            assert.equal(connections.length, 2);
            assert.deepEqual(connections[1]?.selected, ['INBOX {"readOnly":true}']);
            assert.equal(connections[0]?.closes, 1);
        });

        it('repeats once and not more', async () => {
            await assert.rejects(line.run({ ...inbox, repeatable: true }, losing(2)), { code: 'CONNECTION_LOST' });
            assert.equal(connections.length, 2);
        });

        it('does not repeat what may have happened already, such as a move', async () => {
            await assert.rejects(line.run(inbox, losing(1)), { code: 'CONNECTION_LOST' });
            assert.equal(connections.length, 1);
        });

        it('does not repeat what the server refused', async () => {
            const refused = losing(1, 'SERVER_REFUSED');
            await assert.rejects(line.run({ ...inbox, repeatable: true }, refused), { code: 'SERVER_REFUSED' });
        });

        it('does not repeat while the connection is well', async () => {
            let runs = 0;
            const work = async (): Promise<void> => {
                runs++;
                throw mailError('TIMED_OUT');
            };
            await assert.rejects(line.run({ ...inbox, repeatable: true }, work), { code: 'TIMED_OUT' });
            assert.equal(runs, 1);
        });

        it('opens a new one for the next work', async () => {
            await line.run(inbox, async () => undefined);
            (connections[0] as FakeConnection).usable = false;
            await line.run(inbox, async () => undefined);
            assert.equal(connections.length, 2);
            assert.deepEqual(connections[1]?.selected.length, 1);
        });

        // A server that refuses connections, or counts logins, was asked twice for every single action
        it('does not repeat a connection that could not be made', async () => {
            let attempts = 0;
            opening = async () => {
                attempts++;
                throw mailError('TOO_MANY_CONNECTIONS');
            };
            await assert.rejects(
                line.run({ ...inbox, repeatable: true }, async () => undefined),
                {
                    code: 'TOO_MANY_CONNECTIONS'
                }
            );
            assert.equal(attempts, 1);
        });
    });

    describe('when it is closed', () => {
        it('refuses what waits and what comes later', async () => {
            const gate = deferred();
            const begun = deferred();
            const running = line.run(inbox, async () => {
                begun.resolve();
                await gate.promise;
            });
            const waiting = assert.rejects(
                line.run(inbox, async () => undefined),
                { code: 'CLOSED', account: 'Shop mail', message: /the account is being closed/ }
            );
            await begun.promise;
            await line.close();
            gate.resolve();
            await running;
            await waiting;
            await assert.rejects(
                line.run(inbox, async () => undefined),
                { code: 'CLOSED' }
            );
            assert.equal(connections.length, 1);
            assert.equal(connections[0]?.closes, 1);
        });

        // a deploy of the account cut the action that followed the last outcome
        it('does what it was asked before when it is given time', async () => {
            const gate = deferred();
            const begun = deferred();
            const running = line.run(inbox, async () => {
                begun.resolve();
                await gate.promise;
                return connections[0]?.usable;
            });
            const waiting = line.run(inbox, async () => 'done');
            await begun.promise;
            const closed = line.close(5_000);
            gate.resolve();
            assert.deepEqual(await Promise.all([running, waiting]), [true, 'done']);
            await closed;
            assert.equal(connections[0]?.closes, 1);
            await assert.rejects(
                line.run(inbox, async () => undefined),
                { code: 'CLOSED' }
            );
        });

        it('waits no longer than that', async () => {
            const gate = deferred();
            const running = line.run(inbox, () => gate.promise);
            await line.close(10);
            assert.equal(connections[0]?.closes, 1);
            gate.resolve();
            await running;
        });

        // The connection arrived after the close, belonged to nobody and stayed open for ever
        it('closes a connection that was just being made', async () => {
            const gate = deferred();
            const begun = deferred();
            opening = () => {
                begun.resolve();
                return gate.promise;
            };
            let ran = false;
            const running = assert.rejects(
                line.run(inbox, async () => {
                    ran = true;
                }),
                { code: 'CLOSED' }
            );
            await begun.promise;
            const closed = line.close();
            gate.resolve();
            await Promise.all([closed, running]);
            assert.equal(ran, false);
            assert.equal(connections[0]?.closes, 1);
        });

        it('does not repeat work on a new connection', async () => {
            const begun = deferred();
            const gate = deferred<never>();
            const running = assert.rejects(
                line.run({ ...inbox, repeatable: true }, () => {
                    begun.resolve();
                    return gate.promise;
                }),
                { code: 'CONNECTION_LOST' }
            );
            await begun.promise;
            await line.close();
            gate.reject(mailError('CONNECTION_LOST'));
            await running;
            assert.equal(connections.length, 1);
        });

        it('may be closed twice, and without ever having been used', async () => {
            await line.close();
            await line.close();
        });
    });

    describe('when nobody uses it', () => {
        beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
        afterEach(() => mock.timers.reset());

        it('closes its connection after a minute', async () => {
            await line.run(inbox, async () => undefined);
            mock.timers.tick(MINUTE - 1);
            assert.equal(connections[0]?.closes, 0);
            mock.timers.tick(1);
            assert.equal(connections[0]?.closes, 1);
        });

        it('counts the minute from the last work', async () => {
            await line.run(inbox, async () => undefined);
            mock.timers.tick(MINUTE - 1);
            await line.run(inbox, async () => undefined);
            mock.timers.tick(MINUTE - 1);
            assert.equal(connections[0]?.closes, 0);
        });

        it('does not close while work takes long', async () => {
            await line.run(inbox, async () => undefined);
            const gate = deferred();
            const begun = deferred();
            const long = line.run(inbox, () => {
                begun.resolve();
                return gate.promise;
            });
            await begun.promise;
            mock.timers.tick(10 * MINUTE);
            assert.equal(connections[0]?.closes, 0);
            gate.resolve();
            await long;
        });

        it('opens another one when there is work again', async () => {
            await line.run(inbox, async () => undefined);
            mock.timers.tick(MINUTE);
            assert.equal(await line.run(inbox, async () => 'again'), 'again');
            assert.equal(connections.length, 2);
        });

        it('closes after failed work too', async () => {
            await assert.rejects(line.run(inbox, () => Promise.reject(mailError('MAIL_GONE', 'permanent'))));
            mock.timers.tick(MINUTE);
            assert.equal(connections[0]?.closes, 1);
        });
    });

    it('refuses more than 10,000 waiting actions instead of eating memory', async () => {
        const gate = deferred();
        const works = Array.from({ length: 10_000 }, () => line.enqueue(() => gate.promise));
        await assert.rejects(
            line.enqueue(async () => undefined),
            { code: 'CLOSED', message: /more than 10000 actions are waiting/ }
        );
        gate.resolve();
        await Promise.all(works);
        await line.enqueue(async () => undefined);
    });
});
