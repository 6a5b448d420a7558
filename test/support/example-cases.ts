import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { Inquiry, NotRecognised } from '../../src/inquiry/types';
import { automaticMails } from './automatic-mails';
import { ExampleRun } from './example-run';
import type { MailAttachment, MailInfo } from '../../src/message/types';
import { findFreePort } from './free-port';
import type { NodeRedUnderTest } from './helper';
import { startInquiryService } from './inquiry-service';
import { buildMail, type MailParts } from './mail-builder';
import { startSmtpSink, type SmtpSink } from './smtp-sink';
import { createTempFolder } from './temp-folder';

/** A mailbox that an example works on, seen from the server's side. */
export interface ExampleMailbox {
    port: number;
    user: string;
    password: string;
    /** Delivers a mail as a mail server does, unread unless flags are given. */
    deliver(mail: Buffer, flags?: readonly string[]): Promise<void>;
    /** The mails of a folder (INBOX unless given) in UID order, without \Recent among the flags. */
    mails(folder?: string): Promise<Array<{ flags: string[]; raw: Buffer }>>;
    stop(): Promise<void>;
}

const MARKETPLACE = 'channel.machineseeker.com';
const OWN = 'sales@example.org';
const TARGET = 'office@example.com';

const GERMAN = [
    'Firma: Vogelsang Metallbau GmbH',
    'Name: Katrin Vogelsang',
    'Ort: 35390 Gießen',
    'Telefon: +49 30 23125 014',
    'Anfrage zu: Drehmaschine Nordhaus D 420',
    'Nachricht an Sie: Guten Tag,',
    '',
    'ist sie noch da? Preis: 5000?',
    'Name: bleibt Katrin'
].join('\n');

/** HTML alone, labels in bold, and most of them missing. */
const ENGLISH = '<p><b>Name:</b> Owen Hartley<br><b>Message to you:</b> What is your best price?</p>';

function inquiry(parts: MailParts): Buffer {
    return buildMail({ from: `Buyer <buyer-1@${MARKETPLACE}>`, subject: 'New inquiry', ...parts });
}

