import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { MailErrorCode } from '../../../src/message/mail-error';
import { buildMime, type BuiltMail } from '../../../src/smtp/mime';
import { composeMail, type MessageFields } from '../../../src/smtp/outgoing';
import { sendingSettings, type SettingsParts } from '../../support/sending-settings';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

interface BuildParts extends SettingsParts {
    attachmentsDir?: string;
    maxBytes?: number;
}

function build(msg: MessageFields, parts: BuildParts = {}): Promise<BuiltMail> {
    const options = { to: null, subject: null, signature: true, attachmentsDir: parts.attachmentsDir ?? '' };
    const mail = composeMail({ to: 'ben@example.org', ...msg }, options, sendingSettings(parts));
    return buildMime(mail, parts.maxBytes ?? 0);
}

async function textOf(msg: MessageFields, parts: BuildParts = {}): Promise<string> {
    return (await build(msg, parts)).bytes.toString('latin1');
}

function fieldsOf(text: string): Record<string, string> {
    const head = text.split('\r\n\r\n', 1)[0] ?? '';
    const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    return Object.fromEntries(lines.map(line => [line.split(':', 1)[0], line.replace(/^[^:]*: ?/, '')]));
}

describe('a copy that is kept', () => {
    const options = { to: null, subject: null, signature: false, attachmentsDir: '' };
    const msg = { to: 'ben@example.org', bcc: ['boss@example.org', 'Äna <a@example.org>'] };

    it('holds Bcc only when it is asked for', async () => {
        const mail = composeMail(msg, options, sendingSettings());
        assert.doesNotMatch((await buildMime(mail, 0)).bytes.toString(), /boss|^Bcc:/im);
        assert.match((await buildMime(mail, 0, true)).bytes.toString(), /^Bcc: boss@example\.org, /m);
    });

    it('may have no recipient yet when it is a draft', async () => {
        assert.throws(() => composeMail({}, options, sendingSettings()), { code: MailErrorCode.RecipientMissing });
        const draft = composeMail({}, { ...options, isDraft: true }, sendingSettings());
        assert.match((await buildMime(draft, 0, true)).bytes.toString(), /^From: Shop <shop@example\.com>/m);
    });
});

const original = [
    'From: Anna <anna@example.net>',
    'To: shop@example.com',
    'Subject: Question',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Hello',
    '.a dot',
    ''
].join('\r\n');

describe('the MIME form of a mail', () => {
    it('has the fields that the message asked for', async () => {
        const fields = fieldsOf(
            await textOf({
                to: 'Ben <ben@example.org>, c@example.org',
                cc: { name: 'Jörg', address: 'j@example.org' },
                topic: 'Grüße',
                replyTo: 'answers@example.com',
                inReplyTo: '<a@x>',
                references: '<r@x> <a@x>',
                headers: { 'X-Order': '4711', 'Auto-Submitted': 'auto-generated' },
                priority: 'high'
            })
        );
        assert.equal(fields['From'], 'Shop <shop@example.com>');
        assert.equal(fields['To'], 'Ben <ben@example.org>, c@example.org');
        assert.equal(fields['Cc'], '=?UTF-8?Q?J=C3=B6rg?= <j@example.org>');
        assert.equal(fields['Subject'], '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=');
        assert.equal(fields['Reply-To'], 'answers@example.com');
        assert.equal(fields['In-Reply-To'], '<a@x>');
        assert.equal(fields['References'], '<r@x> <a@x>');
        assert.equal(fields['X-Order'], '4711');
        assert.equal(fields['Auto-Submitted'], 'auto-generated');
        assert.equal(fields['X-Priority'], '1 (Highest)');
        assert.ok(fields['Date'] && fields['MIME-Version']);
    });

    it('keeps Bcc out of the mail and in the envelope', async () => {
        const { bytes, envelope } = await build({ bcc: 'secret@example.org' });
        assert.doesNotMatch(bytes.toString(), /secret@example\.org|^bcc:/im);
        assert.deepEqual(envelope, { from: 'shop@example.com', to: ['ben@example.org', 'secret@example.org'] });
    });

    it('names the account as sender when another address stands in From', async () => {
        const fields = fieldsOf(await textOf({ sendAs: 'info@example.com' }, { sendAs: ['info@example.com'] }));
        assert.equal(fields['From'], 'info@example.com');
        assert.equal(fields['Sender'], 'Shop <shop@example.com>');
    });

    it('has no Subject when the message has none', async () => {
        assert.equal(fieldsOf(await textOf({ payload: 'x' }))['Subject'], undefined);
    });

    it('has the Message-ID and the date of the composed mail in every build', async () => {
        const options = { to: null, subject: null, signature: false, attachmentsDir: '' };
        const mail = composeMail({ to: 'ben@example.org', payload: 'x' }, options, sendingSettings());
        const [one, two] = [await buildMime(mail, 0), await buildMime(mail, 0)];
        for (const built of [one, two]) {
            assert.equal(fieldsOf(built.bytes.toString())['Message-ID'], mail.messageId);
        }
        assert.equal(one.messageId, two.messageId);
    });

    it('holds text, HTML with its image, and attachments as given', async () => {
        const { bytes } = await build({
            payload: 'Hi Ü',
            html: '<img src="cid:logo">',
            attachments: [
                { filename: 'logo.png', contentType: 'image/png', contentId: '<logo>', inline: true, content: 'PNG' },
                { filename: 'Übersicht "1".pdf', content: Buffer.from('PDF') }
            ]
        });
        const mail = await simpleParser(bytes, { keepCidLinks: true });
        assert.equal(mail.text, 'Hi Ü');
        assert.equal(mail.html, '<img src="cid:logo">');
        assert.deepEqual(
            mail.attachments.map(({ filename, contentType, cid, content }) => [
                filename,
                contentType,
                cid,
                `${content}`
            ]),
            [
                ['logo.png', 'image/png', 'logo', 'PNG'],
                ['Übersicht "1".pdf', 'application/pdf', undefined, 'PDF']
            ]
        );
    });

    it('has no text part beside a Buffer payload', async () => {
        const mail = await simpleParser((await build({ payload: Buffer.from([0, 255]), filename: 'a.bin' })).bytes);
        assert.equal(mail.attachments.length, 1);
        assert.deepEqual(mail.attachments[0]?.content, Buffer.from([0, 255]));
        assert.ok(!mail.text);
    });
});

