import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { NodeMessage } from 'node-red';
import helper = require('node-red-node-test-helper');
import composeMail = require('../../nodes/compose-mail');
import imapAccount = require('../../nodes/imap-account');
import smtpAccount = require('../../nodes/smtp-account');
import smtpOut = require('../../nodes/smtp-out');
import type { MailMessage } from '../../src/message/types';
import { readMail } from '../../src/message/read-mail';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { useNodeRed, type NodeFile } from '../support/helper';
import { buildMail, type MailParts } from '../support/mail-builder';
import { mailMeta } from '../support/raw-mail';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

type Message = NodeMessage & Record<string, unknown>;
type Properties = Record<string, unknown>;

const OWN = 'sales@example.org';
const BOSS = 'boss@example.com';
const NODES: NodeFile[] = [
    composeMail,
    imapAccount,
    smtpAccount,
    RED => smtpOut(RED, { firstMs: 0, factor: 1, maxMs: 0 })
];

describe('the node compose-mail', function () {
    this.timeout(20_000);
    const red = useNodeRed();
    let userDir: TempFolder;
    let sink: SmtpSink;
    let imap: EmbeddedImap;
    let number = 0;

    beforeEach(async () => {
        userDir = createTempFolder('compose');
        helper.settings({ userDir: userDir.path });
        sink = await startSmtpSink();
        imap = await startEmbeddedImap({ users: { [OWN]: 'secret' } });
    });
    afterEach(async () => {
        await red.unload();
        await sink.stop();
        await imap.close();
        userDir.remove();
    });

    function flowWith(node: Properties, account: Properties = {}): Parameters<typeof red.loadFlow>[1] {
        return [
            { id: 'tab', type: 'tab' },
            { id: 'box', type: 'imap-account', name: 'Sales', host: imap.host, port: imap.port, security: 'none' },
            {
                id: 'post',
                type: 'smtp-account',
                name: 'Post',
                host: sink.host,
                port: sink.port,
                security: 'none',
                auth: 'none',
                senderName: 'Sales',
                senderAddress: OWN,
                ...account
            },
            { id: 'compose', z: 'tab', type: 'compose-mail', wires: [['composed', 'send'], ['refused']], ...node },
            { id: 'composed', z: 'tab', type: 'recorder' },
            { id: 'refused', z: 'tab', type: 'recorder' },
            {
                id: 'send',
                z: 'tab',
                type: 'smtp-out',
                account: 'post',
                to: 'to',
                toType: 'msg',
                attempts: 1,
                wires: [['sent'], ['given-up']]
            },
            { id: 'sent', z: 'tab', type: 'recorder' },
            { id: 'given-up', z: 'tab', type: 'recorder' }
        ];
    }

    async function load(node: Properties, account: Properties = {}): Promise<void> {
        const credentials = { box: { user: OWN, password: 'secret' } };
        await red.loadFlow(NODES, flowWith(node, account), credentials);
    }

    /** A message as imap-in emits it; each call is a delivery of its own. */
    async function received(mail: Buffer, more: { uid?: number; content?: 'text' | 'full' } = {}): Promise<Message> {
        number++;
        const meta = mailMeta({
            ref: { account: 'box', folder: 'INBOX', uidValidity: '1', uid: more.uid ?? number },
            delivery: { id: `delivery-${number}`, attempt: 1 }
        });
        const message: MailMessage = await readMail(mail, meta, {
            content: more.content ?? 'full',
            attachments: 'none',
            attachmentsDir: '',
            oversize: false
        });
        return message as unknown as Message;
    }

    function question(parts: MailParts = {}): Buffer {
        return buildMail({
            from: 'Ben Buyer <ben@example.com>',
            to: OWN,
            subject: 'Angebot',
            text: 'Was kostet es?',
            ...parts
        });
    }

    function give(msg: Message): void {
        red.node('compose').receive(msg);
    }

    async function refusal(count = 1): Promise<{ reason: string; message: string; code: string }> {
        const msg = await red.waitForMessage<Message>('refused', { count });
        return msg['error'] as { reason: string; message: string; code: string };
    }

    it('answers the Reply-To, once with "Re:", in the thread, with a quotation', async () => {
        await load({ action: 'reply', text: 'Danke, {{mail.from.name}}.' });
        const mail = question({
            subject: 'AW: Re[2]: Angebot',
            replyTo: 'Einkauf <einkauf@example.com>',
            messageId: '<m2@example.com>',
            references: '<m0@example.com> <m1@example.com>'
        });
        give(await received(mail));
        const [sent] = await sink.waitForMails(1);
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
        const uid = imap.appendMessage('INBOX', question());
        imap.mailbox('INBOX').uidvalidity = 1;
        await load({ action: 'reply', text: 'payload', textType: 'msg' });
        give({ ...(await received(question(), { uid, content: 'text' })), payload: 'Hundert Euro.' });
        const [sent] = await sink.waitForMails(1);
        const answer = await simpleParser(sent?.raw as Buffer);
        assert.match(answer.text ?? '', /^Hundert Euro\.\n\n.*wrote:\n> Was kostet es\?\n/);
        assert.deepEqual(imap.mails('INBOX')[0]?.flags, []);
    });

    it('answers all without itself, without those twice and without the Bcc of the mail', async () => {
        await load({ action: 'reply-all', text: 'x' }, { sendAs: ['info@example.org', '*@example.com'] });
        const mail = question({
            to: `${OWN}, Carla <carla@example.com>, info@example.org`,
            cc: 'dora@example.com, Ben <BEN@example.com>',
            headers: { Bcc: 'secret@example.com' }
        });
        give(await received(mail));
        const [sent] = await sink.waitForMails(1);
        assert.deepEqual(sent?.to, ['ben@example.com', 'carla@example.com', 'dora@example.com']);
        assert.doesNotMatch((sent?.raw as Buffer).toString(), /secret@example\.com/);
    });

    it('forwards the exact bytes as an attachment, with an answer to the author', async () => {
        await load({ action: 'forward', to: BOSS });
        const original = Buffer.concat([
            question({ replyTo: 'elsewhere@example.net', subject: 'Frage' }),
            Buffer.from([0xe4, 0xf6, 0x2e, 0x0d, 0x0a, 0x2e, 0x0d, 0x0a])
        ]);
        give(await received(original));
        const [sent] = await sink.waitForMails(1);
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
        await load({ action: 'forward-inline', to: BOSS, text: 'Please see to it.' });
        const mail = question({
            html: '<html><head><style>*{display:none}</style></head><body><p>Was <b>kostet</b> es?</p><script>x()</script></body></html>',
            attachments: [{ filename: 'plan.bin', content: Buffer.from([0, 1, 255]) }]
        });
        give(await received(mail));
        const [sent] = await sink.waitForMails(1);
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
        await load({ action: 'redirect', to: BOSS });
        const mail = question({ messageId: '<signed@example.com>' });
        const full = Buffer.concat([
            Buffer.from('Return-Path: <ben@example.com>\r\nBcc: a@example.com,\r\n b@example.com\r\n'),
            mail
        ]);
        give(await received(full));
        const [sent] = await sink.waitForMails(1);
        const raw = sent?.raw as Buffer;
        assert.deepEqual([sent?.from, sent?.to], [OWN, [BOSS]]);
        assert.deepEqual(raw.subarray(raw.length - mail.length), mail);
        const block = raw.subarray(0, raw.length - mail.length).toString();
        assert.match(
            block,
            /^Resent-Date: .*\+0000\r\nResent-From: <sales@example\.org>\r\nResent-To: <boss@example\.com>\r\nResent-Message-ID: <.*@example\.org>\r\nX-Mailflow-Forward: .*\r\n$/
        );
        const done = await red.waitForMessage<Message>('sent');
        assert.equal((done['sent'] as { messageId: string }).messageId, '<signed@example.com>');
    });

    it('composes a new mail of its fields alone', async () => {
        await load({
            action: 'new',
            to: '{{customer}}',
            subject: 'Hello {{name}}',
            text: '{{text}} {{a<b}}',
            html: '<p>{{text}}</p>'
        });
        give({
            _msgid: 'a',
            customer: 'ben@example.com',
            name: 'Ben',
            text: '<b>&',
            payload: 'not this',
            topic: 'nor this'
        });
        const [sent] = await sink.waitForMails(1);
        const mail = await simpleParser(sent?.raw as Buffer);
        assert.deepEqual([mail.subject, mail.text?.trim()], ['Hello Ben', '<b>& {{a<b}}']);
        assert.match(String(mail.html), /<p>&lt;b&gt;&amp;<\/p>/);
        assert.equal(mail.headers.has('auto-submitted'), false);
    });

    it('takes every field from where its type says, and keeps other fields of the message', async () => {
        await load({
            action: 'new',
            to: 'who',
            toType: 'msg',
            cc: '["c@example.com"]',
            ccType: 'jsonata',
            text: 'payload',
            textType: 'msg'
        });
        give({
            _msgid: 'a',
            who: [{ name: 'Ben', address: 'ben@example.com' }],
            payload: 'Hi',
            mine: 1,
            headers: { 'X-Old': '1' },
            html: '<p>old</p>'
        });
        const message = await red.waitForMessage<Message>('composed');
        assert.deepEqual(message['to'], [{ name: 'Ben', address: 'ben@example.com' }]);
        assert.deepEqual(message['cc'], [{ name: '', address: 'c@example.com' }]);
        assert.equal(message['mine'], 1);
        assert.deepEqual([message['headers'], 'html' in message], [{}, false]);
    });

    describe('keeps back', () => {
        const cases: Array<[string, string, Properties, MailParts]> = [
            [
                'an answer to a bounce',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' } }
            ],
            [
                'an answer to an automatic answer',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Auto-Submitted': 'auto-replied (vacation)' } }
            ],
            [
                'an answer to a list',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'List-Id': '<l.example.com>' } }
            ],
            [
                'an answer to bulk mail',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { Precedence: 'bulk' } }
            ],
            [
                'an answer where none is wanted',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'X-Auto-Response-Suppress': 'OOF, AutoReply' } }
            ],
            ['an answer to nobody', 'automatic', { action: 'reply', text: 'x' }, { from: 'no-reply@example.com' }],
            [
                'an answer to an empty return path',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Return-Path': '<>' } }
            ],
            ['an answer to itself', 'nobody', { action: 'reply', text: 'x' }, { from: OWN }],
            [
                'a mail for its author that is called new',
                'automatic',
                { action: 'new', to: 'ben@example.com', text: 'x' },
                { headers: { Precedence: 'bulk' } }
            ],
            [
                'a forward of a bounce',
                'automatic',
                { action: 'forward', to: BOSS },
                { from: 'MAILER-DAEMON@example.com' }
            ],
            ['a forward to itself', 'own-address', { action: 'forward', to: OWN.toUpperCase() }, {}],
            ['a forward to its author', 'author', { action: 'forward', to: `${BOSS}, ben@example.com` }, {}],
            [
                'a mail that was here before',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'X-Loop': OWN } }
            ],
            [
                'a mail that it has resent',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'Resent-From': `Sales <${OWN}>` } }
            ],
            [
                'a mail delivered here twice',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'Delivered-To': [OWN, 'x@example.com', OWN] } }
            ],
            [
                'a mail of too many servers',
                'hops',
                { action: 'forward', to: BOSS },
                { headers: { Received: Array<string>(31).fill('from a by b') } }
            ],
            [
                'a redirect with an empty sender',
                'automatic',
                { action: 'redirect', to: BOSS },
                { headers: { 'Return-Path': '<>' } }
            ]
        ];
        for (const [what, reason, node, parts] of cases) {
            it(`${what}, at the second output and without an error`, async () => {
                await load(node);
                give(await received(question(parts)));
                assert.deepEqual([(await refusal()).reason, (await refusal()).code], [reason, 'LOOP_GUARD']);
                assert.match(JSON.stringify(red.statuses('compose').at(-1)), /"yellow".*compose-mail\.status\.refused/);
                assert.deepEqual(red.errors('compose'), []);
                assert.equal(sink.mails.length, 0);
            });
        }

        it('what filter-automatic calls automatic, and passes on a mere automatic answer', async () => {
            await load({ action: 'forward', to: BOSS });
            const message = await received(question());
            give({ ...message, mail: { ...(message['mail'] as object), automatic: { kind: 'bounce' } } });
            assert.equal((await refusal()).reason, 'automatic');
            const notice = await received(question({ headers: { 'Auto-Submitted': 'auto-replied' } }));
            give({ ...notice, mail: { ...(notice['mail'] as object), automatic: { kind: 'auto-reply' } } });
            const [sent] = await sink.waitForMails(1);
            assert.match((sent?.raw as Buffer).toString(), /^Kind: {4}auto-reply\r$/m);
        });

        it('its own forward that comes back, but no forged or foreign mark', async () => {
            await load({ action: 'forward', to: BOSS });
            const foreign = 'AAAAAAAAAAAA BBBBBBBBBBBB CCCCCCCCCCCCCCCCCCCCCCCC';
            give(await received(question({ headers: { 'X-Mailflow-Forward': foreign } })));
            const [sent] = await sink.waitForMails(1);
            const raw = (sent?.raw as Buffer).toString();
            assert.ok(raw.includes(`X-Mailflow-Forward: ${foreign}\r\n`));
            const mark = /^X-Mailflow-Forward: ([\w-]{12}) (.*) (.*)\r$/m.exec(raw);
            give(
                await received(
                    question({ headers: { 'X-Mailflow-Forward': `${mark?.[1]} ${mark?.[2]} ${'x'.repeat(24)}` } })
                )
            );
            await sink.waitForMails(2);
            give(
                await received(
                    buildMail({
                        from: 'Robot <robot@example.com>',
                        headers: { 'X-Mailflow-Forward': mark?.[0].slice(20) ?? '' }
                    })
                )
            );
            assert.equal((await refusal()).reason, 'own-mark');
        });

        it('a mail that was sent already, also under another UID and after a restart', async () => {
            const mail = question();
            await load({ action: 'forward', to: BOSS });
            give(await received(mail));
            await red.waitForMessage('sent');
            give(await received(mail));
            assert.equal((await refusal()).reason, 'already-handled');
            await red.unload();
            await load({ action: 'forward', to: BOSS });
            give(await received(mail));
            assert.equal((await refusal()).reason, 'already-handled');
            assert.equal(sink.mails.length, 1);
        });

        it('the second copy of a mail that is being sent', async () => {
            await load({ action: 'forward', to: BOSS, wires: [['composed'], ['refused']] });
            const mail = question();
            give(await received(mail));
            give(await received(mail));
            assert.equal((await refusal()).reason, 'already-handled');
            await red.waitForMessage('composed');
            assert.equal(red.recorded('composed').length, 1);
        });

        it('what is too much of one author or for one address, across a restart, and warns once', async () => {
            const node = { action: 'forward', to: BOSS, maxPerSender: 2, maxPerTarget: 3 };
            await load(node);
            for (const from of ['a', 'a', 'a', 'a', 'b']) {
                give(await received(question({ from: `${from}@example.com` })));
            }
            await red.waitForMessage('refused', { count: 2 });
            await red.waitForMessage('sent', { count: 3 });
            assert.deepEqual([(await refusal(1)).reason, (await refusal(2)).reason], ['sender-limit', 'sender-limit']);
            assert.equal(red.warnings('compose').length, 1);
            assert.match(JSON.stringify(red.statuses('compose')), /"red".*compose-mail\.status\.limit/);
            await red.unload();
            await load(node);
            give(await received(question({ from: 'c@example.com' })));
            assert.equal((await refusal()).reason, 'target-limit');
        });
    });

    it('lets a mail be sent that could not be sent before, without counting it twice', async () => {
        await load({ action: 'forward', to: BOSS, maxPerTarget: 1 });
        sink.refuse = { data: { code: 554, text: 'not today' } };
        const mail = question();
        const message = await received(mail, { uid: 7 });
        give(message);
        await red.waitForMessage('given-up');
        sink.refuse = {};
        give({ ...(await received(mail, { uid: 7 })) });
        await red.waitForMessage('sent');
        assert.equal(sink.mails.length, 1);
        give({ ...(await received(mail, { uid: 7 })) });
        assert.equal((await refusal()).reason, 'already-handled');
    });

    it('sends again only to those whose address was refused', async () => {
        await load({ action: 'forward', to: `${BOSS}, deputy@example.com` });
        const mail = question();
        sink.refuse = { recipient: address => (address === BOSS ? { code: 550, text: 'unknown' } : undefined) };
        give(await received(mail, { uid: 7 }));
        await red.waitForMessage('sent');
        sink.refuse = {};
        give(await received(mail, { uid: 7 }));
        await red.waitForMessage('sent', { count: 2 });
        assert.deepEqual(
            sink.mails.map(({ to }) => to),
            [['deputy@example.com'], [BOSS]]
        );
    });

    it('keeps its key in a file that only the owner reads, and out of everything that leaves', async () => {
        await load({ action: 'forward', to: BOSS });
        give(await received(question()));
        const sent = await red.waitForMessage<Message>('sent');
        const folder = join(userDir.path, 'mailflow', 'guard');
        const records = readdirSync(folder).map(name => {
            assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
            return JSON.parse(readFileSync(join(folder, name), 'utf8')) as { key?: string };
        });
        const key = records.find(record => record.key)?.key ?? '';
        assert.ok(key.length > 40);
        assert.ok(
            !JSON.stringify([sent, red.statuses('compose'), sink.mails.map(mail => mail.raw.toString())]).includes(key)
        );
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
                await load({ action: 'new', text: 'x', ...node });
                give({
                    ...(await received(question())),
                    who: 'ben@example.com\r\nBcc: eve@example.net',
                    list: 'ben@example.com,eve@example.net'
                });
                await red.waitForError('compose', error);
                assert.equal(sink.mails.length, 0);
                assert.equal(red.recorded('composed').length, 0);
            });
        }

        it('a received name with a line break in it', async () => {
            await load({ action: 'forward', to: BOSS });
            const message = await received(question());
            const mail = {
                ...(message['mail'] as object),
                from: { name: 'Ben\r\nBcc: eve@example.net', address: 'ben@example.com' }
            };
            give({ ...message, mail });
            const [sent] = await sink.waitForMails(1);
            assert.doesNotMatch((sent?.raw as Buffer).toString(), /^Bcc:/m);
            assert.deepEqual(sent?.to, [BOSS]);
        });
    });

    it('says what is missing, in the log, in its status and for every message', async () => {
        await load({ action: 'forward' });
        assert.match(JSON.stringify(red.statuses('compose')), /compose-mail\.status\.not-configured/);
        give(await received(question()));
        // the one of the constructor is a text
        await red.waitForError('compose', /^MailError: .*no recipient is set/);
    });

    it('asks for msg.mail and msg.header, without which a loop cannot be told', async () => {
        await load({ action: 'reply', text: 'x' });
        give({ _msgid: 'a', payload: 'Hi' });
        await red.waitForError('compose', /no msg\.mail/);
        const message = await received(question(), { content: 'text' });
        delete message['header'];
        give(message);
        await red.waitForError('compose', /no msg\.header/);
    });

    it('fails with the name of the account when the mail is gone, and may be tried again', async () => {
        imap.mailbox('INBOX').uidvalidity = 1;
        await load({ action: 'forward', to: BOSS });
        const mail = question();
        give(await received(mail, { uid: 99, content: 'text' }));
        await red.waitForError('compose', /Sales: fetch failed: the mail with UID 99/);
        give(await received(mail, { uid: 99 }));
        await red.waitForMessage('sent');
    });
});
