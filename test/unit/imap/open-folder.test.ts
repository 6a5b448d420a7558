import assert from 'node:assert/strict';
import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow';
import { Readable } from 'node:stream';
import type { ImapConnection } from '../../../src/imap/connection';
import { flagsOf, goneError, OpenFolder, toDate } from '../../../src/imap/open-folder';
import { MailError } from '../../../src/message/mail-error';

type Client = { [Name in keyof ImapFlow]?: unknown };

/** A connection whose client does what the test says; remembers the steps and what was asked. */
function connectionOf(client: Client): { connection: ImapConnection; steps: string[] } {
    const steps: string[] = [];
    const command = async (step: string, run: (client: Client) => unknown): Promise<unknown> => {
        steps.push(step);
        return run(client);
    };
    const connection = {
        account: 'Shop mail',
        usable: false,
        client,
        literals: { takeHeaders: () => () => undefined },
        error: (error: unknown, step: 'select') =>
            error instanceof MailError
                ? error
                : new MailError({ code: 'SERVER_REFUSED', kind: 'permanent', step, problem: String(error) }),
        command,
        wholeAnswer: command
    };
    return { connection: connection as unknown as ImapConnection, steps };
}

function mailbox(changed: Partial<MailboxObject> = {}): MailboxObject {
    return { path: 'INBOX', uidValidity: 77n, uidNext: 9, exists: 3, ...changed } as MailboxObject;
}

async function folderWith(client: Client, box: Partial<MailboxObject> = {}): Promise<OpenFolder> {
    const { connection } = connectionOf({ mailboxOpen: async () => mailbox(box), ...client });
    return OpenFolder.select(connection, 'INBOX', true);
}

function row(values: Partial<FetchMessageObject>): FetchMessageObject {
    return { seq: 1, uid: 1, ...values };
}

