import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { startMailbox, type DemoMailbox } from '../../../demo/mailbox';
import { OLDER_MAILS, sampleMail } from '../../../demo/sample-mails';

describe('the mailbox of the demo', () => {
    let mailbox: DemoMailbox;
    let client: ImapFlow;
    beforeEach(async () => {
        mailbox = await startMailbox();
        client = new ImapFlow({
            host: mailbox.host,
            port: mailbox.imapPort,
            secure: false,
            auth: { user: mailbox.login.user, pass: mailbox.login.password },
            logger: false
        });
        await client.connect();
    });
    afterEach(async () => {
        client.close();
        await mailbox.stop();
    });

    it('gets mostly inquiries, and now and then the mail of a stranger', async () => {
        for (let index = 0; index < 8; index++) {
            await mailbox.send(sampleMail(index));
        }
        assert.deepEqual(mailbox.inbox.count(), { mails: 8, unread: 8, strangers: 2, strangersRead: 0 });
        await client.mailboxOpen('INBOX');
        const mails = await client.fetchAll('1:*', { envelope: true });
        const senders = mails.map(mail => mail.envelope?.from?.[0]?.address ?? '');
        assert.equal(senders.filter(address => address.endsWith('@channel.machineseeker.com')).length, 5);
        assert.equal(senders.filter(address => address === 'info@mail.machineseeker.com').length, 1);
    });

    it('notices when more than header fields of a stranger are loaded, and when mail is read', async () => {
        for (const mail of OLDER_MAILS) {
            await mailbox.send(mail);
        }
        await client.mailboxOpen('INBOX');
        await client.fetchAll('1:*', { uid: true, headers: ['from'] }, { uid: true });
        assert.equal(mailbox.inbox.count().strangersRead, 0);
        await client.fetchAll('2', { uid: true, source: true }, { uid: true });
        assert.equal(mailbox.inbox.count().strangersRead, 1);
        await client.messageFlagsAdd('1', ['\\Seen'], { uid: true });
        assert.equal(mailbox.inbox.count().unread, OLDER_MAILS.length - 1);
    });

    it('tells when somebody watches it', async () => {
        await client.mailboxOpen('INBOX');
        void client.idle().catch(() => undefined);
        await mailbox.inbox.watched;
    });
});
