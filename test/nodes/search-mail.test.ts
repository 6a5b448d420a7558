import assert from 'node:assert/strict';
import searchMail = require('../../nodes/search-mail');
import type { MailMessage } from '../../src/message/types';
import { ImapNodeSuite } from '../support/imap-node-suite';
import { buildMail } from '../support/mail-builder';
import { createTempFolder } from '../support/temp-folder';

describe('search-mail', () => {
    const own = { type: 'search-mail', account: 'account', search: '{"seen": false}', searchType: 'json' };
    const suite = ImapNodeSuite.use(own, searchMail);

    it('emits a mail in the fields of imap-in, with attachments as chosen', async () => {
        const folder = createTempFolder('attachments');
        const imap = await suite.embedded();
        imap.appendMessage('INBOX', buildMail({ text: 'Hello', attachments: [{ filename: 'a.txt', content: 'abc' }] }));
        await suite.start(imap, { attachments: 'file', attachmentsDir: folder.path });
        const message = await suite.pass<MailMessage>({});
        assert.equal(message.payload.trim(), 'Hello');
        assert.ok(message.attachments[0]?.path?.startsWith(folder.path));
        assert.deepEqual(JSON.parse(JSON.stringify(message.mail)), message.mail);
        assert.equal('to' in message, false);
        folder.remove();
    });

    it('stops before the first mail when the folder for attachments cannot be written', async () => {
        const imap = await suite.embedded();
        imap.appendMessage('INBOX', buildMail());
        await suite.start(imap, { attachments: 'file', attachmentsDir: '/proc/mailflow' });
        assert.match(await suite.fail({}), /attachments folder .* cannot be written/);
    });

    it('fails when the server refuses the search, with its words, and finds nothing instead of everything', async () => {
        const peer = await suite.peer({
            handlers: { 'UID SEARCH': (command, session) => session.no(command, '[BADCHARSET] not in this mood') }
        });
        await suite.start(peer, {});
        assert.match(await suite.fail({}), /Shop: search failed: .*The server said: "not in this mood"/);
        assert.deepEqual(suite.red.recorded('out'), []);
    });

    it('gives up when every connection is lost before a mail has come', async () => {
        const peer = await suite.peer({
            mailbox: { exists: 1, uidNext: 2 },
            handlers: {
                'UID SEARCH': (command, session) => {
                    session.untagged('SEARCH 1');
                    session.ok(command);
                },
                'UID FETCH': (_command, session) => session.end()
            }
        });
        await suite.start(peer, {});
        assert.match(await suite.fail({}), /Shop: fetch failed/);
        assert.equal(peer.commands.filter(command => command.name === 'UID FETCH').length, 3);
        await suite.red.waitForStatus('node', /search-mail\.status\.failed/);
    });
});
