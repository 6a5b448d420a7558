import assert from 'node:assert/strict';
import { changeFlags, checkValidity, copyMail, deleteMail, moveMail, parseFlag } from '../../../src/imap/actions';
import { ImapConnection } from '../../../src/imap/connection';
import { OpenFolder } from '../../../src/imap/open-folder';
import type { MailErrorCode } from '../../../src/message/mail-error';
import { startImapPeer, type ImapPeer, type PeerCommand, type PeerOptions } from '../../support/imap-peer';
import { serverAt } from '../../support/peer-server';

/** Rejections carry these. */
interface Expected {
    code: MailErrorCode;
    message?: RegExp;
}

describe('parseFlag', () => {
    for (const [text, flag] of [
        ['\\Seen', '\\Seen'],
        ['\\FLAGGED', '\\Flagged'],
        ['\\answered', '\\Answered'],
        ['\\deleted', '\\Deleted'],
        ['\\draft', '\\Draft'],
        ['$Forwarded', '$Forwarded'],
        ['Seen', 'Seen']
    ] as const) {
        it(`reads ${text} as ${flag}`, () => assert.equal(parseFlag(text), flag));
    }

    for (const text of ['\\Recent', '\\Important', '', 'two words', 'a)b', 'ä', 'x\r\ny']) {
        it(`refuses ${JSON.stringify(text)}`, () =>
            assert.throws(() => parseFlag(text), { code: 'INVALID_PROPERTY', kind: 'configuration' }));
    }
});

