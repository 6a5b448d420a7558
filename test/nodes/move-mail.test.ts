import assert from 'node:assert/strict';
import markUnseen = require('../../nodes/mark-unseen');
import moveMail = require('../../nodes/move-mail');
import type { MailMessage, MailRef } from '../../src/message/types';
import type { EmbeddedImap } from '../support/embedded-imap';
import { ImapNodeSuite } from '../support/imap-node-suite';
import { buildMail } from '../support/mail-builder';

const ID = '<one@example.com>';
/** Without UIDPLUS a server tells no number after a move. */
const WITHOUT_UIDPLUS = ['ID', 'SASL-IR', 'AUTH-PLAIN', 'NAMESPACE', 'SPECIAL-USE', 'MOVE'];

describe('move-mail', () => {
    const suite = ImapNodeSuite.use({ type: 'move-mail' }, moveMail, markUnseen);
    const UNSEEN = [{ id: 'unseen', type: 'mark-unseen' }];

    /** The node on a server with one mail, and the message of that mail. */
    async function onServer(
        properties: object,
        plugins: string[],
        behind: typeof UNSEEN = []
    ): Promise<{ imap: EmbeddedImap; msg: { mail: { ref: MailRef; messageId: string } } }> {
        const imap = await suite.embedded({ plugins });
        const uid = imap.appendMessage('INBOX', buildMail({ messageId: ID }), ['\\Seen']);
        await suite.start(imap, properties, { behind });
        const uidValidity = String(imap.mailbox('INBOX').uidvalidity);
        const ref = { account: 'account', folder: 'INBOX', uidValidity, uid };
        return { imap, msg: { mail: { ref, messageId: ID } } };
    }

    it('finds the mail by its Message-ID where the server tells no number, so that a node behind can change it', async () => {
        const { imap, msg } = await onServer({ action: 'move', folder: 'Archive' }, WITHOUT_UIDPLUS, UNSEEN);
        const out = await suite.pass<MailMessage>(msg);
        assert.deepEqual([out.mail.ref.folder, out.mail.flags], ['Archive', []]);
        assert.deepEqual(
            imap.mails('Archive').map(mail => mail.flags.filter(flag => flag !== '\\Recent')),
            [[]]
        );
        assert.deepEqual(suite.red.warnings('node'), []);
    });

    it('says so when the mail cannot be found again, and no node behind takes another mail for it', async () => {
        const { imap, msg } = await onServer({ action: 'move', folder: 'Archive' }, WITHOUT_UIDPLUS, UNSEEN);
        msg.mail.messageId = '';
        const message = await suite.fail(msg);
        assert.match(message, /the server moved the mail to "Archive" without telling its new number/);
        assert.match(
            String(suite.red.warnings('node')[0]?.[0]),
            /the mail is in "Archive", but the server does not tell/
        );
        assert.equal(imap.mails('Archive').length, 1);
    });

    it('refuses to delete, and to move, where that could remove mail of other programs', async () => {
        const plain = WITHOUT_UIDPLUS.filter(plugin => plugin !== 'MOVE');
        for (const [action, reason] of [
            ['delete', /the server has no UIDPLUS/],
            ['move', /neither MOVE nor UIDPLUS/]
        ] as const) {
            const { imap, msg } = await onServer({ action, folder: 'Archive' }, plain);
            assert.match(await suite.fail(msg), reason);
            assert.equal(imap.mails('INBOX').length, 1);
            await suite.red.unload();
        }
    });

    it('sends a mail on Gmail through the trash, where alone it is deleted', async () => {
        let folder = '';
        const mails = new Map([
            ['INBOX', 5],
            ['Trash', 0]
        ]);
        const peer = await suite.peer({
            capabilities: ['IMAP4rev1', 'UIDPLUS', 'MOVE', 'SPECIAL-USE', 'X-GM-EXT-1'],
            mailbox: { uidValidity: 77, exists: 1, uidNext: 10 },
            handlers: {
                SELECT: (command, _session, fallback) => {
                    folder = command.args.replace(/^"|".*$|\s.*$/g, '');
                    return fallback();
                },
                EXAMINE: (command, _session, fallback) => {
                    folder = command.args.replace(/^"|".*$|\s.*$/g, '');
                    return fallback();
                },
                'UID FETCH': (command, session) => {
                    const uid = Number(/^\d+/.exec(command.args)?.[0]);
                    if (mails.get(folder) === uid) {
                        session.untagged(`1 FETCH (UID ${uid} FLAGS () RFC822.SIZE 10)`);
                    }
                    session.ok(command);
                },
                'UID MOVE': (command, session) => {
                    mails.set('INBOX', 0).set('Trash', 9);
                    session.untagged('OK [COPYUID 77 5 9] moved');
                    session.untagged('1 EXPUNGE');
                    session.ok(command);
                },
                'UID EXPUNGE': (command, session) => {
                    mails.set(folder, 0);
                    session.untagged('1 EXPUNGE');
                    session.ok(command);
                }
            }
        });
        await suite.start(peer, { action: 'delete' });
        const ref = { account: 'account', folder: 'INBOX', uidValidity: '77', uid: 5 };
        await suite.pass({ mail: { ref } });
        const changes = peer.commands.filter(({ name }) => /MOVE|STORE|EXPUNGE/.test(name));
        assert.deepEqual(
            changes.map(({ name, args }) => `${name} ${args.split(' ')[0]}`),
            ['UID MOVE 5', 'UID STORE 9', 'UID EXPUNGE 9']
        );
        assert.deepEqual([...mails.values()], [0, 0]);
    });

    it('does not believe a server that says it has moved what is still there', async () => {
        const peer = await suite.peer({
            mailbox: { uidValidity: 77, exists: 1, uidNext: 10 },
            handlers: {
                'UID FETCH': (command, session) => {
                    session.untagged('1 FETCH (UID 5 FLAGS () RFC822.SIZE 10)');
                    session.ok(command);
                }
            }
        });
        await suite.start(peer, { action: 'move', folder: 'Sent' });
        const ref = { account: 'account', folder: 'INBOX', uidValidity: '77', uid: 5 };
        assert.match(await suite.fail({ mail: { ref } }), /accepted the command but the mail is still there/);
    });

    it('names what is missing when it starts, and again for every message', async () => {
        const imap = await suite.embedded();
        await suite.start(imap, { action: 'copy', folder: '' });
        assert.match(String(suite.red.errors('node')[0]?.[0]), /no folder is named/);
        await suite.red.waitForStatus('node', /move-mail\.status\.not-configured/);
        assert.match(await suite.fail({}), /no folder is named/);
    });

    it('refuses a message without a mail', async () => {
        const imap = await suite.embedded();
        await suite.start(imap, { action: 'trash' });
        assert.match(await suite.fail({ payload: 'x' }), /the message has no msg\.mail\.ref/);
        await suite.red.waitForStatus('node', /move-mail\.status\.failed/);
    });
});
