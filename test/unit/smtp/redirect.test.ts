import assert from 'node:assert/strict';
import { sealRedirect } from '../../../src/compose/redirect-seal';
import { MailErrorCode } from '../../../src/message/mail-error';
import { buildMime } from '../../../src/smtp/mime';
import { composeMail, type ComposeOptions, type MessageFields } from '../../../src/smtp/outgoing';
import { messageIdIn, resentBytes } from '../../../src/smtp/redirect';
import { readMailboxes } from '../../../src/smtp/mailboxes';
import { InstanceKey } from '../../../src/state/instance-key';
import { MemoryStore } from '../../support/memory-store';
import { Seeded } from '../../support/seeded';
import { sendingSettings } from '../../support/sending-settings';

const OPTIONS: ComposeOptions = { to: null, subject: null, signature: true, attachmentsDir: '' };
const MAIL = Buffer.from(
    'From: Eve <eve@example.net>\r\nMessage-ID: <m@x>\r\nSubject: Hi\r\n\r\nGr\xfc\xdfe\r\n.\r\n',
    'latin1'
);

describe('a redirect at smtp-out', () => {
    let key: InstanceKey;
    before(async () => {
        key = await InstanceKey.load(new MemoryStore());
    });

    function sealed(original: Buffer = MAIL, recipients: string[] = ['ben@example.org']): object {
        return { action: 'redirect', original, seal: sealRedirect(key, original, recipients) };
    }

    function compose(msg: MessageFields, options: Partial<ComposeOptions> = {}): ReturnType<typeof composeMail> {
        return composeMail({ to: 'ben@example.org', ...msg }, { ...OPTIONS, key, ...options }, sendingSettings());
    }

    it('is sent byte for byte, from the account and with the id of the mail', async () => {
        const mail = compose({
            composed: sealed(),
            topic: 'ignored',
            payload: 'ignored',
            html: 'ignored',
            attachments: []
        });
        const built = await buildMime(mail, 0);
        assert.deepEqual(built.envelope, { from: 'shop@example.com', to: ['ben@example.org'] });
        assert.deepEqual(built.bytes.subarray(-MAIL.length), MAIL);
        assert.match(
            built.bytes.toString('latin1'),
            /^Resent-Date: .*\r\nResent-From: <shop@example\.com>\r\nResent-To: <ben@example\.org>\r\nResent-Message-ID: <.*>\r\nFrom: Eve/
        );
        assert.equal(built.messageId, '<m@x>');
        assert.equal(built.isEightBit, true);
    });

    it('is known after JSON', () => {
        assert.deepEqual(compose({ composed: JSON.parse(JSON.stringify(sealed())) as object }).original, MAIL);
    });

    it('is refused unless this runtime has sealed these bytes for these recipients', async () => {
        const other = await InstanceKey.load(new MemoryStore());
        const smuggled: Array<[string, MessageFields, Partial<ComposeOptions>?]> = [
            ['no seal', { composed: { action: 'redirect', original: MAIL } }],
            ['a made-up seal', { composed: { action: 'redirect', original: MAIL, seal: 'A'.repeat(24) } }],
            ['other bytes', { composed: { ...sealed(), original: Buffer.concat([Buffer.from('Bcc: x\r\n'), MAIL]) } }],
            ['no bytes', { composed: { ...sealed(), original: undefined } }],
            ['text for bytes', { composed: { ...sealed(), original: MAIL.toString('latin1') } }],
            ['another recipient', { composed: sealed(), to: 'eve@example.net' }],
            ['a further recipient', { composed: sealed(), cc: 'eve@example.net' }],
            ['a hidden recipient', { composed: sealed(), bcc: 'eve@example.net' }],
            ['a recipient of the node', { composed: sealed() }, { to: { field: 'To', value: 'eve@example.net' } }],
            ['another runtime', { composed: sealed() }, { key: other }],
            ['no runtime', { composed: sealed() }, { key: null }]
        ];
        for (const [what, msg, options] of smuggled) {
            assert.throws(
                () => compose(msg, options),
                { code: MailErrorCode.HeaderInvalid, message: /redirect/ },
                what
            );
        }
    });

    it('keeps the other rules: the limits of the account and its senders', () => {
        const settings = sendingSettings({ limits: { recipientsPerMessage: 1 } });
        const two = ['a@example.org', 'b@example.org'];
        assert.throws(() => composeMail({ to: two, composed: sealed(MAIL, two) }, { ...OPTIONS, key }, settings), {
            code: MailErrorCode.RecipientsRefused
        });
        assert.throws(() => compose({ composed: sealed(), sendAs: 'eve@example.net' }), {
            code: MailErrorCode.SenderNotAllowed
        });
        assert.throws(() => compose({ composed: sealed(), raw: MAIL }), { code: MailErrorCode.HeaderInvalid });
    });

    it('is not what other content of the field means', () => {
        for (const composed of [undefined, null, 'redirect', [], {}, { action: 'forward', original: MAIL }]) {
            assert.equal(compose({ composed, payload: 'x' }).original, undefined);
        }
    });

    it('has no field in front that would have to be encoded or folded', async () => {
        for (const value of ['ä', 'x'.repeat(901)]) {
            const mail = compose({ composed: sealed(), headers: { 'X-Mine': value } });
            await assert.rejects(buildMime(mail, 0), { code: MailErrorCode.HeaderInvalid, message: /X-Mine/ });
        }
    });

    it('respects the size that the account allows', async () => {
        await assert.rejects(buildMime(compose({ composed: sealed() }), 50), { code: MailErrorCode.TooLarge });
    });
});

