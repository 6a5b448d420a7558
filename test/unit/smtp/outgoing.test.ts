import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { composeMail, type ComposeOptions, type MessageFields, type OutgoingMail } from '../../../src/smtp/outgoing';
import { sendingSettings, type SettingsParts } from '../../support/sending-settings';

const options: ComposeOptions = { to: null, subject: null, signature: true, attachmentsDir: '' };

function compose(msg: MessageFields, changes: Partial<ComposeOptions> = {}, parts: SettingsParts = {}): OutgoingMail {
    return composeMail({ to: 'ben@example.org', ...msg }, { ...options, ...changes }, sendingSettings(parts));
}

describe('a mail made of a message', () => {
    it('goes to everybody in To, Cc and Bcc, to each once', () => {
        const mail = compose({ cc: ['c@example.org', 'ben@EXAMPLE.org'], bcc: 'd@example.org, c@example.org' });
        assert.deepEqual(mail.recipients, ['ben@example.org', 'c@example.org', 'd@example.org']);
        assert.deepEqual(
            mail.cc.map(mailbox => mailbox.address),
            ['c@example.org', 'ben@example.org']
        );
    });

    it('goes where the node says when its field is set, and Cc and Bcc of the message still count', () => {
        const mail = compose({ cc: 'c@example.org' }, { to: { field: 'To of the node', value: 'x@example.org' } });
        assert.deepEqual(mail.recipients, ['x@example.org', 'c@example.org']);
    });

    it('names the place of a bad address', () => {
        const to = { field: 'msg.customer', value: 'nobody' };
        assert.throws(() => compose({}, { to }), { code: MailErrorCode.AddressInvalid, message: /msg\.customer/ });
    });

    it('has the subject of the node, else msg.topic, else none', () => {
        const subject = { field: 'Subject of the node', value: 'Fixed' };
        assert.equal(compose({ topic: 'Mine' }, { subject }).subject, 'Fixed');
        assert.equal(compose({ topic: 'Mine' }).subject, 'Mine');
        assert.equal(compose({}).subject, '');
    });

    it('is from the account, whatever msg.from says', () => {
        const mail = compose({ from: 'eve@example.net' });
        assert.deepEqual([mail.from.name, mail.from.address], ['Shop', 'shop@example.com']);
        assert.equal(mail.envelopeFrom, 'shop@example.com');
        assert.equal(mail.sender, null);
    });

    it('carries what threads an answer', () => {
        const mail = compose({ inReplyTo: 'a@x', references: ['<r@x>', '<a@x>'], replyTo: 'r@example.org' });
        assert.equal(mail.inReplyTo, '<a@x>');
        assert.deepEqual(mail.references, ['<r@x>', '<a@x>']);
        assert.equal(mail.replyTo[0]?.address, 'r@example.org');
    });

    it('has the signature of the account unless the node leaves it out', () => {
        const parts = { signature: { text: 'Me', html: '' } };
        assert.equal(compose({ payload: 'Hi' }, {}, parts).text, 'Hi\n\n-- \nMe\n');
        assert.equal(compose({ payload: 'Hi' }, { signature: false }, parts).text, 'Hi');
    });

    it('has an id of its own at the domain of the sender', () => {
        const [one, two] = [compose({}).messageId, compose({}).messageId];
        assert.match(one, /^<[0-9a-f-]{36}@example\.com>$/);
        assert.notEqual(one, two);
    });

    it('leaves the message as it was', () => {
        const msg = { to: ['ben@example.org'], headers: { 'X-A': 'b' }, attachments: [], payload: 'x' };
        const before = structuredClone(msg);
        compose(msg);
        assert.deepEqual(msg, before);
    });

    for (const name of ['envelope', 'raw', 'alternatives', 'icalEvent', 'amp', 'watchHtml']) {
        it(`is refused with msg.${name}`, () => {
            assert.throws(() => compose({ [name]: { path: '/etc/passwd' } }), {
                code: MailErrorCode.HeaderInvalid,
                message: new RegExp(`msg\\.${name} is not supported`)
            });
        });
    }
});

describe('a mail without a recipient', () => {
    it('is refused', () => {
        assert.throws(() => compose({ to: '' }), { code: MailErrorCode.RecipientMissing, message: /or msg\.to/ });
    });

    it('is refused with advice when it is a received mail', () => {
        const received = { to: undefined, from: 'a@example.org', mail: { ref: { uid: 1 } } };
        assert.throws(() => compose(received), { code: MailErrorCode.RecipientMissing, message: /compose-mail/ });
    });

    it('does not go to msg.to when the field of the node points at nothing', () => {
        const to = { field: 'msg.customer', value: undefined };
        assert.throws(() => compose({}, { to }), { code: MailErrorCode.RecipientMissing });
    });
});

describe('a mail to many', () => {
    it('is refused beyond the limit of the account, where each address counts once', () => {
        const parts = { limits: { recipientsPerMessage: 2 } };
        const msg = { to: ['a@example.org', 'b@example.org', 'a@example.org'] };
        assert.equal(compose(msg, {}, parts).recipients.length, 2);
        assert.throws(() => compose({ ...msg, bcc: 'c@example.org' }, {}, parts), {
            code: MailErrorCode.RecipientsRefused,
            message: /3 recipients .* \(2\)/
        });
    });
});

describe('msg.sendAs', () => {
    const parts = { sendAs: ['*@team.example.com', 'info@example.com'] };

    it('is honoured for an address that the account lists, with the account as sender', () => {
        const mail = compose({ sendAs: 'Info <info@example.com>' }, {}, parts);
        assert.deepEqual([mail.from.name, mail.from.address], ['Info', 'info@example.com']);
        assert.equal(mail.sender?.address, 'shop@example.com');
        assert.equal(mail.envelopeFrom, 'shop@example.com');
        assert.equal(compose({ sendAs: 'x@team.example.com' }, {}, parts).from.address, 'x@team.example.com');
    });

    it('may name the account itself', () => {
        const mail = compose({ sendAs: 'shop@example.com' });
        assert.deepEqual([mail.from.name, mail.sender], ['Shop', null]);
    });

    for (const value of ['eve@example.net', 'info@example.com.evil.example', 'x@team.example.com@evil.example']) {
        it(`is refused for ${value}`, () => {
            assert.throws(() => compose({ sendAs: value }, {}, parts), { kind: 'permanent' });
        });
    }

    it('is refused for everybody when the account lists nobody', () => {
        assert.throws(() => compose({ sendAs: 'info@example.com' }), { code: MailErrorCode.SenderNotAllowed });
    });

    it('is refused for two addresses', () => {
        assert.throws(() => compose({ sendAs: 'info@example.com, x@team.example.com' }, {}, parts), {
            code: MailErrorCode.AddressInvalid
        });
    });
});
