import assert from 'node:assert/strict';
import { simpleParser } from 'mailparser';
import { readFileSync } from 'node:fs';
import type { MailAttachment } from '../../src/message/types';
import { ExampleRun } from './example-run';
import type { NodeRedUnderTest } from './helper';
import { buildMail, type MailParts } from './mail-builder';
import { startSmtpSink, type SmtpSink } from './smtp-sink';

/** A mailbox that an example works on, seen from the server's side. */
export interface ExampleMailbox {
    port: number;
    user: string;
    password: string;
    /** Delivers a mail as a mail server does, unread unless flags are given. */
    deliver(mail: Buffer, flags?: readonly string[]): Promise<void>;
    /** The mails of the INBOX in UID order, without \Recent among the flags. */
    mails(): Promise<Array<{ flags: string[]; raw: Buffer }>>;
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

    async function start(name: string, environment: Record<string, string> = {}): Promise<ExampleRun> {
        const account = { MAIL_HOST: '127.0.0.1', MAIL_USER: mailbox.user, MAIL_PASSWORD: mailbox.password };
        const sender = { SMTP_HOST: sink.host, SMTP_USER: OWN, SMTP_PASSWORD: 'secret' };
        run = await ExampleRun.start(red, name, {
            imapPort: mailbox.port,
            smtpPort: sink.port,
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

            assert.deepEqual(withoutTimes(first?.['payload']), {
                name: 'Katrin Vogelsang',
                company: 'Vogelsang Metallbau GmbH',
                place: '35390 Gießen',
                phone: '+49 30 23125 014',
                machine: 'Drehmaschine Nordhaus D 420',
                text: 'Guten Tag,\n\nist sie noch da? Preis: 5000?\nName: bleibt Katrin',
                subject: 'New inquiry',
                from: `buyer-1@${MARKETPLACE}`,
                messageId: '<first@example.com>'
            });
            const { name, text, machine } = second?.['payload'] as Record<string, string | undefined>;
            assert.deepEqual([name, text, machine], ['Owen Hartley', 'What is your best price?', undefined]);

            const mails = await mailbox.mails();
            assert.deepEqual(
                mails.map(mail => mail.flags),
                [[], [], [], []]
            );
            assert.deepEqual([mails[0]?.raw, mails[2]?.raw], strangers);
            assertSilent(flow, ['Other senders', 'Given up']);
        });

        it('makes a mail unread again that another program has opened meanwhile', async () => {
            const flow = await start('marketplace-inquiry-import');
            await mailbox.deliver(inquiry({ text: GERMAN }), ['\\Seen', '\\Flagged']);
            await flow.waitFor('Inquiry', 1);
            assert.deepEqual((await mailbox.mails())[0]?.flags, ['\\Flagged']);
        });

        it('keeps the words of a mail without any label', async () => {
            const flow = await start('marketplace-inquiry-import');
            await mailbox.deliver(inquiry({ text: 'Your weekly figures:\n12 views' }));
            const [message] = await flow.waitFor('Inquiry', 1);
            const payload = message?.['payload'] as Record<string, unknown>;
            assert.equal(payload['rest'], 'Your weekly figures:\n12 views');
            assert.equal(payload['name'], undefined);
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
            assertSilent(flow, ['Left alone', 'Not sent', 'Sent, not marked', 'Given up']);
        });

        const automatic: ReadonlyArray<[string, MailParts, RegExp]> = [
            ['an automatic answer', { headers: { 'Auto-Submitted': 'auto-replied (vacation)' } }, /automatic answer/],
            ['a bounce', { headers: { 'Return-Path': '<>' } }, /empty return path/],
            ['a newsletter', { headers: { Precedence: 'bulk' } }, /bulk mail/],
            ['mail of a list', { headers: { 'List-Id': '<l.example.com>' }, inReplyTo: '' }, /mailing list/],
            ['mail without an author', { from: null }, /exactly one author/],
            ['mail with two authors', { from: 'a@example.com, b@example.com' }, /exactly one author/],
            ['mail of its own', { from: OWN }, /from this mailbox/],
            ['mail of the target', { from: TARGET.toUpperCase() }, /address it would go to/]
        ];
        it('leaves automatic mail and its own mail alone and says why', async () => {
            const flow = await start('forward-replies', { MAIL_USER: mailbox.user, OWN_ADDRESS: OWN });
            for (const [, parts] of automatic) {
                await mailbox.deliver(automaticMail(parts));
            }
            const left = await flow.waitFor('Left alone', automatic.length);
            for (const [index, [what, , reason]] of automatic.entries()) {
                assert.match(String(left[index]?.['reason']), reason, what);
            }
            assert.equal(sink.mails.length, 0);
            assert.ok((await mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Forwarded', 'Not sent', 'Given up']);
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
            await mailbox.deliver(sent?.raw as Buffer);
            const [message] = await flow.waitFor('Left alone', 1);
            assert.match(String(message?.['reason']), /forwarded mail that came back/);
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
}

function withoutTimes(payload: unknown): Record<string, unknown> {
    const { received, ...rest } = payload as Record<string, unknown>;
    assert.ok(!Number.isNaN(Date.parse(String(received))));
    return rest;
}

function assertSilent(flow: ExampleRun, debugNodes: readonly string[]): void {
    for (const name of debugNodes) {
        assert.deepEqual(flow.received(name), [], name);
    }
}
