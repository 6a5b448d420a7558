import assert from 'node:assert/strict';
import saveMail = require('../../nodes/save-mail');
import type { SavedMail } from '../../src/delivery/save-mail';
import { ImapNodeSuite } from '../support/imap-node-suite';

describe('save-mail', () => {
    const own = { type: 'save-mail', account: 'account', source: 'composed', folder: '\\Drafts', folderType: 'str' };
    const suite = ImapNodeSuite.use(own, saveMail);

    it('finds the copy by its Message-ID where the server tells no number', async () => {
        const imap = await suite.embedded({ plugins: ['ID', 'SASL-IR', 'AUTH-PLAIN', 'NAMESPACE', 'SPECIAL-USE'] });
        await suite.start(imap, { flags: ['\\Draft'] });
        const { saved } = await suite.pass<{ saved: SavedMail }>({ topic: 'Draft', payload: 'one\ntwo' });
        const [copy] = imap.mails('Drafts');
        assert.deepEqual([saved.folder, saved.uid, saved.account], ['Drafts', copy?.uid, 'account']);
        assert.ok(copy?.flags.includes('\\Draft'));
        const text = String(copy?.raw);
        assert.doesNotMatch(text.replaceAll('\r\n', ''), /\n/);
    });

    it('sends nothing that the server has said to be too large', async () => {
        const peer = await suite.peer({ capabilities: ['IMAP4rev1', 'UIDPLUS', 'APPENDLIMIT=1000'] });
        await suite.start(peer, { folder: 'Sent' });
        assert.match(
            await suite.fail({ payload: 'x'.repeat(2000) }),
            /append failed: the mail is larger than the server takes/
        );
        assert.ok(peer.commands.every(command => command.name !== 'APPEND'));
    });

    it('says how to store a redirect, which is no mail of the account', async () => {
        const peer = await suite.peer();
        await suite.start(peer, { folder: 'Sent' });
        const original = Buffer.from('From: ben@example.com\r\n\r\nHello\r\n');
        const composed = { action: 'redirect', targets: [], original, seal: 'x'.repeat(24) };
        assert.match(
            await suite.fail({ to: 'carl@example.com', composed }),
            /append failed: a redirect is the mail of its author.*Choose "original"/
        );
        assert.ok(peer.commands.every(command => command.name !== 'APPEND'));
    });

    it('does not store a third time when every connection is lost', async () => {
        const peer = await suite.peer({ handlers: { APPEND: (_command, session) => session.end() } });
        await suite.start(peer, { folder: 'Sent' });
        assert.match(await suite.fail({ payload: 'x' }), /Shop: append failed/);
        assert.equal(peer.commands.filter(command => command.name === 'APPEND').length, 2);
        assert.equal(peer.commands.filter(command => command.name === 'UID SEARCH').length, 1);
    });

    it('does not believe a server that says it has stored what is not there', async () => {
        const peer = await suite.peer({
            handlers: { APPEND: (command, session) => session.ok(command, '[APPENDUID 1 7] stored') }
        });
        await suite.start(peer, { folder: 'Sent' });
        assert.match(await suite.fail({ payload: 'x' }), /accepted the command but the mail is not in "Sent"/);
    });

    it('needs to know from whom the mail is', async () => {
        const imap = await suite.embedded();
        await suite.start(imap, {}, { account: { address: '' } });
        assert.match(await suite.fail({ payload: 'x' }), /the account has no address/);
    });

    it('refuses what smtp-out refuses', async () => {
        const imap = await suite.embedded();
        await suite.start(imap);
        assert.match(await suite.fail({ to: 'no address' }), /msg\.to: "no address" is not one plain address/);
        assert.equal(imap.mails('Drafts').length, 0);
    });
});