describe('a forwarded mail as attachment', () => {
    function forward(content: Buffer | string): Promise<BuiltMail> {
        return build({ payload: 'See below', attachments: [{ contentType: 'message/rfc822', content }] });
    }

    it('goes out unencoded, as RFC 2046 section 5.2.1 demands', async () => {
        const { bytes, isEightBit } = await forward(Buffer.from(original));
        const text = bytes.toString('latin1');
        const part = text.slice(text.indexOf('Content-Type: message/rfc822'));
        assert.match(part, /^Content-Type: message\/rfc822[^]*?\r\nContent-Transfer-Encoding: 7bit\r\n/);
        assert.match(part, /\r\nContent-Disposition: attachment\r\n/);
        assert.ok(part.includes(`\r\n\r\n${original}`));
        assert.equal(isEightBit, false);
    });

    it('keeps every byte of 8-bit content and asks for 8BITMIME', async () => {
        const raw = Buffer.from(original.replace('Hello', 'Gr\xfc\xdfe'), 'latin1');
        const { bytes, isEightBit } = await forward(raw);
        assert.match(bytes.toString('latin1'), /message\/rfc822[^]*Content-Transfer-Encoding: 8bit/);
        assert.ok(bytes.includes(raw));
        assert.equal(isEightBit, true);
    });
});

describe('the size of a mail', () => {
    it('is limited by the account, encoding included', async () => {
        const content = Buffer.alloc(1_000);
        await build({ attachments: [{ filename: 'a', content }] }, { maxBytes: 3_000 });
        await assert.rejects(build({ attachments: [{ filename: 'a', content }] }, { maxBytes: 1_400 }), {
            code: MailErrorCode.TooLarge,
            kind: 'permanent',
            message: /"maxSizeMB"/
        });
    });
});

describe('an attachment that is a file', () => {
    let folder: TempFolder;
    before(() => {
        folder = createTempFolder('mime');
        writeFileSync(join(folder.path, 'plan.pdf'), 'PDF');
        writeFileSync(join(folder.path, 'large.bin'), Buffer.alloc(2_000));
        symlinkSync('/etc/passwd', join(folder.path, 'link.txt'));
    });
    after(() => folder.remove());

    it('is read from the folder of the node and keeps its name', async () => {
        const { bytes } = await build({ attachments: [{ path: 'plan.pdf' }] }, { attachmentsDir: folder.path });
        const [attachment] = (await simpleParser(bytes)).attachments;
        assert.deepEqual([attachment?.filename, `${attachment?.content}`], ['plan.pdf', 'PDF']);
    });

    it('is refused outside of it', async () => {
        const parts = { attachmentsDir: folder.path };
        for (const path of ['link.txt', '/etc/passwd', '../x']) {
            await assert.rejects(build({ attachments: [{ path }] }, parts), { code: MailErrorCode.AttachmentFolder });
        }
        await assert.rejects(build({ attachments: [{ path: join(folder.path, 'plan.pdf') }] }), {
            code: MailErrorCode.AttachmentFolder
        });
    });

    it('counts against the limit before it is read', async () => {
        const parts = { attachmentsDir: folder.path, maxBytes: 1_000 };
        await assert.rejects(build({ attachments: [{ path: 'large.bin' }] }, parts), { code: MailErrorCode.TooLarge });
    });
});
