import assert from 'node:assert/strict';
import { isReportPart, ReportParts } from '../../../src/message/report-parts';
import { readMail } from '../../../src/message/read-mail';
import type { AttachmentMode, ContentMode, MailReport } from '../../../src/message/types';
import { mailMeta, multipart } from '../../support/raw-mail';

async function reportOf(
    raw: Buffer,
    content: ContentMode,
    attachments: AttachmentMode
): Promise<MailReport | undefined> {
    return (await readMail(raw, mailMeta(), { content, attachments, attachmentsDir: '', oversize: false })).mail.report;
}

describe('the machine-readable parts of a report', () => {
    const bounce = multipart(
        'report; report-type=delivery-status',
        ['Content-Type: text/plain', '', 'Sorry'],
        [
            'Content-Type: Message/Delivery-Status',
            '',
            'Reporting-MTA: dns; x',
            '',
            'Action: failed',
            'Status: 5.1.1',
            ' (x)'
        ],
        ['Content-Type: message/rfc822', '', 'Message-ID: <1@example.org>', '', 'Hello']
    );

    it('are kept in every mode that reads the mail, unfolded', async () => {
        for (const content of ['text', 'full'] as const) {
            for (const attachments of ['none', 'buffer'] as const) {
                assert.deepEqual(await reportOf(bounce, content, attachments), {
                    parts: [
                        {
                            contentType: 'message/delivery-status',
                            text: 'Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1 (x)'
                        }
                    ],
                    originalMessageId: '<1@example.org>'
                });
            }
        }
        assert.equal(await reportOf(bounce, 'headers', 'none'), undefined);
    });

    it('are none of a mail with an ordinary attachment, nor of a forwarded mail', async () => {
        const forward = multipart(
            'mixed',
            ['Content-Type: application/pdf', '', 'x'],
            ['Content-Type: message/rfc822', '', 'Message-ID: <1@example.org>', '', 'Hello']
        );
        assert.equal(await reportOf(forward, 'text', 'none'), undefined);
    });

    it('are limited in size and number', () => {
        const parts = new ReportParts();
        for (let count = 0; count < 10; count++) {
            const part = parts.collect('message/feedback-report');
            for (let chunk = 0; chunk < 10; chunk++) {
                part?.push(Buffer.alloc(10_000, 'x'));
            }
            part?.end();
        }
        assert.deepEqual(
            parts.result()?.parts.map(({ text }) => text.length),
            Array<number>(5).fill(32 * 1024)
        );
    });

    it('are known by their type alone', () => {
        assert.ok(isReportPart('MESSAGE/delivery-status') && isReportPart('text/calendar'));
        for (const type of ['message/rfc822', 'text/plain', '__proto__', 'constructor', '']) {
            assert.ok(!isReportPart(type), type);
        }
    });
});
