import assert from 'node:assert/strict';
import { simpleParser } from 'mailparser';
import { BOSS, ComposeSuite, OWN, question, type Message, type Properties } from '../support/compose-suite';

describe('the node compose-mail', function () {
    this.timeout(20_000);
    const suite = ComposeSuite.use();

    it('answers the Reply-To, once with "Re:", in the thread, with a quotation', async () => {
        await suite.load({ action: 'reply', text: 'Danke, {{mail.from.name}}.' });
        const mail = question({
            subject: 'AW: Re[2]: Angebot',
            replyTo: 'Einkauf <einkauf@example.com>',
            messageId: '<m2@example.com>',
            references: '<m0@example.com> <m1@example.com>'
        });
        suite.give(await suite.received(mail));
        const [sent] = await suite.sink.waitForMails(1);
        assert.deepEqual([sent?.from, sent?.to], [OWN, ['einkauf@example.com']]);
        const answer = await simpleParser(sent?.raw as Buffer);
        assert.equal(answer.subject, 'Re: Angebot');
        assert.equal(answer.inReplyTo, '<m2@example.com>');
        assert.deepEqual(answer.references, ['<m0@example.com>', '<m1@example.com>', '<m2@example.com>']);
        assert.match(
            answer.text ?? '',
            /^Danke, Ben Buyer\.\n\nOn .* GMT, Ben Buyer <ben@example\.com> wrote:\n> Was kostet es\?\n/
        );
        assert.equal(answer.headers.get('auto-submitted'), 'auto-replied');
        assert.equal(answer.headers.get('x-auto-response-suppress'), 'DR, RN, NRN, OOF, AutoReply');
    });

    it('quotes from the mail and not from a payload that holds the answer, and fetches it unread', async () => {
        const uid = suite.imap.appendMessage('INBOX', question());
        suite.imap.mailbox('INBOX').uidvalidity = 1;
        await suite.load({ action: 'reply', text: 'payload', textType: 'msg' });
        suite.give({ ...(await suite.received(question(), { uid, content: 'text' })), payload: 'Hundert Euro.' });
        const [sent] = await suite.sink.waitForMails(1);
        const answer = await simpleParser(sent?.raw as Buffer);
        assert.match(answer.text ?? '', /^Hundert Euro\.\n\n.*wrote:\n> Was kostet es\?\n/);
        assert.deepEqual(suite.imap.mails('INBOX')[0]?.flags, []);
    });

    it('answers all without itself, without those twice and without the Bcc of the mail', async () => {
        await suite.load({ action: 'reply-all', text: 'x' }, { sendAs: ['info@example.org', '*@example.com'] });
        const mail = question({
            to: `${OWN}, Carla <carla@example.com>, info@example.org`,
            cc: 'dora@example.com, Ben <BEN@example.com>',
            headers: { Bcc: 'secret@example.com' }
        });
        suite.give(await suite.received(mail));
        const [sent] = await suite.sink.waitForMails(1);
        assert.deepEqual(sent?.to, ['ben@example.com', 'carla@example.com', 'dora@example.com']);
        assert.doesNotMatch((sent?.raw as Buffer).toString(), /secret@example\.com/);
    });

    it('forwards the exact bytes as an attachment, with an answer to the author', async () => {
        await suite.load({ action: 'forward', to: BOSS });
        const original = Buffer.concat([
            question({ replyTo: 'elsewhere@example.net', subject: 'Frage' }),
            Buffer.from([0xe4, 0xf6, 0x2e, 0x0d, 0x0a, 0x2e, 0x0d, 0x0a])
        ]);
        suite.give(await suite.received(original));
        const [sent] = await suite.sink.waitForMails(1);
        const forward = await simpleParser(sent?.raw as Buffer);
        assert.equal(forward.subject, 'Fwd: Frage');
        assert.deepEqual(forward.replyTo?.value, [{ name: 'Ben Buyer', address: 'ben@example.com' }]);
        assert.match(forward.text ?? '', /From: {4}Ben Buyer <ben@example\.com>\nDate: .* GMT\nSubject: Frage\n/);
        const [attached] = forward.attachments;
        assert.deepEqual([attached?.filename, attached?.contentType], ['original.eml', 'message/rfc822']);
        assert.deepEqual(attached?.content, original);
        assert.doesNotMatch(
            (sent?.raw as Buffer).toString('latin1'),
            /message\/rfc822[^]*Content-Transfer-Encoding: base64/
        );
        assert.equal(forward.headers.get('auto-submitted'), 'auto-generated');
    });

    it('copies text, HTML and attachments of the mail into an inline forward', async () => {
        await suite.load({ action: 'forward-inline', to: BOSS, text: 'Please see to it.' });
        const mail = question({
            html: '<html><head><style>*{display:none}</style></head><body><p>Was <b>kostet</b> es?</p><script>x()</script></body></html>',
            attachments: [{ filename: 'plan.bin', content: Buffer.from([0, 1, 255]) }]
        });
        suite.give(await suite.received(mail));
        const [sent] = await suite.sink.waitForMails(1);
        const forward = await simpleParser(sent?.raw as Buffer);
        assert.match(forward.text ?? '', /^Please see to it\.\n\n-+ Forwarded message -+\nFrom: /);
        assert.match(forward.text ?? '', /Was kostet es\?/);
        assert.match(String(forward.html), /Please see to it\.[^]*<p>Was <b>kostet<\/b> es\?<\/p>/);
        assert.doesNotMatch(String(forward.html), /script|display:none|<body/);
        assert.deepEqual(
            forward.attachments.map(({ filename, content }) => [filename, [...content]]),
            [['plan.bin', [0, 1, 255]]]
        );
    });

    it('redirects the exact bytes behind a Resent block, without Bcc and Return-Path', async () => {
        await suite.load({ action: 'redirect', to: BOSS });
        const mail = question({ messageId: '<signed@example.com>' });
        const full = Buffer.concat([
            Buffer.from('Return-Path: <ben@example.com>\r\nBcc: a@example.com,\r\n b@example.com\r\n'),
            mail
        ]);
        suite.give(await suite.received(full));
        const [sent] = await suite.sink.waitForMails(1);
        const raw = sent?.raw as Buffer;
        assert.deepEqual([sent?.from, sent?.to], [OWN, [BOSS]]);
        assert.deepEqual(raw.subarray(raw.length - mail.length), mail);
        const block = raw.subarray(0, raw.length - mail.length).toString();
        assert.match(
            block,
            /^Resent-Date: .*\+0000\r\nResent-From: <sales@example\.org>\r\nResent-To: <boss@example\.com>\r\nResent-Message-ID: <.*@example\.org>\r\nX-Mailflow-Forward: .*\r\n$/
        );
        const done = await suite.red.waitForMessage<Message>('sent');
        assert.equal((done['sent'] as { messageId: string }).messageId, '<signed@example.com>');
    });

    it('composes a new mail of its fields alone', async () => {
        await suite.load({
            action: 'new',
            to: '{{customer}}',
            subject: 'Hello {{name}}',
            text: '{{text}} {{a<b}}',
            html: '<p>{{text}}</p>'
        });
        suite.give({
            _msgid: 'a',
            customer: 'ben@example.com',
            name: 'Ben',
            text: '<b>&',
            payload: 'not this',
            topic: 'nor this'
        });
        const [sent] = await suite.sink.waitForMails(1);
        const mail = await simpleParser(sent?.raw as Buffer);
        assert.deepEqual([mail.subject, mail.text?.trim()], ['Hello Ben', '<b>& {{a<b}}']);
        assert.match(String(mail.html), /<p>&lt;b&gt;&amp;<\/p>/);
        assert.equal(mail.headers.has('auto-submitted'), false);
    });

    it('takes every field from where its type says, and keeps other fields of the message', async () => {
        await suite.load({
            action: 'new',
            to: 'who',
            toType: 'msg',
            cc: '["c@example.com"]',
            ccType: 'jsonata',
            text: 'payload',
            textType: 'msg'
        });
        suite.give({
            _msgid: 'a',
            who: [{ name: 'Ben', address: 'ben@example.com' }],
            payload: 'Hi',
            mine: 1,
            headers: { 'X-Old': '1' },
            html: '<p>old</p>'
        });
        const message = await suite.red.waitForMessage<Message>('composed');
        assert.deepEqual(message['to'], [{ name: 'Ben', address: 'ben@example.com' }]);
        assert.deepEqual(message['cc'], [{ name: '', address: 'c@example.com' }]);
        assert.equal(message['mine'], 1);
        assert.deepEqual([message['headers'], 'html' in message], [{}, false]);
    });

    describe('refuses what would write more than it should', () => {
        const cases: Array<[string, Properties, RegExp]> = [
            ['a line break in an address', { to: 'who', toType: 'msg' }, /msg\.who: it holds a line break/],
            ['a second address in a placeholder', { to: '{{list}}' }, /not one plain address/],
            ['a line break in a subject', { to: BOSS, subject: '{{who}}' }, /line break/],
            [
                'a line break in a subject of another type',
                { to: BOSS, subject: 'who', subjectType: 'msg' },
                /line break/
            ],
            ['an object as text', { to: BOSS, text: 'mail', textType: 'msg' }, /must be text, not an object/],
            ['no recipient', { to: 'nothing', toType: 'msg' }, /msg\.nothing names nobody/],
            ['no text', { to: BOSS, text: 'nothing', textType: 'msg' }, /msg\.nothing gives no text/]
        ];
        for (const [what, node, error] of cases) {
            it(what, async () => {
                await suite.load({ action: 'new', text: 'x', ...node });
                suite.give({
                    ...(await suite.received(question())),
                    who: 'ben@example.com\r\nBcc: eve@example.net',
                    list: 'ben@example.com,eve@example.net'
                });
                await suite.red.waitForError('compose', error);
                assert.equal(suite.sink.mails.length, 0);
                assert.equal(suite.red.recorded('composed').length, 0);
            });
        }

        it('a received name with a line break in it', async () => {
            await suite.load({ action: 'forward', to: BOSS });
            const message = await suite.received(question());
            const mail = {
                ...(message['mail'] as object),
                from: { name: 'Ben\r\nBcc: eve@example.net', address: 'ben@example.com' }
            };
            suite.give({ ...message, mail });
            const [sent] = await suite.sink.waitForMails(1);
            assert.doesNotMatch((sent?.raw as Buffer).toString(), /^Bcc:/m);
            assert.deepEqual(sent?.to, [BOSS]);
        });
    });

    it('says what is missing, in the log, in its status and for every message', async () => {
        await suite.load({ action: 'forward' });
        assert.match(JSON.stringify(suite.red.statuses('compose')), /compose-mail\.status\.not-configured/);
        suite.give(await suite.received(question()));
        // the one of the constructor is a text
        await suite.red.waitForError('compose', /^MailError: .*no recipient is set/);
    });

    it('asks for msg.mail and msg.header, without which a loop cannot be told', async () => {
        await suite.load({ action: 'reply', text: 'x' });
        suite.give({ _msgid: 'a', payload: 'Hi' });
        await suite.red.waitForError('compose', /no msg\.mail/);
        const message = await suite.received(question(), { content: 'text' });
        delete message['header'];
        suite.give(message);
        await suite.red.waitForError('compose', /no msg\.header/);
    });

    it('fails with the name of the account when the mail is gone, and may be tried again', async () => {
        suite.imap.mailbox('INBOX').uidvalidity = 1;
        await suite.load({ action: 'forward', to: BOSS });
        const mail = question();
        suite.give(await suite.received(mail, { uid: 99, content: 'text' }));
        await suite.red.waitForError('compose', /Sales: fetch failed: the mail with UID 99/);
        suite.give(await suite.received(mail, { uid: 99 }));
        await suite.red.waitForMessage('sent');
    });
});
