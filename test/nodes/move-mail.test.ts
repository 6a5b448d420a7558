import assert from 'node:assert/strict';
import imapAccount = require('../../nodes/imap-account');
import markUnseen = require('../../nodes/mark-unseen');
import moveMail = require('../../nodes/move-mail');
import type { MailMessage } from '../../src/message/types';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { useNodeRed } from '../support/helper';
import { startImapPeer, type ImapPeer } from '../support/imap-peer';
import { buildMail } from '../support/mail-builder';

const ID = '<one@example.com>';
/** Without UIDPLUS a server tells no number after a move. */
const WITHOUT_UIDPLUS = ['ID', 'SASL-IR', 'AUTH-PLAIN', 'NAMESPACE', 'SPECIAL-USE', 'MOVE'];

type Caught = { error: { message: string } };

describe('move-mail', () => {
    const red = useNodeRed();
    let imap: EmbeddedImap;
    let peer: ImapPeer | undefined;

    afterEach(async () => {
        await red.unload();
        await imap?.close();
        await peer?.stop();
        peer = undefined;
    });

    async function start(properties: object, port: number, behind = 'out'): Promise<void> {
        await red.loadFlow(
            [imapAccount, moveMail, markUnseen],
            [
                { id: 'tab', type: 'tab' },
                { id: 'account', type: 'imap-account', name: 'Shop', host: '127.0.0.1', port, security: 'none' },
                { id: 'node', z: 'tab', type: 'move-mail', wires: [[behind]], ...properties },
                { id: 'unseen', z: 'tab', type: 'mark-unseen', wires: [['out']] },
                { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
                { id: 'caught', z: 'tab', type: 'recorder' },
                { id: 'out', z: 'tab', type: 'recorder' }
            ],
            { account: { user: 'anna', password: 'secret' } }
        );
    }

    async function onServer(properties: object, plugins?: string[], behind?: string): Promise<object> {
        imap = await startEmbeddedImap(plugins ? { plugins } : {});
        const uid = imap.appendMessage('INBOX', buildMail({ messageId: ID }), ['\\Seen']);
        await start(properties, imap.port, behind);
        const uidValidity = String(imap.mailbox('INBOX').uidvalidity);
        return { mail: { ref: { account: 'account', folder: 'INBOX', uidValidity, uid }, messageId: ID } };
    }

    async function failure(msg: object): Promise<string> {
        red.node('node').receive(msg as never);
        return (await red.waitForMessage<Caught>('caught')).error.message;
    }

    it('finds the mail by its Message-ID where the server tells no number, so that a node behind can change it', async () => {
        const msg = await onServer({ action: 'move', folder: 'Archive' }, WITHOUT_UIDPLUS, 'unseen');
        red.node('node').receive(msg as never);
        const out = await red.waitForMessage<MailMessage>('out');
        assert.deepEqual([out.mail.ref.folder, out.mail.flags], ['Archive', []]);
        assert.deepEqual(
            imap.mails('Archive').map(mail => mail.flags.filter(flag => flag !== '\\Recent')),
            [[]]
        );
        assert.deepEqual(red.warnings('node'), []);
    });

    it('says so when the mail cannot be found again, and no node behind takes another mail for it', async () => {
        const msg = (await onServer({ action: 'move', folder: 'Archive' }, WITHOUT_UIDPLUS, 'unseen')) as {
            mail: { messageId: string };
        };
        msg.mail.messageId = '';
        const message = await failure(msg);
        assert.match(message, /the server moved the mail to "Archive" without telling its new number/);
        assert.match(String(red.warnings('node')[0]?.[0]), /the mail is in "Archive", but the server does not tell/);
        assert.equal(imap.mails('Archive').length, 1);
    });

    it('refuses to delete, and to move, where that could remove mail of other programs', async () => {
        const plain = WITHOUT_UIDPLUS.filter(plugin => plugin !== 'MOVE');
        for (const [action, reason] of [
            ['delete', /the server has no UIDPLUS/],
            ['move', /neither MOVE nor UIDPLUS/]
        ] as const) {
            const msg = await onServer({ action, folder: 'Archive' }, plain);
            assert.match(await failure(msg), reason);
            assert.equal(imap.mails('INBOX').length, 1);
            await red.unload();
            await imap.close();
        }
    });

    it('sends a mail on Gmail through the trash, where alone it is deleted', async () => {
        let folder = '';
        const mails = new Map([
            ['INBOX', 5],
            ['Trash', 0]
        ]);
        peer = await startImapPeer({
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
        await start({ action: 'delete' }, peer.port);
        const ref = { account: 'account', folder: 'INBOX', uidValidity: '77', uid: 5 };
        red.node('node').receive({ mail: { ref } } as never);
        await red.waitForMessage('out');
        const changes = peer.commands.filter(({ name }) => /MOVE|STORE|EXPUNGE/.test(name));
        assert.deepEqual(
            changes.map(({ name, args }) => `${name} ${args.split(' ')[0]}`),
            ['UID MOVE 5', 'UID STORE 9', 'UID EXPUNGE 9']
        );
        assert.deepEqual([...mails.values()], [0, 0]);
    });

    it('does not believe a server that says it has moved what is still there', async () => {
        peer = await startImapPeer({
            mailbox: { uidValidity: 77, exists: 1, uidNext: 10 },
            handlers: {
                'UID FETCH': (command, session) => {
                    session.untagged('1 FETCH (UID 5 FLAGS () RFC822.SIZE 10)');
                    session.ok(command);
                }
            }
        });
        await start({ action: 'move', folder: 'Sent' }, peer.port);
        const ref = { account: 'account', folder: 'INBOX', uidValidity: '77', uid: 5 };
        assert.match(await failure({ mail: { ref } }), /accepted the command but the mail is still there/);
    });

    it('names what is missing when it starts, and again for every message', async () => {
        imap = await startEmbeddedImap();
        await start({ action: 'copy', folder: '' }, imap.port);
        assert.match(String(red.errors('node')[0]?.[0]), /no folder is named/);
        await red.waitForStatus('node', /move-mail\.status\.not-configured/);
        assert.match(await failure({}), /no folder is named/);
    });

    it('refuses a message without a mail', async () => {
        imap = await startEmbeddedImap();
        await start({ action: 'trash' }, imap.port);
        assert.match(await failure({ payload: 'x' }), /the message has no msg\.mail\.ref/);
        await red.waitForStatus('node', /move-mail\.status\.failed/);
    });
});
