import assert from 'node:assert/strict';
import imapAccount = require('../../nodes/imap-account');
import searchMail = require('../../nodes/search-mail');
import type { MailMessage } from '../../src/message/types';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { useNodeRed } from '../support/helper';
import { startImapPeer, type ImapPeer } from '../support/imap-peer';
import { buildMail } from '../support/mail-builder';
import { createTempFolder } from '../support/temp-folder';

type Caught = { error: { message: string } };

describe('search-mail', () => {
    const red = useNodeRed();
    let imap: EmbeddedImap | undefined;
    let peer: ImapPeer | undefined;

    afterEach(async () => {
        await red.unload();
        await imap?.close();
        await peer?.stop();
        imap = peer = undefined;
    });

    async function start(properties: object, port: number): Promise<void> {
        await red.loadFlow(
            [imapAccount, searchMail],
            [
                { id: 'tab', type: 'tab' },
                { id: 'account', type: 'imap-account', name: 'Shop', host: '127.0.0.1', port, security: 'none' },
                {
                    ...{ id: 'node', z: 'tab', type: 'search-mail', wires: [['out']], account: 'account' },
                    ...{ search: '{"seen": false}', searchType: 'json', ...properties }
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

    it('emits a mail in the fields of imap-in, with attachments as chosen', async () => {
        const folder = createTempFolder('attachments');
        imap = await startEmbeddedImap();
        imap.appendMessage('INBOX', buildMail({ text: 'Hello', attachments: [{ filename: 'a.txt', content: 'abc' }] }));
        await start({ attachments: 'file', attachmentsDir: folder.path }, imap.port);
        red.node('node').receive({});
        const message = await red.waitForMessage<MailMessage>('out');
        assert.equal(message.payload.trim(), 'Hello');
        assert.ok(message.attachments[0]?.path?.startsWith(folder.path));
        assert.deepEqual(JSON.parse(JSON.stringify(message.mail)), message.mail);
        assert.equal('to' in message, false);
        folder.remove();
    });

    it('stops before the first mail when the folder for attachments cannot be written', async () => {
        imap = await startEmbeddedImap();
        imap.appendMessage('INBOX', buildMail());
        await start({ attachments: 'file', attachmentsDir: '/proc/mailflow' }, imap.port);
        assert.match(await failure({}), /attachments folder .* cannot be written/);
    });

    it('fails when the server refuses the search, with its words, and finds nothing instead of everything', async () => {
        peer = await startImapPeer({
            handlers: { 'UID SEARCH': (command, session) => session.no(command, '[BADCHARSET] not in this mood') }
        });
        await start({}, peer.port);
        assert.match(await failure({}), /Shop: search failed: .*The server said: "not in this mood"/);
        assert.deepEqual(red.recorded('out'), []);
    });

    it('gives up when every connection is lost before a mail has come', async () => {
        peer = await startImapPeer({
            mailbox: { exists: 1, uidNext: 2 },
            handlers: {
                'UID SEARCH': (command, session) => {
                    session.untagged('SEARCH 1');
                    session.ok(command);
                },
                'UID FETCH': (_command, session) => session.end()
            }
        });
        await start({}, peer.port);
        assert.match(await failure({}), /Shop: fetch failed/);
        assert.equal(peer.commands.filter(command => command.name === 'UID FETCH').length, 3);
        await red.waitForStatus('node', /search-mail\.status\.failed/);
    });
});