/** Checks what the examples promise, on whatever server the mailbox lies. */
export function exampleCases(red: NodeRedUnderTest, startMailbox: () => Promise<ExampleMailbox>): void {
    let mailbox: ExampleMailbox;
    let sink: SmtpSink;
    let run: ExampleRun | undefined;

    beforeEach(async () => {
        mailbox = await startMailbox();
        sink = await startSmtpSink({ users: { [OWN]: 'secret' } });
    });
    afterEach(async () => {
        await run?.stop();
        run = undefined;
        await sink?.stop();
        await mailbox?.stop();
    });

    async function start(
        name: string,
        environment: Record<string, string> = {},
        webPort?: number
    ): Promise<ExampleRun> {
        const account = { MAIL_HOST: '127.0.0.1', MAIL_USER: mailbox.user, MAIL_PASSWORD: mailbox.password };
        const sender = { SMTP_HOST: sink.host, SMTP_USER: OWN, SMTP_PASSWORD: 'secret' };
        run = await ExampleRun.start(red, name, {
            imapPort: mailbox.port,
            smtpPort: sink.port,
            ...(webPort === undefined ? {} : { webPort }),
            environment: { ...account, ...sender, FORWARD_TO: TARGET, ...environment }
        });
        return run;
    }

    describe('invoices-to-files', () => {
        it('saves the PDF files of invoices alone, and marks nothing', async () => {
            const flow = await start('invoices-to-files');
            const pdf = { filename: 'invoice.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') };
            const table = { filename: 'table.csv', contentType: 'text/csv', content: Buffer.from('a;b') };
            await mailbox.deliver(buildMail({ subject: 'Newsletter', attachments: [pdf] }));
            await mailbox.deliver(
                buildMail({ subject: 'Rechnung 4711', text: 'siehe Anlage', attachments: [table, pdf] })
            );
            await mailbox.deliver(buildMail({ subject: 'Your invoice', text: 'in writing', attachments: [table] }));
            const [invoice] = await flow.waitFor('Invoice', 1);
            const [other] = await flow.waitFor('Without a file', 1);
            const [file, ...others] = invoice?.['attachments'] as MailAttachment[];
            assert.deepEqual(
                [invoice?.['topic'], String(invoice?.['payload']).trim()],
                ['Rechnung 4711', 'siehe Anlage']
            );
            assert.deepEqual([file?.filename, file?.size, others], ['invoice.pdf', 8, []]);
            assert.equal(readFileSync(file?.path ?? '', 'utf8'), '%PDF-1.7');
            assert.equal(other?.['topic'], 'Your invoice');
            await flow.waitForNothingPending();
            assert.equal(flow.received('Invoice').length, 1);
            assert.deepEqual(
                (await mailbox.mails()).flatMap(mail => mail.flags),
                []
            );
        });
    });

    describe('marketplace-inquiry-import', () => {
        it('makes data of inquiries, leaves every mail unread and the mail of strangers as it was', async () => {
            const flow = await start('marketplace-inquiry-import');
            const strangers = [
                buildMail({ from: 'ben@example.com', subject: 'New inquiry', text: GERMAN }),
                buildMail({ from: `"buyer-1@${MARKETPLACE}" <spoof@example.net>`, text: GERMAN })
            ];
            await mailbox.deliver(strangers[0] as Buffer);
            await mailbox.deliver(inquiry({ text: GERMAN, messageId: '<first@example.com>' }));
            await mailbox.deliver(strangers[1] as Buffer);
            await mailbox.deliver(inquiry({ html: ENGLISH }));
            const [first, second] = await flow.waitFor('Inquiry', 2);

            const { contact, item, inquiry: asked, mail } = first?.['payload'] as Inquiry;
            assert.deepEqual(contact, {
                name: 'Katrin Vogelsang',
                company: 'Vogelsang Metallbau GmbH',
                email: `buyer-1@${MARKETPLACE}`,
                emailIsRelay: true,
                phones: [{ kind: 'unknown', raw: '+49 30 23125 014', e164: '+493023125014' }],
                language: 'de',
                address: { raw: '35390 Gießen', postalCode: '35390', city: 'Gießen' }
            });
            assert.equal(item.title, 'Drehmaschine Nordhaus D 420');
            assert.equal(asked.text, 'Guten Tag,\n\nist sie noch da? Preis: 5000?\nName: bleibt Katrin');
            assert.equal(mail.messageId, '<first@example.com>');
            const other = second?.['payload'] as Inquiry;
            assert.deepEqual(
                [other.contact.name, other.inquiry.text, other.item.title],
                ['Owen Hartley', 'What is your best price?', undefined]
            );

            const mails = await mailbox.mails();
            assert.deepEqual(
                mails.map(mail => mail.flags),
                [[], [], [], []]
            );
            assert.deepEqual([mails[0]?.raw, mails[2]?.raw], strangers);
            assertSilent(flow, ['Other senders', 'Not recognised', 'Given up']);
        });

        it('makes a mail unread again that another program has opened meanwhile', async () => {
            const flow = await start('marketplace-inquiry-import');
            await mailbox.deliver(inquiry({ text: GERMAN }), ['\\Seen', '\\Flagged']);
            await flow.waitFor('Inquiry', 1);
            assert.deepEqual((await mailbox.mails())[0]?.flags, ['\\Flagged']);
        });

        it('makes several inquiries of a digest, and none of another mail of the sender', async () => {
            const flow = await start('marketplace-inquiry-import');
            const digest = [1, 2].map(number => GERMAN.replace('Katrin', `Katrin ${number}`));
            await mailbox.deliver(
                buildMail({
                    from: 'info@mail.machineseeker.com',
                    subject: 'Kategorie-Anfragen (2 Nachrichten)',
                    text: digest.map(text => text.replace('\nName: bleibt Katrin', '')).join('\n\n')
                })
            );
            await mailbox.deliver(inquiry({ subject: 'Your week', text: 'Your weekly figures\n12 views' }));
            const messages = await flow.waitFor('Inquiry', 2);
            assert.deepEqual(
                messages.map(message => (message['payload'] as Inquiry).contact.name),
                ['Katrin 1 Vogelsang', 'Katrin 2 Vogelsang']
            );
            const [other] = await flow.waitFor('Not recognised', 1);
            assert.equal(other?.['payload'], 'Your weekly figures\n12 views\n');
            assert.equal((other?.['inquiry'] as NotRecognised).reason, 'no-format');
            assert.ok((await mailbox.mails()).every(mail => mail.flags.length === 0));
        });
    });

    describe('inquiries-to-csv', () => {
        it('writes a row for each new inquiry, and none for one that comes again in another mail', async () => {
            const folder = createTempFolder('csv');
            const file = join(folder.path, 'inquiries.csv');
            const flow = await start('inquiries-to-csv', { CSV_FILE: file });
            await mailbox.deliver(inquiry({ text: GERMAN.replace('Nachricht an Sie: ', 'Nachricht an Sie: =1+1 ') }));
            await flow.waitFor('Written', 1);
            await mailbox.deliver(inquiry({ text: GERMAN.replace('Nachricht an Sie: ', 'Nachricht an Sie: =1+1 ') }));
            await mailbox.deliver(inquiry({ html: ENGLISH }));
            await flow.waitFor('Written', 2);
            const rows = readFileSync(file, 'utf8').split(/\r\n(?=2)/);
            folder.remove();
            assert.equal(rows.length, 2);
            assert.match(
                rows[0] ?? '',
                /machineseeker,Katrin Vogelsang,.*,'\+493023125014,35390 Gießen,.*"'=1\+1 Guten Tag,/
            );
            assert.match(rows[1] ?? '', /Owen Hartley/);
            assertSilent(flow, ['Not recognised', 'Given up']);
        });
    });

    describe('inquiries-to-http', () => {
        it('posts an inquiry again until the service has taken it', async () => {
            const service = await startInquiryService([500, 201]);
            try {
                const flow = await start('inquiries-to-http', { INQUIRY_URL: service.url });
                await mailbox.deliver(inquiry({ text: GERMAN }));
                await flow.waitForError('Is it 2xx?', /answered 500/);
                await flow.waitFor('Taken', 1);
                const [first, second] = service.requests;
                assert.equal(service.requests.length, 2);
                assert.equal((second?.body as Inquiry).contact.name, 'Katrin Vogelsang');
                assert.match(String(first?.key), /^[0-9a-f]{64}$/);
                assert.equal(second?.key, first?.key);
                assertSilent(flow, ['Not recognised', 'Given up']);
            } finally {
                await service.stop();
            }
        });
    });

    describe('bounce-collector', () => {
        it('writes a line for each recipient who got nothing, and touches no mail', async () => {
            const folder = join(createTempFolder('bounces').path, 'kept');
            const flow = await start('bounce-collector', { BOUNCE_FOLDER: folder });
            const names = [
                'Postfix, one of two recipients delivered',
                'an ordinary answer',
                'Exim without any structure'
            ];
            const others = ['Gmail vacation', 'Postfix, user unknown', 'Exim warning with a report'];
            for (const name of [...names, ...others]) {
                await mailbox.deliver(rawOf(name));
            }
            await flow.waitFor('Kept', 3);
            const [people] = await flow.waitFor('People', 1);
            const automatic = await flow.waitFor('Other automatic mail', 2);
            await flow.waitForNothingPending();

            assert.deepEqual(
                linesIn(folder).map(line => line.slice(1, -1).split('","').slice(1)),
                [
                    ['full@customer.example', '5.2.2', '552 5.2.2 mailbox full', ''],
                    ['karin@customer.example', '', '', '<campaign-19@example.org>'],
                    ['karin@customer.example', '5.1.1', '550 5.1.1 no such mailbox', '<campaign-17@example.org>']
                ]
            );
            assert.equal(people?.['topic'], 'Re: Our offer');
            assert.deepEqual(automatic.map(kindOf), ['auto-reply', 'delay']);
            assert.ok((await mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Given up']);
        });

        it('tries a mail again whose line could not be written', async () => {
            const folder = join(createTempFolder('bounces').path, 'kept');
            writeFileSync(folder, 'in the way');
            const flow = await start('bounce-collector', { BOUNCE_FOLDER: folder });
            await mailbox.deliver(rawOf('qmail'));
            await flow.waitForError('Keep', /fail/);
            rmSync(folder);
            await flow.waitFor('Kept', 1);
            assert.match(linesIn(folder).join(), /campaign-22@example\.org/);
            assertSilent(flow, ['Given up']);
        });

        it('says what to set when it is not told where to write', async () => {
            const flow = await start('bounce-collector', { BOUNCE_FOLDER: '' });
            await mailbox.deliver(rawOf('qmail'));
            await flow.waitForError('Lines', /BOUNCE_FOLDER/);
        });
    });

    describe('replies-from-people', () => {
        it('flags what people wrote and leaves everything else alone', async () => {
            const flow = await start('replies-from-people');
            const people = ['an ordinary answer', 'through a group address', 'Zendesk, an answer that staff wrote'];
            const machines = ['Outlook absence note of Exchange Online', 'Gmail, address not found', 'newsletter'];
            for (const name of [...people, ...machines]) {
                await mailbox.deliver(rawOf(name));
            }
            await flow.waitFor('From a person', 3);
            const automatic = await flow.waitFor('Automatic', 3);
            assert.deepEqual(automatic.map(kindOf).sort(), ['auto-reply', 'bounce', 'bulk']);
            await flow.waitForNothingPending();
            assert.deepEqual(
                (await mailbox.mails()).map(mail => mail.flags),
                [['\\Flagged'], ['\\Flagged'], ['\\Flagged'], [], [], []]
            );
            assertSilent(flow, ['Given up']);
        });
    });

    describe('forward-replies', () => {
        const reply = (parts: MailParts = {}): Buffer =>
            buildMail({
                from: 'Ben Büyer <ben@example.com>',
                subject: 'Re: Ihr Angebot – günstig?',
                inReplyTo: '<campaign@example.org>',
                text: 'Ja, gerne.\n',
                html: '<p>Ja, gerne.</p>',
                attachments: [{ filename: 'plan.bin', content: Buffer.from([0, 1, 254, 255]) }],
                ...parts
            });

        it('sends the reply on with its exact bytes attached, and marks it', async () => {
            const flow = await start('forward-replies');
            await mailbox.deliver(reply());
            await flow.waitFor('Forwarded', 1);

            const [sent] = await sink.waitForMails(1);
            assert.deepEqual([sent?.from, sent?.to, sent?.user], [OWN, [TARGET], OWN]);
            const forward = await simpleParser(sent?.raw as Buffer);
            assert.equal(forward.subject, 'Fwd: Re: Ihr Angebot – günstig?');
            assert.deepEqual(forward.replyTo?.value, [{ name: 'Ben Büyer', address: 'ben@example.com' }]);
            assert.equal(forward.headers.get('auto-submitted'), 'auto-generated');
            assert.match(forward.text ?? '', /Ben Büyer <ben@example\.com>/);
            assert.equal(forward.html, false);

            const [original] = await mailbox.mails();
            assert.deepEqual(
                forward.attachments.map(({ filename, contentType }) => [filename, contentType]),
                [['original.eml', 'message/rfc822']]
            );
            assert.deepEqual(forward.attachments[0]?.content, original?.raw);
            assert.deepEqual(original?.flags, ['$Forwarded']);
            assertSilent(flow, ['Left alone', 'Kept back', 'Not sent', 'Sent, not marked', 'Given up']);
        });

        const automatic: ReadonlyArray<[string, MailParts, RegExp]> = [
            ['an automatic answer', { headers: { 'Auto-Submitted': 'auto-replied (vacation)' } }, /automatic answer/],
            ['a bounce', { headers: { 'Return-Path': '<>' } }, /empty return path/],
            ['a newsletter', { headers: { Precedence: 'bulk' } }, /bulk mail/],
            ['mail of a list', { headers: { 'List-Id': '<l.example.com>' }, inReplyTo: '' }, /mailing list/],
            ['mail without an author', { from: null }, /exactly one author/],
            ['mail with two authors', { from: 'a@example.com, b@example.com' }, /exactly one author/]
        ];
        it('leaves automatic mail alone and says why', async () => {
            const flow = await start('forward-replies');
            for (const [, parts] of automatic) {
                await mailbox.deliver(automaticMail(parts));
            }
            const left = await flow.waitFor('Left alone', automatic.length);
            for (const [index, [what, , reason]] of automatic.entries()) {
                assert.match(String(left[index]?.['reason']), reason, what);
            }
            assert.equal(sink.mails.length, 0);
            assert.ok((await mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Forwarded', 'Kept back', 'Not sent', 'Given up']);
        });

        it('keeps back the mail of the target and of a mailbox that forwards to itself', async () => {
            const flow = await start('forward-replies', { FORWARD_TO: `${TARGET}, other@example.com` });
            await mailbox.deliver(reply({ from: TARGET.toUpperCase() }));
            const [toAuthor] = await flow.waitFor('Kept back', 1);
            assert.equal((toAuthor?.['error'] as { reason: string }).reason, 'author');
            await flow.stop();
            const itself = await start('forward-replies', { FORWARD_TO: mailbox.user });
            await mailbox.deliver(reply());
            const [toItself] = await itself.waitFor('Kept back', 1);
            assert.equal((toItself?.['error'] as { reason: string }).reason, 'own-address');
            assert.equal(sink.mails.length, 0);
        });

        function automaticMail(parts: MailParts): Buffer {
            const { inReplyTo = '<campaign@example.org>', ...others } = parts;
            return buildMail({ text: 'x', ...(inReplyTo === '' ? {} : { inReplyTo }), ...others });
        }

        it('forwards what a person sent through a list or marked as not automatic', async () => {
            const flow = await start('forward-replies');
            await mailbox.deliver(reply({ headers: { 'List-Id': '<team.example.com>', 'Auto-Submitted': 'no' } }));
            await flow.waitFor('Forwarded', 1);
        });

        it('does not forward its own forward when it comes back', async () => {
            const flow = await start('forward-replies');
            await mailbox.deliver(reply({ subject: 'Fwd: WG: Angebot' }));
            const [sent] = await sink.waitForMails(1);
            assert.match((sent?.raw as Buffer).toString(), /^Subject: Fwd: Angebot\r$/m);
            // some programs on the way leave only the fields that they know
            const stripped = (sent?.raw as Buffer).toString('latin1').replace(/^Auto-Submitted:.*\r\n/m, '');
            await mailbox.deliver(Buffer.from(stripped, 'latin1'));
            const [message] = await flow.waitFor('Kept back', 1);
            assert.equal((message?.['error'] as { reason: string }).reason, 'own-mark');
            assert.equal(sink.mails.length, 1);
        });

        it('tries a mail again that could not be sent, and marks it only when it was', async () => {
            const flow = await start('forward-replies');
            sink.refuse = { data: { code: 554, text: 'not today' } };
            await mailbox.deliver(reply());
            const [message] = await flow.waitFor('Not sent', 1);
            assert.match(JSON.stringify(message?.['error']), /not today/);
            assert.deepEqual((await mailbox.mails())[0]?.flags, []);
            sink.refuse = {};
            await flow.waitFor('Forwarded', 1);
            assert.equal(sink.mails.length, 1);
            assert.deepEqual((await mailbox.mails())[0]?.flags, ['$Forwarded']);
        });

        it('says what to set when it is not told to whom mail goes', async () => {
            const flow = await start('forward-replies', { FORWARD_TO: '' });
            await mailbox.deliver(reply());
            await flow.waitForError('Compose', /FORWARD_TO/);
            assert.equal(sink.mails.length, 0);
        });
    });

    describe('auto-responder', () => {
        const question = (parts: MailParts = {}): Buffer =>
            buildMail({ from: 'Ben Büyer <ben@example.com>', subject: 'Öffnungszeiten?', text: 'Wann?', ...parts });

        it('answers a person once, in the thread, and marks the mail', async () => {
            const flow = await start('auto-responder');
            await mailbox.deliver(question({ messageId: '<q1@example.com>' }));
            await flow.waitFor('Answered', 1);
            const [sent] = sink.mails;
            assert.deepEqual([sent?.from, sent?.to], [OWN, ['ben@example.com']]);
            const answer = await simpleParser(sent?.raw as Buffer);
            assert.deepEqual([answer.subject, answer.inReplyTo], ['Re: Öffnungszeiten?', '<q1@example.com>']);
            assert.match(answer.text ?? '', /^Dear Ben Büyer,\n\nthank you for your message "Öffnungszeiten\?"\./);
            assert.equal(answer.headers.get('auto-submitted'), 'auto-replied');
            assert.deepEqual((await mailbox.mails())[0]?.flags, ['\\Answered']);

            await mailbox.deliver(question());
            const [second] = await flow.waitFor('Kept back', 1);
            assert.equal((second?.['error'] as { reason: string }).reason, 'sender-limit');
            assert.equal(sink.mails.length, 1);
            assertSilent(flow, ['Not sent', 'Answered, not marked', 'Given up']);
        });

        it('answers no absence note, no bounce and no list, so that nothing can begin', async () => {
            const flow = await start('auto-responder');
            const machines: MailParts[] = [
                { headers: { 'Auto-Submitted': 'auto-replied' } },
                { headers: { 'X-Auto-Response-Suppress': 'All', Precedence: 'bulk' } },
                { from: 'mailer-daemon@example.com', headers: { 'Return-Path': '<>' } },
                { headers: { 'List-Id': '<l.example.com>' } },
                { from: 'noreply@example.com' }
            ];
            for (const parts of machines) {
                await mailbox.deliver(question(parts));
            }
            const kept = await flow.waitFor('Kept back', machines.length);
            assert.ok(kept.every(message => (message['error'] as { reason: string }).reason === 'automatic'));
            assert.equal(sink.mails.length, 0);
        });
    });

    describe('shared-inbox', () => {
        it('passes each mail on to the person whose it is, and each to nobody twice', async () => {
            const people = {
                ACCOUNTING: 'ada@example.com',
                SALES: 'sam@example.com',
                OFFICE: 'olga@example.com, otto@example.com'
            };
            const flow = await start('shared-inbox', people);
            const subjects = ['Second reminder', 'Your offer', 'Holiday greetings'];
            const mails = subjects.map(subject => buildMail({ from: 'ben@example.com', subject, text: 'Hi' }));
            for (const mail of mails) {
                await mailbox.deliver(mail);
            }
            await flow.waitFor('Passed on', 3);
            const reached = sink.mails.map(({ to, raw }) => [/^Subject: Fwd: (.*?)\r$/m.exec(raw.toString())?.[1], to]);
            assert.deepEqual(reached.sort(), [
                ['Holiday greetings', ['olga@example.com', 'otto@example.com']],
                ['Second reminder', ['ada@example.com']],
                ['Your offer', ['sam@example.com']]
            ]);
            assert.ok((await mailbox.mails()).every(({ flags }) => flags.includes('$Forwarded')));
            // the copy of an alias or a list: the same mail by another way
            const copied = Buffer.concat([Buffer.from('Received: from list.example.com\r\n'), mails[0] as Buffer]);
            await mailbox.deliver(copied);
            const [copy] = await flow.waitFor('Kept back', 1);
            assert.equal((copy?.['error'] as { reason: string }).reason, 'already-handled');
            assertSilent(flow, ['Not sent', 'Passed on, not marked', 'Given up']);
        });
    });

    describe('acknowledge-later', () => {
        const order = (subject: string): Buffer => buildMail({ subject, messageId: `<${subject}@example.com>` });

        async function startWith(environment: Record<string, string> = {}): Promise<ExampleRun> {
            const webPort = await findFreePort();
            return start('acknowledge-later', { EXAMPLE_URL: `http://127.0.0.1:${webPort}`, ...environment }, webPort);
        }

        it('calls a mail done when the answer has come back, and not before', async () => {
            const flow = await startWith();
            await mailbox.deliver(order('one'));
            const [handed] = await flow.waitFor('Handed over', 1);
            assert.equal(handed?.['statusCode'], 202);
            assert.deepEqual(flow.pending(), ['1'], 'still waited for');
            const [answered] = await flow.waitFor('Called back', 1);
            assert.equal(answered?.['statusCode'], 200);
            await flow.waitForNothingPending();
            assertSilent(flow, ['No effect', 'Given up']);
        });

        it('tries a mail again that the other system could not work on', async () => {
            const flow = await startWith();
            await mailbox.deliver(order('this will fail'));
            const handed = await flow.waitFor('Handed over', 2);
            const attempts = handed.map(message => (message['mail'] as MailInfo).delivery.attempt);
            assert.deepEqual(attempts, [1, 2]);
            assertSilent(flow, ['No effect', 'Given up']);
        });

        it('tries a mail again that could not be handed over', async () => {
            const flow = await startWith({ EXAMPLE_URL: `http://127.0.0.1:${await findFreePort()}` });
            await mailbox.deliver(order('nobody there'));
            await flow.waitForError('Hand over', /ECONNREFUSED/);
            await flow.waitForRetry();
        });
    });
}

/** A mail of the collection of automatic and human mail. */
function rawOf(name: string): Buffer {
    const mail = automaticMails().find(candidate => candidate.name === name);
    assert.ok(mail, name);
    return mail.raw;
}

/** The lines of all files of a folder, in the order of their UIDs, which here have one digit. */
function linesIn(folder: string): string[] {
    const files = readdirSync(folder).sort();
    return files.flatMap(file => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
}

function kindOf(message: Record<string, unknown>): unknown {
    return (message as { mail?: { automatic?: { kind?: unknown } } }).mail?.automatic?.kind;
}

function assertSilent(flow: ExampleRun, debugNodes: readonly string[]): void {
    for (const name of debugNodes) {
        assert.deepEqual(flow.received(name), [], name);
    }
}
