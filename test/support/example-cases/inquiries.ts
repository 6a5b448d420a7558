import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { Inquiry, NotRecognised } from '../../../src/inquiry/types';
import type { ExampleRun } from '../example-run';
import { startInquiryService } from '../inquiry-service';
import { buildMail } from '../mail-builder';
import { createTempFolder } from '../temp-folder';
import { assertSilent, OWN, type CaseServers } from './case-servers';
import { digestOf, ENGLISH, GERMAN, inquiry, MARKETPLACE } from './inquiry-mails';

/** Inquiries become data, and go on from there. */
export function inquiryCases(servers: CaseServers): void {
    describe('marketplace-inquiry-import', () => {
        it('makes data of inquiries, leaves every mail unread and the mail of strangers as it was', async () => {
            const flow = await servers.start('marketplace-inquiry-import');
            const strangers = [
                buildMail({ from: 'ben@example.com', subject: 'New inquiry', text: GERMAN }),
                buildMail({ from: `"buyer-1@${MARKETPLACE}" <spoof@example.net>`, text: GERMAN })
            ];
            await servers.mailbox.deliver(strangers[0] as Buffer);
            await servers.mailbox.deliver(inquiry({ text: GERMAN, messageId: '<first@example.com>' }));
            await servers.mailbox.deliver(strangers[1] as Buffer);
            await servers.mailbox.deliver(inquiry({ html: ENGLISH }));
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

            const mails = await servers.mailbox.mails();
            assert.deepEqual(
                mails.map(mail => mail.flags),
                [[], [], [], []]
            );
            assert.deepEqual([mails[0]?.raw, mails[2]?.raw], strangers);
            assertSilent(flow, ['Other senders', 'Not recognised', 'Given up']);
        });

        it('makes a mail unread again that another program has opened meanwhile', async () => {
            const flow = await servers.start('marketplace-inquiry-import');
            await servers.mailbox.deliver(inquiry({ text: GERMAN }), ['\\Seen', '\\Flagged']);
            await flow.waitFor('Inquiry', 1);
            assert.deepEqual((await servers.mailbox.mails())[0]?.flags, ['\\Flagged']);
        });

        it('makes several inquiries of a digest, and none of another mail of the sender', async () => {
            const flow = await servers.start('marketplace-inquiry-import');
            await servers.mailbox.deliver(digestOf([1, 2].map(number => GERMAN.replace('Katrin', `Katrin ${number}`))));
            await servers.mailbox.deliver(inquiry({ subject: 'Your week', text: 'Your weekly figures\n12 views' }));
            const messages = await flow.waitFor('Inquiry', 2);
            assert.deepEqual(
                messages.map(message => (message['payload'] as Inquiry).contact.name),
                ['Katrin 1 Vogelsang', 'Katrin 2 Vogelsang']
            );
            const [other] = await flow.waitFor('Not recognised', 1);
            assert.equal(other?.['payload'], 'Your weekly figures\n12 views\n');
            assert.equal((other?.['inquiry'] as NotRecognised).reason, 'no-format');
            assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
        });
    });

    describe('marketplace-inquiry-import with a digest of which one inquiry lacks its message', () => {
        const texts = ['Katrin', 'Kai', 'Karin'].map(name => GERMAN.replace('Katrin', name));
        const digest = digestOf(
            texts.map((text, index) => (index === 1 ? text.replace(/Nachricht an Sie:[^]*/, '') : text))
        );

        function namesOf(flow: ExampleRun): unknown {
            const incomplete = flow.received('Not recognised').map(message => message['inquiry'] as NotRecognised);
            return {
                complete: flow.received('Inquiry').map(message => (message['payload'] as Inquiry).contact.name),
                incomplete: incomplete.map(({ partial, missing }) => [partial?.contact.name, ...missing])
            };
        }

        const once = {
            complete: ['Katrin Vogelsang', 'Karin Vogelsang'],
            incomplete: [['Kai Vogelsang', 'inquiry.text']]
        };

        it('passes on the others, reports the one, and is done with the mail when both are', async () => {
            const flow = await servers.start('marketplace-inquiry-import');
            await servers.mailbox.deliver(digest);
            await flow.waitFor('Not recognised', 1);
            await flow.waitFor('Inquiry', 2);
            await flow.waitForNothingPending();
            assert.deepEqual(namesOf(flow), once);
            assertSilent(flow, ['Other senders', 'Given up']);
        });

        for (const failing of ['Inquiry', 'Not recognised']) {
            it(`tries the mail again when what stands behind "${failing}" has failed`, async () => {
                const flow = await servers.start('marketplace-inquiry-import', {}, { failing });
                await servers.mailbox.deliver(digest);
                await flow.waitForRetry();
                assert.deepEqual(namesOf(flow), once);
            });
        }
    });

    describe('inquiries-to-csv', () => {
        it('writes a row for each new inquiry, and none for one that comes again in another mail', async () => {
            const folder = createTempFolder('csv');
            const file = join(folder.path, 'inquiries.csv');
            const flow = await servers.start('inquiries-to-csv', { CSV_FILE: file });
            await servers.mailbox.deliver(
                inquiry({ text: GERMAN.replace('Nachricht an Sie: ', 'Nachricht an Sie: =1+1 ') })
            );
            await flow.waitFor('Written', 1);
            await servers.mailbox.deliver(
                inquiry({ text: GERMAN.replace('Nachricht an Sie: ', 'Nachricht an Sie: =1+1 ') })
            );
            await servers.mailbox.deliver(inquiry({ html: ENGLISH }));
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
                const flow = await servers.start('inquiries-to-http', { INQUIRY_URL: service.url });
                await servers.mailbox.deliver(inquiry({ text: GERMAN }));
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

    describe('inquiry-receipt', () => {
        it('answers each inquiry once, in the language of the buyer, and repeats nothing of it', async () => {
            const flow = await servers.start('inquiry-receipt');
            await servers.mailbox.deliver(inquiry({ text: GERMAN, messageId: '<first@example.com>' }));
            await flow.waitFor('Answered', 1);
            // the portal sends it again, in another mail
            await servers.mailbox.deliver(inquiry({ text: GERMAN }));
            await servers.mailbox.deliver(inquiry({ html: ENGLISH, from: `Owen <buyer-2@${MARKETPLACE}>` }));
            await flow.waitFor('Answered', 2);
            await flow.waitForNothingPending();

            const receipts = await Promise.all(servers.sink.mails.map(({ raw }) => simpleParser(raw)));
            assert.deepEqual(
                servers.sink.mails.map(({ from, to }) => [from, to]),
                [1, 2].map(number => [OWN, [`buyer-${number}@${MARKETPLACE}`]])
            );
            const [german, english] = receipts;
            assert.deepEqual(
                [german?.subject, german?.inReplyTo, german?.headers.get('auto-submitted')],
                ['Re: New inquiry', '<first@example.com>', 'auto-replied']
            );
            assert.match(german?.text ?? '', /^Guten Tag,\n\nvielen Dank für Ihre Anfrage\./);
            assert.match(english?.text ?? '', /^Hello,\n\nthank you for your inquiry\./);
            for (const receipt of receipts) {
                assert.doesNotMatch(`${receipt.text} ${receipt.html}`, /Vogelsang|Hartley|5000|best price/);
            }
            assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Not answered', 'Not recognised', 'Not sent', 'Given up']);
        });

        it('answers no machine, and no mail that is no inquiry', async () => {
            const flow = await servers.start('inquiry-receipt');
            await servers.mailbox.deliver(inquiry({ text: GERMAN, headers: { 'Auto-Submitted': 'auto-replied' } }));
            await servers.mailbox.deliver(inquiry({ subject: 'Your week', text: 'Your weekly figures\n12 views' }));
            const [machine] = await flow.waitFor('Not answered', 1);
            await flow.waitFor('Not recognised', 1);
            await flow.waitForNothingPending();
            assert.equal((machine?.['error'] as { reason: string }).reason, 'automatic');
            assert.equal(servers.sink.mails.length, 0);
            assertSilent(flow, ['Answered', 'Not sent', 'Given up']);
        });

        it('answers when its mail is tried again after a refusal', async () => {
            const flow = await servers.start('inquiry-receipt');
            servers.sink.refuse = { data: { code: 554, text: 'not today' } };
            await servers.mailbox.deliver(inquiry({ text: GERMAN }));
            await flow.waitFor('Not sent', 1);
            servers.sink.refuse = {};
            await flow.waitFor('Answered', 1);
            assert.equal(servers.sink.mails.length, 1);
            assertSilent(flow, ['Not answered', 'Given up']);
        });
    });
}
