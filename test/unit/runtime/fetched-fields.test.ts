import assert from 'node:assert/strict';
import { readMail } from '../../../src/message/read-mail';
import type { MailMessage } from '../../../src/message/types';
import { listedParts, takeFetched } from '../../../src/runtime/fetched-fields';
import { multipart, mailMeta, rawMail } from '../../support/raw-mail';

const OPTIONS = { content: 'text', attachments: 'none', attachmentsDir: '', oversize: false } as const;
const TEXT = ['Content-Type: text/plain', '', 'text'];
const FILE = ['Content-Type: application/pdf', '', 'x'];

describe('the attachments that a message lists', () => {
    it('are those with a part number', () => {
        const attachments = [{ part: '2' }, { part: '3.1', filename: 'x' }, { part: '' }, { part: 4 }, null, 'x'];
        assert.deepEqual(listedParts({ attachments }), new Set(['2', '3.1']));
    });

    it('are all when none has one', () => {
        const none = [
            {},
            { attachments: [] },
            { attachments: null },
            { attachments: 'x' },
            { attachments: [{ part: '1 2' }] }
        ];
        none.forEach(message => assert.equal(listedParts(message), null, JSON.stringify(message)));
    });
});

describe('what was loaded', () => {
    let fetched: MailMessage;
    before(async () => {
        const meta = mailMeta({ delivery: { id: 'new', attempt: 9 }, flags: ['\\Seen'] });
        fetched = await readMail(multipart('mixed', TEXT, FILE), meta, OPTIONS);
    });

    it('replaces the fields of the mail and keeps the delivery, the findings and everything else', () => {
        const mail = { delivery: { id: 'old', attempt: 1 }, automatic: { is: true }, problem: 'gone now', reply: 1 };
        const message = { mail, html: '<p>old</p>', payload: '', own: 2 } as unknown as MailMessage;
        takeFetched(message, fetched, false);
        assert.deepEqual(
            [message.payload, message.html, 'html' in message, message.attachments.length],
            ['text', undefined, false, 1]
        );
        assert.deepEqual(message.mail.delivery, { id: 'old', attempt: 1 });
        assert.deepEqual([message.mail.automatic, message.mail.authentication], [{ is: true }, {}]);
        assert.deepEqual([message.mail.flags, message.mail.problem], [['\\Seen'], undefined]);
        assert.deepEqual((message as unknown as Record<string, unknown>)['own'], 2);
    });

    it('leaves text and subject alone when only attachments were asked for', async () => {
        // the parser sees the mail without its text, and says that nothing is in it
        const hollow = await readMail(
            rawMail('Content-Type: multipart/mixed; boundary=x', '', ''),
            mailMeta(),
            OPTIONS
        );
        const message = { mail: {}, payload: 'own text', topic: 'own' } as unknown as MailMessage;
        takeFetched(message, { ...hollow, attachments: fetched.attachments }, true);
        assert.deepEqual([message.payload, message.topic, message.mail.problem], ['own text', 'own', undefined]);
        assert.deepEqual(message.attachments, fetched.attachments);
    });
});
