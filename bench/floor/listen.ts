import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import { reportArrival } from '../measure/report-arrival';

/** Listens as a careful programmer writes it for this one job: EXISTS, fetch what is new, parse, IDLE again. */
async function main([host = '', port = '', user = '', pass = '']: string[]): Promise<void> {
    const client = new ImapFlow({
        host,
        port: Number(port),
        secure: false,
        doSTARTTLS: false,
        auth: { user, pass },
        disableAutoIdle: true,
        logger: false
    });
    client.on('error', error => {
        throw error;
    });
    let looking = true;
    let again = false;
    let next = 1;

    async function look(): Promise<void> {
        looking = true;
        do {
            again = false;
            for await (const row of client.fetch(`${next}:*`, { uid: true, source: true }, { uid: true })) {
                // "5:*" includes the newest mail even when its UID is smaller
                if (row.uid >= next) {
                    next = row.uid + 1;
                    const mail = await simpleParser(row.source ?? '', {
                        skipHtmlToText: true,
                        skipTextToHtml: true,
                        skipImageLinks: true,
                        skipTextLinks: true,
                        checksumAlgo: false
                    });
                    reportArrival(mail.messageId, mail.text);
                }
            }
        } while (again);
        looking = false;
        await client.idle();
    }

    client.on('exists', () => {
        again = true;
        if (!looking) {
            void look();
        }
    });
    await client.connect();
    const mailbox = await client.mailboxOpen('INBOX', { readOnly: true });
    next = mailbox.uidNext;
    looking = false;
    await client.idle();
}

// takes the process along when the bench ends in the middle
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
void main(process.argv.slice(2));
