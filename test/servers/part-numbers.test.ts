import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { readMail } from '../../src/message/read-mail';
import { nested } from '../support/content-mails';
import { type Dovecot, startDovecot } from '../support/dovecot';
import { mailMeta, multipart, rawMail } from '../support/raw-mail';
import { requireServer } from '../support/require-server';

function file(content: string): string[] {
    return ['Content-Type: application/pdf', 'Content-Disposition: attachment; filename=x.pdf', '', content];
}

const TEXT = ['Content-Type: text/plain', '', 'text'];
const HTML = ['Content-Type: text/html', '', '<p>html</p>'];
const IMAGE = ['Content-Type: image/png', 'Content-ID: <i@example.com>', '', 'image'];
const FORWARDED = ['From: ben@example.com', 'Subject: inner', ...nested('mixed', 'fwd', TEXT, file('inner'))];

const MAILS: Record<string, Buffer> = {
    'a mail of one part': rawMail('From: ben@example.com', ...file('only')),
    'files beside the text': multipart('mixed', TEXT, file('one'), file('two')),
    'an image below an alternative': multipart(
        'mixed',
        nested('alternative', 'alt', TEXT, nested('related', 'rel', HTML, IMAGE)),
        file('last')
    ),
    'a forwarded message with a file in it': multipart(
        'mixed',
        TEXT,
        ['Content-Type: message/rfc822', '', ...FORWARDED],
        file('after')
    ),
    'a forwarded message that is shown inline': multipart(
        'mixed',
        TEXT,
        ['Content-Type: message/rfc822', 'Content-Disposition: inline', '', ...FORWARDED],
        file('after')
    ),
    'a forwarded message alone': rawMail('From: ben@example.com', 'Content-Type: message/rfc822', '', ...FORWARDED),
    'a delivery report': multipart(
        'report',
        TEXT,
        ['Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.com', ''],
        ['Content-Type: message/rfc822', '', 'Subject: lost', '', 'body']
    ),
    'a multipart inside a multipart of one': multipart('mixed', nested('mixed', 'in', file('deep'))),
    'a part with an empty header': multipart('mixed', ['', 'text'], file('one'))
};

describe('part numbers on Dovecot', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let client: ImapFlow;
    const names = Object.keys(MAILS);

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ users: { anna: 'secret' } });
        await dovecot.fill('anna', 'INBOX', Object.values(MAILS));
        client = new ImapFlow({
            host: 'localhost',
            port: dovecot.port,
            secure: false,
            doSTARTTLS: true,
            auth: { user: 'anna', pass: 'secret' },
            tls: { ca: dovecot.certificate },
            logger: false
        });
        client.on('error', () => undefined);
        await client.connect();
        await client.mailboxOpen('INBOX', { readOnly: true });
    });

    after(async () => {
        client?.close();
        await dovecot?.stop();
    });

    for (const [index, name] of names.entries()) {
        it(`of ${name} name the same bytes on the server`, async () => {
            const { attachments } = await readMail(MAILS[name] as Buffer, mailMeta(), {
                content: 'text',
                attachments: 'buffer',
                attachmentsDir: '',
                oversize: false
            });
            assert.ok(attachments.length > 0);
            const wanted = attachments.map(({ part }) => part);
            const row = await client.fetchOne(String(index + 1), { bodyParts: wanted }, { uid: true });
            assert.ok(row);
            for (const { part, content } of attachments) {
                // whether the line end before the outer boundary belongs to a forwarded message is read in two ways
                assert.equal(row.bodyParts?.get(part)?.toString().trimEnd(), content?.toString().trimEnd(), part);
            }
        });
    }
});
