import assert from 'node:assert/strict';
import imapAccount = require('../../nodes/imap-account');
import saveMail = require('../../nodes/save-mail');
import type { SavedMail } from '../../src/delivery/save-mail';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { useNodeRed } from '../support/helper';
import { startImapPeer, type ImapPeer } from '../support/imap-peer';

type Caught = { error: { message: string } };

describe('save-mail', () => {
    const red = useNodeRed();
    let imap: EmbeddedImap | undefined;
    let peer: ImapPeer | undefined;

    afterEach(async () => {
        await red.unload();
        await imap?.close();
        await peer?.stop();
        imap = peer = undefined;
    });

    async function start(properties: object, port: number, account: object = {}): Promise<void> {
        const server = { type: 'imap-account', name: 'Shop', host: '127.0.0.1', port, security: 'none' };
        await red.loadFlow(
            [imapAccount, saveMail],
            [
                { id: 'tab', type: 'tab' },
                { ...server, id: 'account', address: 'shop@example.com', ...account },
                {
                    ...{ id: 'node', z: 'tab', type: 'save-mail', wires: [['out']], account: 'account' },
                    ...{ source: 'composed', folder: '\\Drafts', folderType: 'str', ...properties }
                },
                { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
                { id: 'caught', z: 'tab', type: 'recorder' },
                { id: 'out', z: 'tab', type: 'recorder' }
            ],
            { account: { user: 'anna', password: 'secret' } }
        );
    }

    async function failure(msg: object): Promise<string> {
        red.node('node').receive(msg as never);
        return (await red.waitForMessage<Caught>('caught')).error.message;
    }

    it('finds the copy by its Message-ID where the server tells no number', async () => {
        imap = await startEmbeddedImap({ plugins: ['ID', 'SASL-IR', 'AUTH-PLAIN', 'NAMESPACE', 'SPECIAL-USE'] });
        await start({ flags: ['\\Draft'] }, imap.port);
        red.node('node').receive({ topic: 'Draft', payload: 'one\ntwo' } as never);
        const { saved } = await red.waitForMessage<{ saved: SavedMail }>('out');
        const [copy] = imap.mails('Drafts');
        assert.deepEqual([saved.folder, saved.uid, saved.account], ['Drafts', copy?.uid, 'account']);
        assert.ok(copy?.flags.includes('\\Draft'));
        const text = String(copy?.raw);
        assert.doesNotMatch(text.replaceAll('\r\n', ''), /\n/);
    });

    it('sends nothing that the server has said to be too large', async () => {
        peer = await startImapPeer({ capabilities: ['IMAP4rev1', 'UIDPLUS', 'APPENDLIMIT=1000'] });
        await start({ folder: 'Sent' }, peer.port);
        assert.match(
            await failure({ payload: 'x'.repeat(2000) }),
            /append failed: the mail is larger than the server takes/
        );
        assert.ok(peer.commands.every(command => command.name !== 'APPEND'));
    });

    it('says how to store a redirect, which is no mail of the account', async () => {
        peer = await startImapPeer();
        await start({ folder: 'Sent' }, peer.port);
        const original = Buffer.from('From: ben@example.com\r\n\r\nHello\r\n');
        const composed = { action: 'redirect', targets: [], original, seal: 'x'.repeat(24) };
        assert.match(
            await failure({ to: 'carl@example.com', composed }),
            /append failed: a redirect is the mail of its author.*Choose "original"/
        );
        assert.ok(peer.commands.every(command => command.name !== 'APPEND'));
    });

    it('does not store a third time when every connection is lost', async () => {
        peer = await startImapPeer({ handlers: { APPEND: (_command, session) => session.end() } });
        await start({ folder: 'Sent' }, peer.port);
        assert.match(await failure({ payload: 'x' }), /Shop: append failed/);
        assert.equal(peer.commands.filter(command => command.name === 'APPEND').length, 2);
        assert.equal(peer.commands.filter(command => command.name === 'UID SEARCH').length, 1);
    });

    it('does not believe a server that says it has stored what is not there', async () => {
        peer = await startImapPeer({
            handlers: { APPEND: (command, session) => session.ok(command, '[APPENDUID 1 7] stored') }
        });
        await start({ folder: 'Sent' }, peer.port);
        assert.match(await failure({ payload: 'x' }), /accepted the command but the mail is not in "Sent"/);
    });

    it('needs to know from whom the mail is', async () => {
        imap = await startEmbeddedImap();
        await start({}, imap.port, { address: '' });
        assert.match(await failure({ payload: 'x' }), /the account has no address/);
    });

    it('refuses what smtp-out refuses', async () => {
        imap = await startEmbeddedImap();
        await start({}, imap.port);
        assert.match(await failure({ to: 'no address' }), /msg\.to: "no address" is not one plain address/);
        assert.equal(imap.mails('Drafts').length, 0);
    });
});
