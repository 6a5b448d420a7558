import assert from 'node:assert/strict';
import type { ImapConnection } from '../../../src/imap/connection';
import {
    explainMissingFolder,
    findSpecialFolder,
    intoFolder,
    nearMatches,
    specialUseOf
} from '../../../src/imap/folders';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';

interface ListedFolder {
    path: string;
    specialUse?: string;
    flags?: string[];
}

function connectionWith(list: ListedFolder[] | Error): { connection: ImapConnection; lists: () => number } {
    let lists = 0;
    const connection = {
        account: 'Shop mail',
        usable: true,
        command: async () => {
            lists++;
            if (list instanceof Error) {
                throw list;
            }
            return list.map(folder => ({ ...folder, flags: new Set(folder.flags) }));
        }
    };
    return { connection: connection as unknown as ImapConnection, lists: () => lists };
}

function selectError(code: MailErrorCode = MailErrorCode.ServerRefused): MailError {
    return new MailError({
        code,
        kind: 'permanent',
        step: 'select',
        account: 'Shop mail',
        problem: 'x',
        response: 'no such mailbox'
    });
}

describe('specialUseOf', () => {
    it('knows the flags of special folders in any case, and takes everything else for a name', () => {
        assert.deepEqual(['\\Sent', '\\TRASH', '\\drafts', '\\Junk', '\\Archive'].map(specialUseOf), [
            'sent',
            'trash',
            'drafts',
            'junk',
            'archive'
        ]);
        assert.deepEqual(['Sent', '\\All', '', 'a\\Sent', '\\Sent/x'].map(specialUseOf), [
            null,
            null,
            null,
            null,
            null
        ]);
    });
});

describe('a command into a folder', () => {
    const missing = new MailError({ code: 'FOLDER_MISSING', kind: 'configuration', step: 'move', problem: 'x' });

    function server(): { connection: ImapConnection; steps: string[] } {
        const steps: string[] = [];
        const connection = {
            account: 'Shop mail',
            usable: true,
            error: (error: unknown) => error,
            command: async (step: string) => {
                steps.push(step);
                return step === 'list' ? [{ path: 'Answers', flags: new Set() }] : { path: 'x', created: true };
            }
        };
        return { connection: connection as unknown as ImapConnection, steps };
    }

    function failing(times: number, error: Error): () => Promise<string> {
        let left = times;
        return async () => {
            if (left-- > 0) {
                throw error;
            }
            return 'done';
        };
    }

    it('runs once when the folder is there', async () => {
        const { connection, steps } = server();
        assert.equal(await intoFolder(connection, 'Answers', true, failing(0, missing)), 'done');
        assert.deepEqual(steps, []);
    });

    it('makes the folder that is missing and runs again', async () => {
        const { connection, steps } = server();
        assert.equal(await intoFolder(connection, 'Answer', true, failing(1, missing)), 'done');
        assert.deepEqual(steps, ['list', 'create']);
    });

    it('names similar folders and keeps the step when it may not make one', async () => {
        const { connection, steps } = server();
        await assert.rejects(intoFolder(connection, 'Answer', false, failing(1, missing)), {
            code: 'FOLDER_MISSING',
            step: 'move',
            message: /Similar: "Answers"/
        });
        assert.deepEqual(steps, ['list']);
    });

    it('makes no folder for any other failure', async () => {
        for (const code of ['MAIL_GONE', 'CONNECTION_LOST', 'SERVER_REFUSED'] as const) {
            const { connection, steps } = server();
            const error = new MailError({ code, kind: 'permanent', step: 'move', problem: 'x' });
            await assert.rejects(intoFolder(connection, 'Answers', true, failing(2, error)), { code });
            assert.ok(!steps.includes('create'));
        }
    });

    it('does not try a third time', async () => {
        const { connection, steps } = server();
        await assert.rejects(intoFolder(connection, 'Answer', true, failing(2, missing)), { code: 'FOLDER_MISSING' });
        assert.deepEqual(steps, ['list', 'create']);
    });
});

