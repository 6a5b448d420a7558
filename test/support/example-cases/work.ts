import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { MailAttachment, MailInfo } from '../../../src/message/types';
import type { ExampleRun } from '../example-run';
import { findFreePort } from '../free-port';
import { buildMail } from '../mail-builder';
import { assertSilent, type CaseServers } from './case-servers';

/** A mail starts work elsewhere: its files are kept, another system works on it. */
export function workCases(servers: CaseServers): void {
    describe('invoices-to-files', () => {
        it('saves the PDF files of invoices alone, and marks nothing', async () => {
            const flow = await servers.start('invoices-to-files');
            const pdf = { filename: 'invoice.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') };
            const table = { filename: 'table.csv', contentType: 'text/csv', content: Buffer.from('a;b') };
            await servers.mailbox.deliver(buildMail({ subject: 'Newsletter', attachments: [pdf] }));
            await servers.mailbox.deliver(
                buildMail({ subject: 'Rechnung 4711', text: 'siehe Anlage', attachments: [table, pdf] })
            );
            await servers.mailbox.deliver(
                buildMail({ subject: 'Your invoice', text: 'in writing', attachments: [table] })
            );
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
                (await servers.mailbox.mails()).flatMap(mail => mail.flags),
                []
            );
        });
    });

    describe('acknowledge-later', () => {
        const order = (subject: string): Buffer => buildMail({ subject, messageId: `<${subject}@example.com>` });

        async function startWith(environment: Record<string, string> = {}): Promise<ExampleRun> {
            const webPort = await findFreePort();
            const url = `http://127.0.0.1:${webPort}`;
            return servers.start('acknowledge-later', { EXAMPLE_URL: url, ...environment }, { webPort });
        }

        it('calls a mail done when the answer has come back, and not before', async () => {
            const flow = await startWith();
            await servers.mailbox.deliver(order('one'));
            const [handed] = await flow.waitFor('Handed over', 1);
            assert.equal(handed?.['statusCode'], 202);
            assert.deepEqual(await flow.pending(), ['1'], 'still waited for');
            const [answered] = await flow.waitFor('Called back', 1);
            assert.equal(answered?.['statusCode'], 200);
            await flow.waitForNothingPending();
            assertSilent(flow, ['No effect', 'Given up']);
        });

        it('tries a mail again that the other system could not work on', async () => {
            const flow = await startWith();
            await servers.mailbox.deliver(order('this will fail'));
            const handed = await flow.waitFor('Handed over', 2);
            const attempts = handed.map(message => (message['mail'] as MailInfo).delivery.attempt);
            assert.deepEqual(attempts, [1, 2]);
            assertSilent(flow, ['No effect', 'Given up']);
        });

        it('tries a mail again that could not be handed over', async () => {
            const flow = await startWith({ EXAMPLE_URL: `http://127.0.0.1:${await findFreePort()}` });
            await servers.mailbox.deliver(order('nobody there'));
            await flow.waitForError('Hand over', /ECONNREFUSED/);
            await flow.waitForRetry();
        });
    });
}