describe('the bytes of a redirect', () => {
    const [from] = readMailboxes('from', 'shop@example.com');
    const block = /^(?:Resent-[^\r]*\r\n(?: [^\r]*\r\n)*)+/;

    function rest(original: string): string {
        const bytes = resentBytes({
            date: new Date(0),
            from: from as NonNullable<typeof from>,
            to: readMailboxes('to', 'a@example.com, b@example.com'),
            cc: readMailboxes('cc', 'c@example.com'),
            headers: [],
            original: Buffer.from(original, 'latin1')
        }).toString('latin1');
        assert.match(bytes, /Resent-To: <a@example\.com>,\r\n <b@example\.com>\r\nResent-Cc: <c@example\.com>\r\n/);
        return bytes.replace(block, '');
    }

    const cases: ReadonlyArray<[string, string]> = [
        ['Bcc: a@x\r\nFrom: b@x\r\n\r\nBcc: stays\r\n', 'From: b@x\r\n\r\nBcc: stays\r\n'],
        ['From: b@x\r\nBCC : a@x,\r\n\tc@x\r\n d@x\r\nTo: e@x\r\n\r\n', 'From: b@x\r\nTo: e@x\r\n\r\n'],
        ['Return-Path: <a@x>\r\nReturn-Path:\r\n <b@x>\r\nFrom: b@x\r\n\r\n', 'From: b@x\r\n\r\n'],
        ['Resent-Bcc: a@x\r\nFrom: b@x\r\nBcc: a@x', 'From: b@x\r\n'],
        ['From: b@x\nBcc: a@x\n\nBcc: stays\n', 'From: b@x\n\nBcc: stays\n'],
        ['X-Bcc: stays\r\nSubject: x\r\n Bcc: stays\r\n\r\n', 'X-Bcc: stays\r\nSubject: x\r\n Bcc: stays\r\n\r\n'],
        ['\r\nBcc: body alone', '\r\nBcc: body alone'],
        ['no header at all', 'no header at all'],
        ['', '']
    ];
    for (const [original, expected] of cases) {
        it(`of ${JSON.stringify(original)}`, () => assert.equal(rest(original), expected));
    }

    it('are those of the original but for these fields, whatever it is made of', () => {
        const random = new Seeded(99);
        const KEPT = [
            'From: a@x\r\n',
            'Subject: =?utf-8?q?x?=\r\n',
            'X:\r\n',
            'DKIM-Signature: a;\r\n\tb=Bcc\r\n',
            'odd line\r\n',
            'X: a\r\n \r\n b\r\n'
        ];
        const GONE = ['Bcc: a@x\r\n', 'bcc:\r\n b@x\r\n', 'Return-Path: <>\r\n', 'RETURN-PATH : <a@x>\r\n\t(c)\r\n'];
        for (let run = 0; run < 2_000; run++) {
            const fields = random.list(12, () => (random.below(3) === 0 ? random.pick(GONE) : random.pick(KEPT)));
            const body = random
                .list(5, () => random.pick(['Bcc: stays\r\n', '.\r\n', '\xff\x00', '\n', '\r\n']))
                .join('');
            const kept = fields.filter(field => !GONE.includes(field)).join('');
            assert.equal(rest(`${fields.join('')}\r\n${body}`), `${kept}\r\n${body}`);
        }
    });

    it('name the Message-ID that stands in the header, and no other', () => {
        assert.equal(messageIdIn(Buffer.from('A: 1\r\nMessage-Id:\r\n <a@x>\r\n\r\nMessage-ID: <b@x>')), '<a@x>');
        assert.equal(messageIdIn(Buffer.from('A: 1\r\n\r\nMessage-ID: <b@x>')), '');
    });
});