describe('an action on a mail', () => {
    let peer: ImapPeer;
    let connection: ImapConnection;
    /** The mails on the server: their flags by UID. */
    let mails: Map<number, string[]>;

    beforeEach(() => (mails = new Map([[5, ['\\Flagged', 'Imported']]])));

    afterEach(async () => {
        await connection.close();
        await peer.stop();
    });

    const handlers: NonNullable<PeerOptions['handlers']> = {
        'UID FETCH': (command, session) => {
            const uid = uidOf(command);
            const flags = mails.get(uid);
            if (flags) {
                session.untagged(
                    `1 FETCH (UID ${uid} FLAGS (${flags.join(' ')}) RFC822.SIZE 10 INTERNALDATE "24-Nov-2026 01:02:03 +0000")`
                );
            }
            session.ok(command);
        },
        'UID STORE': (command, session) => {
            const [, sign, list = ''] = /([+-])FLAGS(?:\.SILENT)? \((.*)\)/.exec(command.args) ?? [];
            const named = list.split(' ');
            const flags = mails.get(uidOf(command)) ?? [];
            const others = flags.filter(flag => !named.includes(flag));
            mails.set(uidOf(command), sign === '+' ? [...others, ...named] : others);
            session.ok(command);
        },
        'UID MOVE': (command, session) => {
            mails.delete(uidOf(command));
            session.untagged('1 EXPUNGE');
            session.ok(command);
        },
        'UID EXPUNGE': (command, session) => {
            mails.delete(uidOf(command));
            session.untagged('1 EXPUNGE');
            session.ok(command);
        }
    };

    async function open(options: PeerOptions = {}, readOnly = false): Promise<OpenFolder> {
        peer = await startImapPeer({
            ...options,
            mailbox: { exists: 1, uidNext: 6, uidValidity: 77, ...options.mailbox },
            handlers: { ...handlers, ...options.handlers }
        });
        connection = await ImapConnection.open(serverAt(peer));
        return OpenFolder.select(connection, 'INBOX', readOnly);
    }

    /** The commands after the selection. */
    function sent(): string[] {
        const names = peer.commands.map(command => command.name);
        return names.slice(names.findLastIndex(name => name === 'SELECT' || name === 'EXAMINE') + 1);
    }

    async function refused(action: Promise<unknown>, expected: Expected): Promise<void> {
        await assert.rejects(action, { ...expected, account: 'Shop mail' });
    }

    describe('changing flags', () => {
        it('adds and removes, leaves other flags alone and returns what is on the server', async () => {
            const folder = await open();
            const flags = await changeFlags(folder, 5, { add: ['\\Seen'], remove: ['Imported'] });
            assert.deepEqual(flags, ['\\Flagged', '\\Seen']);
            assert.deepEqual(mails.get(5), ['\\Flagged', '\\Seen']);
            assert.deepEqual(sent(), ['UID FETCH', 'UID STORE', 'UID STORE', 'UID FETCH']);
        });

        it('sends no STORE when nothing has to change', async () => {
            const folder = await open();
            const flags = await changeFlags(folder, 5, { add: ['\\Flagged', 'imported'], remove: ['\\Seen'] });
            assert.deepEqual(flags, ['\\Flagged', 'Imported']);
            assert.deepEqual(sent(), ['UID FETCH']);
        });

        it('names only the flags that have to change', async () => {
            const folder = await open();
            await changeFlags(folder, 5, { add: ['\\Flagged', '\\Seen'], remove: [] });
            assert.match((await peer.waitForCommand('UID STORE')).args, /^5 \+FLAGS(\.SILENT)? \(\\Seen\)$/);
        });

        it('says that the mail is gone', async () => {
            const folder = await open();
            mails.clear();
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), { code: 'MAIL_GONE' });
            assert.deepEqual(sent(), ['UID FETCH']);
        });

        it('says that the mail went while it was changed, which the server answers with OK', async () => {
            const folder = await open({
                handlers: {
                    'UID STORE': (command, session) => {
                        mails.clear();
                        session.ok(command);
                    }
                }
            });
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), { code: 'MAIL_GONE' });
        });

        it('touches nothing in a folder that was opened for reading', async () => {
            const folder = await open({}, true);
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), { code: 'FOLDER_READ_ONLY' });
            assert.deepEqual(sent(), []);
        });

        it('says that the server gave the folder for reading only', async () => {
            const folder = await open({ mailbox: { readOnly: true } });
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), {
                code: 'FOLDER_READ_ONLY',
                message: /"INBOX" for reading only/
            });
        });

        it('does not add a keyword that the folder does not keep', async () => {
            const folder = await open({ mailbox: { permanentFlags: '\\Seen \\Flagged' } });
            await refused(changeFlags(folder, 5, { add: ['\\Seen', 'Done'], remove: [] }), {
                code: 'FLAG_NOT_PERMITTED',
                message: /does not keep "Done" in "INBOX"/
            });
            assert.deepEqual(sent(), []);
        });

        it('adds a flag that the folder keeps although it takes no keywords', async () => {
            const folder = await open({ mailbox: { permanentFlags: '\\Seen \\Flagged' } });
            await changeFlags(folder, 5, { add: ['\\Seen'], remove: [] });
            assert.ok(mails.get(5)?.includes('\\Seen'));
        });

        it('quotes a server that refuses', async () => {
            const folder = await open({
                handlers: { 'UID STORE': (command, session) => session.no(command, '[NOPERM] not your mail') }
            });
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), {
                code: 'SERVER_REFUSED',
                message: /not your mail/
            });
        });

        for (const [what, change] of [
            ['add', { add: ['\\Seen'], remove: [] }],
            ['remove', { add: [], remove: ['\\Flagged'] }]
        ] as const) {
            it(`does not believe an OK behind which nothing changed: ${what}`, async () => {
                const folder = await open({ handlers: { 'UID STORE': (command, session) => session.ok(command) } });
                await refused(changeFlags(folder, 5, change), {
                    code: 'SERVER_REFUSED',
                    message: /accepted the change but the mail has the flags \\Flagged Imported/
                });
            });
        }

        it('does not take a lost connection for a success', async () => {
            const folder = await open({ handlers: { 'UID STORE': (_command, session) => session.end() } });
            await refused(changeFlags(folder, 5, { add: ['\\Seen'], remove: [] }), { code: 'CONNECTION_LOST' });
        });
    });

    describe('copying', () => {
        it('tells the number of the copy, also from a folder that was opened for reading', async () => {
            const folder = await open(
                { handlers: { 'UID COPY': (command, session) => session.ok(command, '[COPYUID 88 5 41] done') } },
                true
            );
            assert.deepEqual(await copyMail(folder, 5, 'Sent'), { uidValidity: '88', uid: 41 });
            assert.deepEqual(sent(), ['UID FETCH', 'UID COPY']);
        });

        it('tells none when the server does not, or names another mail', async () => {
            for (const code of ['', '[COPYUID 88 6 41] ', '[COPYUID x 5 41] ']) {
                const folder = await open({
                    handlers: { 'UID COPY': (command, session) => session.ok(command, `${code}done`) }
                });
                assert.equal(await copyMail(folder, 5, 'Sent'), null);
                await connection.close();
                await peer.stop();
            }
            await open();
        });

        it('is refused with the words of the server', async () => {
            const folder = await open({
                handlers: { 'UID COPY': (command, session) => session.no(command, '[OVERQUOTA] mailbox is full') }
            });
            await refused(copyMail(folder, 5, 'Sent'), {
                code: 'SERVER_REFUSED',
                message: /copy failed.*mailbox is full/
            });
        });

        it('says that the mail is gone, because a COPY of nothing answers OK', async () => {
            const folder = await open();
            mails.clear();
            await refused(copyMail(folder, 5, 'Sent'), { code: 'MAIL_GONE' });
            assert.deepEqual(sent(), ['UID FETCH']);
        });
    });

    describe('moving', () => {
        it('tells the new number where the server does', async () => {
            const folder = await open({
                handlers: {
                    'UID MOVE': (command, session) => {
                        mails.delete(5);
                        session.untagged('OK [COPYUID 88 5 41] moved');
                        session.ok(command);
                    }
                }
            });
            assert.deepEqual(await moveMail(folder, 5, 'Trash'), { uidValidity: '88', uid: 41 });
        });

        it('moves and looks whether the mail is gone', async () => {
            const folder = await open();
            await moveMail(folder, 5, 'Trash');
            assert.match((await peer.waitForCommand('UID MOVE')).args, /^5 "?Trash"?$/);
            assert.deepEqual(sent(), ['UID FETCH', 'UID MOVE', 'UID FETCH']);
        });

        it('is refused without MOVE and UIDPLUS, because the fallback expunges mail of others', async () => {
            const folder = await open({ capabilities: ['IMAP4rev1'] });
            await refused(moveMail(folder, 5, 'Trash'), {
                code: 'SERVER_REFUSED',
                message: /neither MOVE nor UIDPLUS/
            });
            assert.deepEqual(sent(), []);
        });

        it('copies and expunges this one mail where there is UIDPLUS alone', async () => {
            const folder = await open({ capabilities: ['IMAP4rev1', 'UIDPLUS'] });
            await moveMail(folder, 5, 'Trash');
            assert.ok(sent().includes('UID COPY'));
            assert.match((await peer.waitForCommand('UID EXPUNGE')).args, /^5$/);
            assert.ok(!sent().includes('EXPUNGE'));
        });

        it('leaves the mail where it is when the copy is refused', async () => {
            const folder = await open({
                capabilities: ['IMAP4rev1', 'UIDPLUS'],
                handlers: { 'UID COPY': (command, session) => session.no(command, '[OVERQUOTA] full') }
            });
            await refused(moveMail(folder, 5, 'Trash'), { code: 'SERVER_REFUSED', message: /full/ });
            assert.deepEqual(mails.get(5), ['\\Flagged', 'Imported']);
        });

        it('says that the target is missing', async () => {
            const folder = await open({
                handlers: { 'UID MOVE': (command, session) => session.no(command, '[TRYCREATE] no such mailbox') }
            });
            await refused(moveMail(folder, 5, 'Nowhere'), { code: 'FOLDER_MISSING', message: /no such mailbox/ });
        });

        it('says that the mail is gone', async () => {
            const folder = await open();
            mails.clear();
            await refused(moveMail(folder, 5, 'Trash'), { code: 'MAIL_GONE' });
            assert.deepEqual(sent(), ['UID FETCH']);
        });

        it('does not believe an OK when the mail is still there', async () => {
            const folder = await open({ handlers: { 'UID MOVE': (command, session) => session.ok(command) } });
            await refused(moveMail(folder, 5, 'Trash'), { code: 'SERVER_REFUSED', message: /still there/ });
        });

        it('moves nothing out of a folder that was opened for reading', async () => {
            const folder = await open({}, true);
            await refused(moveMail(folder, 5, 'Trash'), { code: 'FOLDER_READ_ONLY' });
        });
    });

    describe('deleting', () => {
        it('deletes this one mail', async () => {
            const folder = await open();
            await deleteMail(folder, 5);
            assert.equal(mails.size, 0);
            assert.match((await peer.waitForCommand('UID EXPUNGE')).args, /^5$/);
            assert.ok(!sent().includes('EXPUNGE'));
        });

        it('is refused without UIDPLUS, because EXPUNGE takes mail of others along', async () => {
            const folder = await open({ capabilities: ['IMAP4rev1', 'MOVE'] });
            await refused(deleteMail(folder, 5), { code: 'SERVER_REFUSED', message: /no UIDPLUS/ });
            assert.deepEqual(sent(), []);
        });

        it('quotes a server that refuses the mark', async () => {
            const folder = await open({
                handlers: { 'UID STORE': (command, session) => session.no(command, '[NOPERM] keep it') }
            });
            await refused(deleteMail(folder, 5), { code: 'SERVER_REFUSED', message: /keep it/ });
            assert.ok(mails.has(5));
        });

        it('does not believe an OK when the mail is still there', async () => {
            const folder = await open({ handlers: { 'UID EXPUNGE': (command, session) => session.ok(command) } });
            await refused(deleteMail(folder, 5), { code: 'SERVER_REFUSED', message: /still there/ });
        });

        it('says that the mail is gone already', async () => {
            const folder = await open();
            mails.clear();
            await refused(deleteMail(folder, 5), { code: 'MAIL_GONE' });
        });

        it('deletes nothing in a folder that was opened for reading', async () => {
            const folder = await open({}, true);
            await refused(deleteMail(folder, 5), { code: 'FOLDER_READ_ONLY' });
        });
    });

    describe('by its reference', () => {
        const ref = { account: 'a', folder: 'INBOX', uidValidity: '77', uid: 5 };

        it('is accepted under the same UIDVALIDITY', async () => checkValidity(await open(), ref));

        it('is refused under another one, because the number may mean another mail', async () => {
            const folder = await open();
            assert.throws(() => checkValidity(folder, { ...ref, uidValidity: '76' }), {
                code: 'MAIL_GONE',
                message: /UIDVALIDITY 77, the mail was read under 76/
            });
        });
    });

    function uidOf(command: PeerCommand): number {
        return Number(/^\d+/.exec(command.args)?.[0]);
    }
});
