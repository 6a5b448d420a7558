import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import { reportArrival } from '../measure/report-arrival';

/**
 * The import as a careful programmer writes it for this one job: two commands and nothing else. No record of what is
 * done, no second try, no limits, and a sender check that a forged display name passes.
 */
async function main([host = '', port = '', user = '', pass = '', domain = '']: string[]): Promise<void> {
    const client = new ImapFlow({
        host,
        port: Number(port),
        secure: false,
        doSTARTTLS: false,
        auth: { user, pass },
        logger: false
    });
    client.on('error', error => {
        throw error;
    });
    await client.connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    const hits: number[] = [];
    for await (const row of client.fetch('1:*', { uid: true, headers: ['from'] }, { uid: true })) {
        if (row.headers?.includes(`@${domain}`)) {
            hits.push(row.uid);
        }
    }
    for await (const row of client.fetch(hits, { uid: true, source: true }, { uid: true })) {
        const mail = await simpleParser(row.source ?? '', {
            skipHtmlToText: true,
            skipTextToHtml: true,
            skipImageLinks: true,
            skipTextLinks: true,
            checksumAlgo: false
        });
        reportArrival(mail.messageId, mail.text);
    }
    await client.logout();
}

// the bench looks at the finished process before it ends it, and takes it along when it ends itself
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
void main(process.argv.slice(2));