describe('OpenFolder', () => {
    describe('when it is selected', () => {
        it('knows its path and numbers as JSON can hold them', async () => {
            const folder = await folderWith({}, { readOnly: true });
            assert.deepEqual(
                [folder.path, folder.uidValidity, folder.uidNext, folder.readOnly, folder.exists],
                ['INBOX', '77', 9, true, 3]
            );
        });

        it('copes with a server that tells no UIDVALIDITY and no UIDNEXT', async () => {
            const box = { uidValidity: undefined, uidNext: undefined } as unknown as Partial<MailboxObject>;
            const folder = await folderWith({}, box);
            assert.deepEqual([folder.uidValidity, folder.uidNext, folder.readOnly], ['0', 0, false]);
        });

        for (const readOnly of [true, false]) {
            it(`is opened ${readOnly ? 'for reading only' : 'for writing'} as asked`, async () => {
                const asked: unknown[] = [];
                const { connection } = connectionOf({
                    mailboxOpen: async (...args: unknown[]) => {
                        asked.push(args);
                        return mailbox();
                    }
                });
                await OpenFolder.select(connection, 'INBOX', readOnly);
                assert.deepEqual(asked, [['INBOX', { readOnly }]]);
            });
        }

        it('rejects with the reason', async () => {
            const { connection } = connectionOf({ mailboxOpen: () => Promise.reject(new Error('no')) });
            await assert.rejects(OpenFolder.select(connection, 'x', true), { code: 'SERVER_REFUSED', step: 'select' });
        });

        it('follows the number of mails', async () => {
            const box = mailbox();
            const { connection } = connectionOf({ mailboxOpen: async () => box });
            const folder = await OpenFolder.select(connection, 'INBOX', true);
            box.exists = 8;
            assert.equal(folder.exists, 8);
        });
    });

    describe('permits', () => {
        async function permits(permanentFlags: string[] | undefined, flag: string): Promise<boolean> {
            const flags = permanentFlags && new Set(permanentFlags);
            return (await folderWith({}, { permanentFlags: flags } as Partial<MailboxObject>)).permits(flag);
        }

        it('what the folder names, in any spelling', async () => {
            assert.equal(await permits(['\\Seen', 'Done'], '\\SEEN'), true);
            assert.equal(await permits(['\\Seen', 'Done'], 'done'), true);
        });

        it('not what it does not name', async () => assert.equal(await permits(['\\Seen'], 'Done'), false));

        it('nothing where the folder keeps nothing', async () => assert.equal(await permits([], '\\Seen'), false));

        it('everything with \\*', async () => assert.equal(await permits(['\\Seen', '\\*'], 'Done'), true));

        // RFC 9051 section 7.1: without PERMANENTFLAGS all flags can be changed
        it('everything when the server says nothing', async () => assert.equal(await permits(undefined, 'Done'), true));
    });

    describe('peekFrom', () => {
        it('asks for the From fields of a UID range and leaves out rows without them', async () => {
            const asked: unknown[] = [];
            const folder = await folderWith({
                fetch: async function* (...args: unknown[]) {
                    asked.push(args);
                    yield row({ uid: 3, headers: Buffer.from('From: a\r\n\r\n') });
                    yield row({ uid: 4, flags: new Set(['\\Seen']) });
                }
            });
            const seen: unknown[] = [];
            await folder.peekFrom('1:*', (uid, block) => seen.push([uid, block.toString()]));
            assert.deepEqual(seen, [[3, 'From: a\r\n\r\n']]);
            assert.deepEqual(asked, [['1:*', { uid: true, headers: ['from'] }, { uid: true }]]);
        });
    });

    describe('search', () => {
        it('gives UIDs in ascending order', async () => {
            const folder = await folderWith({ search: async () => [9, 1, 10] });
            assert.deepEqual(await folder.search({ seen: false }), [1, 9, 10]);
        });

        it('asks for UIDs and not for sequence numbers', async () => {
            let options: unknown;
            const folder = await folderWith({
                search: async (_query: unknown, given: unknown) => {
                    options = given;
                    return [];
                }
            });
            await folder.search({ seen: false });
            assert.deepEqual(options, { uid: true });
        });
    });

    describe('bySequence', () => {
        it('finds UID and arrival', async () => {
            const receivedAt = new Date('2026-11-24T01:02:03Z');
            const folder = await folderWith({
                fetchAll: async () => [row({ seq: 2, uid: 40, internalDate: receivedAt })]
            });
            assert.deepEqual(await folder.bySequence(2), { uid: 40, receivedAt });
        });

        it('ignores rows of other mails, which a server may slip in', async () => {
            const folder = await folderWith({ fetchAll: async () => [row({ seq: 1, uid: 39 })] });
            assert.equal(await folder.bySequence(2), null);
        });

        it('gives no arrival when the server has none', async () => {
            const folder = await folderWith({ fetchAll: async () => [row({ seq: 2, uid: 40 })] });
            assert.deepEqual(await folder.bySequence(2), { uid: 40, receivedAt: null });
        });
    });

    describe('fetching rows', () => {
        it('asks by UID, 500 mails per command', async () => {
            const asked: string[] = [];
            const folder = await folderWith({
                fetchAll: async (set: string, _query: unknown, options: unknown) => {
                    asked.push(set);
                    assert.deepEqual(options, { uid: true });
                    return [];
                }
            });
            await folder.meta(Array.from({ length: 1200 }, (_unused, index) => index * 2 + 1));
            assert.deepEqual(
                asked.map(set => set.split(',').length),
                [500, 500, 200]
            );
        });

        it('sends nothing for no mails', async () => {
            const folder = await folderWith({ fetchAll: () => Promise.reject(new Error('was asked')) });
            assert.equal((await folder.meta([])).size, 0);
        });

        it('takes no unsolicited flag change for an answer', async () => {
            const flags = new Set(['\\Seen']);
            const folder = await folderWith({ fetchAll: async () => [row({ uid: 3, flags })] });
            assert.equal((await folder.meta([3])).size, 0);
            assert.equal((await folder.headers([3])).size, 0);
            assert.equal((await folder.sources([3])).size, 0);
        });

        it('gives headers and sources by UID', async () => {
            const [headers, source] = [Buffer.from('A: b\r\n\r\n'), Buffer.from('A: b\r\n\r\nc')];
            const folder = await folderWith({ fetchAll: async () => [row({ uid: 3, headers, source, size: 9 })] });
            assert.equal((await folder.headers([3])).get(3), headers);
            assert.equal((await folder.sources([3])).get(3), source);
            assert.equal((await folder.meta([3])).get(3)?.size, 9);
        });
    });

    describe('download', () => {
        it('gives the stream', async () => {
            const content = Readable.from([Buffer.from('x')]);
            const folder = await folderWith({ download: async () => ({ meta: {}, content }) });
            assert.equal(await folder.download(3), content);
            content.destroy();
        });

        it('says that the mail is gone when there is nothing to read', async () => {
            const folder = await folderWith({ download: async () => ({}) });
            await assert.rejects(folder.download(3), { code: 'MAIL_GONE' });
        });
    });
});

describe('flagsOf', () => {
    it('lists flags and keywords as they are on the server', () => {
        assert.deepEqual(flagsOf(row({ flags: new Set(['\\Seen', 'Done']) })), ['\\Seen', 'Done']);
    });

    it('leaves out what says nothing of the mail', () => {
        assert.deepEqual(flagsOf(row({ flags: new Set(['\\Recent', '\\Seen']) })), ['\\Seen']);
    });

    it('is empty for a row without flags', () => assert.deepEqual(flagsOf(row({})), []));
});

describe('toDate', () => {
    it('keeps a date', () => assert.equal(toDate(new Date(5))?.getTime(), 5));
    it('reads text', () => assert.equal(toDate('2026-11-24T01:02:03Z')?.toISOString(), '2026-11-24T01:02:03.000Z'));
    for (const value of [undefined, '', 'yesterday', new Date(NaN)]) {
        it(`gives null for ${String(value) || 'nothing'}`, () => assert.equal(toDate(value), null));
    }
});

describe('goneError', () => {
    it('names the mail and the folder', () => {
        const error = goneError('Shop mail', 'Orders', 7);
        assert.deepEqual([error.code, error.kind, error.account], ['MAIL_GONE', 'permanent', 'Shop mail']);
        assert.match(error.message, /UID 7 is no longer in "Orders"/);
    });
});