describe('nearMatches', () => {
    const folders = ['INBOX', 'Sent', 'Archive/Inquiries', 'Archive/2026', 'Drafts', 'Inquiries done'];

    it('finds a folder in spite of a typing mistake', () => {
        assert.equal(nearMatches('Archiv/Inquires', folders)[0], 'Archive/Inquiries');
    });

    it('finds a folder written in other capitals', () => assert.deepEqual(nearMatches('inbox', folders), ['INBOX']));

    it('finds a folder that lies elsewhere', () => {
        assert.equal(nearMatches('Inquiries', folders)[0], 'Archive/Inquiries');
    });

    it('finds a folder whose name is longer', () => {
        assert.deepEqual(nearMatches('Inquiries', folders), ['Archive/Inquiries', 'Inquiries done']);
    });

    it('suggests nothing when nothing is alike', () => assert.deepEqual(nearMatches('Zeppelin', folders), []));

    it('suggests three at most, best first', () => {
        const many = ['Shop 10', 'Shop 1', 'Shop 2', 'Shop 3', 'Shop'];
        assert.deepEqual(nearMatches('Shop', many).length, 3);
        assert.equal(nearMatches('Shop', many)[0], 'Shop');
    });

    it('treats dots and backslashes as separators too', () => {
        assert.deepEqual(nearMatches('INBOX.Ordrs', ['INBOX.Orders']), ['INBOX.Orders']);
        assert.deepEqual(nearMatches('Ordrs', ['INBOX\\Orders']), ['INBOX\\Orders']);
    });

    it('copes with a name of a megabyte', () => {
        const giant = 'x'.repeat(1_000_000);
        assert.deepEqual(nearMatches(giant, [giant, 'INBOX']), [giant]);
    });

    // every name contains the empty last part of "Orders/"
    it('suggests nothing for a name that ends in a separator', () => {
        assert.deepEqual(nearMatches('Zeppelin/', folders), []);
    });
});

describe('findSpecialFolder', () => {
    it('takes the folder that the account names, without asking the server', async () => {
        const { connection, lists } = connectionWith([]);
        assert.equal(await findSpecialFolder(connection, 'trash', { trash: 'Bin' }), 'Bin');
        assert.equal(lists(), 0);
    });

    for (const [use, flag] of [
        ['sent', '\\Sent'],
        ['trash', '\\Trash'],
        ['drafts', '\\Drafts'],
        ['junk', '\\Junk'],
        ['archive', '\\Archive']
    ] as const) {
        it(`finds the ${use} folder by its special use`, async () => {
            const { connection } = connectionWith([{ path: 'INBOX' }, { path: 'Other', specialUse: flag }]);
            assert.equal(await findSpecialFolder(connection, use, {}), 'Other');
        });
    }

    it('says which folder is missing and where to name it', async () => {
        const { connection } = connectionWith([{ path: 'INBOX', specialUse: '\\Inbox' }]);
        await assert.rejects(findSpecialFolder(connection, 'trash', { sent: 'Sent' }), {
            code: 'FOLDER_MISSING',
            kind: 'configuration',
            message: 'Shop mail: list failed: no trash folder was found. Name it under "trash" in the account.'
        });
    });
});

describe('explainMissingFolder', () => {
    const listed: ListedFolder[] = [
        { path: 'INBOX' },
        { path: 'Archive', flags: ['\\Noselect'] },
        { path: 'Old', flags: ['\\NonExistent'] },
        { path: 'Orders' }
    ];

    it('names similar folders that can be selected', async () => {
        const explained = await explainMissingFolder(connectionWith(listed).connection, 'Order', selectError());
        assert.equal(explained.code, 'FOLDER_MISSING');
        assert.equal(explained.kind, 'configuration');
        assert.equal(explained.response, 'no such mailbox');
        assert.match(explained.message, /the folder "Order" does not exist\..* Similar: "Orders"\. Check/);
    });

    it('suggests no folder that cannot be selected', async () => {
        const explained = await explainMissingFolder(connectionWith(listed).connection, 'Archiv', selectError());
        assert.equal(explained.code, 'FOLDER_MISSING');
        assert.doesNotMatch(explained.message, /Similar/);
    });

    for (const path of ['Archive', 'Old']) {
        it(`says that "${path}" holds no mail`, async () => {
            const explained = await explainMissingFolder(connectionWith(listed).connection, path, selectError());
            assert.equal(explained.code, 'FOLDER_NOT_SELECTABLE');
            assert.equal(explained.response, 'no such mailbox');
        });
    }

    it('leaves the refusal of a folder that exists as it is', async () => {
        const error = selectError();
        assert.equal(await explainMissingFolder(connectionWith(listed).connection, 'Orders', error), error);
    });

    it('does not ask after a lost connection', async () => {
        const { connection, lists } = connectionWith(listed);
        const error = selectError(MailErrorCode.ConnectionLost);
        assert.equal(await explainMissingFolder(connection, 'Order', error), error);
        assert.equal(lists(), 0);
    });

    it('does not ask over a connection that is closed', async () => {
        const { connection, lists } = connectionWith(listed);
        const error = selectError();
        assert.equal(await explainMissingFolder(Object.assign(connection, { usable: false }), 'Order', error), error);
        assert.equal(lists(), 0);
    });

    it('keeps the first reason when the list fails too', async () => {
        const error = selectError();
        const { connection } = connectionWith(new Error('gone'));
        assert.equal(await explainMissingFolder(connection, 'Order', error), error);
    });
});
