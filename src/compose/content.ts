import { readMail } from '../message/read-mail';
import type { MailMessage } from '../message/types';
import type { Content } from './compose';

/** What of the received mail an action needs. */
export interface Needs {
    /** Its bytes, to attach or to send them on. */
    bytes: boolean;
    /** Its text and HTML, to quote them. */
    quoted: boolean;
    attachments: boolean;
}

/**
 * Takes from the bytes of a mail what an action needs. Always from the bytes: `msg.payload` may hold the answer by now,
 * and the attachments may have been left on the server.
 */
export async function contentOf(bytes: Buffer, needs: Needs): Promise<Content> {
    const kept = needs.bytes ? bytes : null;
    if (!needs.quoted && !needs.attachments) {
        return { bytes: kept, quoted: null, attachments: [], problem: '' };
    }
    const mail = await readParts(bytes, needs.attachments);
    return {
        bytes: kept,
        quoted: needs.quoted ? { text: mail.payload, html: mail.html ?? '' } : null,
        attachments: needs.attachments ? mail.attachments : [],
        problem: mail.mail.problem ?? ''
    };
}

function readParts(bytes: Buffer, attachments: boolean): Promise<MailMessage> {
    const meta = {
        ref: { account: '', folder: '', uidValidity: '', uid: 0 },
        size: bytes.length,
        flags: [],
        receivedAt: null,
        labels: [],
        threadId: '',
        emailId: '',
        delivery: { id: '', attempt: 1 }
    };
    return readMail(bytes, meta, {
        content: 'text',
        attachments: attachments ? 'buffer' : 'none',
        attachmentsDir: '',
        oversize: false
    });
}
