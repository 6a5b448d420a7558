import assert from 'node:assert/strict';
import { readSendingSettings } from '../../../src/account/sending-settings';
import { MailErrorCode } from '../../../src/message/mail-error';
import type { ServerSettings } from '../../../src/message/server-settings';
import { readMailboxes } from '../../../src/smtp/mailboxes';

const server: ServerSettings = {
    label: 'Shop',
    host: 'smtp.example.com',
    port: 465,
    security: 'tls',
    tls: {},
    login: { user: 'shop@example.com', password: 'x' }
};
const userOnly: ServerSettings = { ...server, login: { user: 'shop', password: 'x' } };

describe('the sending settings of an account', () => {
    it('have no limits and two connections when nothing is set', () => {
        const settings = readSendingSettings({}, server);
        assert.deepEqual([settings.sender.name, settings.sender.address], ['', 'shop@example.com']);
        assert.equal(settings.signature, null);
        assert.equal(settings.sendAs.isEmpty, true);
        assert.equal(settings.connections, 2);
        assert.deepEqual(settings.limits, {
            messagesPerMinute: 0,
            messagesPerDay: 0,
            recipientsPerDay: 0,
            recipientsPerMessage: 0,
            maxBytes: 0
        });
    });

    it('are read from the saved properties, also as text from the environment', () => {
        const settings = readSendingSettings(
            {
                senderName: 'Jörg, Shop',
                senderAddress: 'info@example.com',
                sendAs: 'a@example.com, *@b.example.com',
                signatureText: 'Me',
                messagesPerMinute: '30',
                maxSizeMB: '0.5',
                connections: '3'
            },
            userOnly
        );
        assert.deepEqual([settings.sender.name, settings.sender.address], ['Jörg, Shop', 'info@example.com']);
        const [other] = readMailboxes('x', 'x@b.example.com');
        assert.ok(other && settings.sendAs.matches(other));
        assert.deepEqual(settings.signature, { text: 'Me', html: '' });
        assert.equal(settings.limits.messagesPerMinute, 30);
        assert.equal(settings.limits.maxBytes, 512 * 1024);
        assert.equal(settings.connections, 3);
    });

    it('need a sender address when the user name is none', () => {
        assert.throws(() => readSendingSettings({}, userOnly), {
            code: MailErrorCode.NotConfigured,
            message: /^Shop: .*no sender address/
        });
        assert.throws(() => readSendingSettings({}, { ...server, login: null }), { code: MailErrorCode.NotConfigured });
    });

    it('refuse what is no address, no pattern and no number', () => {
        assert.throws(() => readSendingSettings({ senderAddress: 'shop' }, server), { message: /senderAddress/ });
        assert.throws(() => readSendingSettings({ senderName: 'a\r\nBcc: b' }, server), { message: /line break/ });
        assert.throws(() => readSendingSettings({ sendAs: ['*@*'] }, server), { code: MailErrorCode.InvalidPattern });
        assert.throws(() => readSendingSettings({ messagesPerDay: 'many' }, server), {
            code: MailErrorCode.InvalidProperty
        });
        assert.throws(() => readSendingSettings({ senderAddress: '${SENDER}' }, server), {
            code: MailErrorCode.EnvMissing
        });
    });
});
